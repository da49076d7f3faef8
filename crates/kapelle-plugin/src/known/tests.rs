use super::*;

/// One that was changed so many seconds after 1970.
fn seen(path: &str, bytes: u64, second: i64) -> Seen {
    Seen { path: path.to_owned(), bytes, modified: at(second), changed: at(second) }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Looks at files of path, size and second, and notes all of them. What happened, in words.
fn look(known: &mut Known, files: &[(&str, u64, i64)], now: i64, time_to_live: Option<i64>) -> String {
    let files: Vec<Seen> = files.iter().map(|(path, bytes, second)| seen(path, *bytes, *second)).collect();
    known.meet(&files, at(now), time_to_live.map(SignedDuration::from_secs));
    let changes = files.iter().map(|file| {
        let change = known.change(file);
        known.note(file);
        change.map_or("-".to_owned(), |change| format!("{change:?}"))
    });
    changes.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_is_new_once_and_changed_when_its_date_or_size_is_another() {
    let mut known = Known::default();
    assert_eq!(look(&mut known, &[("/a", 1, 10), ("/b", 1, 10)], 20, None), "Create Create");
    assert_eq!(look(&mut known, &[("/a", 1, 10), ("/b", 1, 10)], 30, None), "- -");
    assert_eq!(look(&mut known, &[("/a", 2, 10), ("/b", 1, 31)], 40, None), "Update Update");
}

#[test]
fn a_file_that_was_away_is_new_unless_it_comes_back_as_it_was() {
    let mut known = Known::default();
    look(&mut known, &[("/a", 1, 10), ("/b", 1, 10)], 20, None);
    look(&mut known, &[], 30, None);
    assert_eq!(look(&mut known, &[("/a", 1, 10), ("/b", 1, 35)], 40, None), "- Create");
    assert_eq!(look(&mut known, &[("/a", 3, 45), ("/b", 3, 45)], 50, None), "Update Update");
}

#[test]
fn what_is_away_is_forgotten_after_its_time_and_what_is_there_is_not() {
    let mut known = Known::default();
    look(&mut known, &[("/a", 1, 10), ("/b", 1, 10)], 20, Some(60));
    look(&mut known, &[("/b", 1, 10)], 30, Some(60));
    look(&mut known, &[("/b", 1, 10)], 90, Some(60));
    assert_eq!(known.files.len(), 2);
    look(&mut known, &[("/b", 1, 10)], 91, Some(60));
    assert_eq!(look(&mut known, &[("/a", 1, 10), ("/b", 1, 10)], 92, Some(60)), "Create -");
}

#[test]
fn a_file_that_is_owed_is_not_another_one_in_its_place() {
    let mut known = Known::default();
    let file = seen("/a", 1, 10);
    known.note(&file);
    known.owe(&file);
    assert!(known.is_owed(&file));
    let mut other = file.clone();
    other.changed = at(11);
    assert!(!known.is_owed(&other));
    known.settle("/a");
    assert!(known.owed().is_empty());
    assert_eq!(known.change(&file), Some(Change::Create));
}

#[test]
fn it_is_read_back_as_it_was_kept() {
    let mut known = Known::read(None, "mine");
    look(&mut known, &[("/a", 1, 10), ("/b", 2, 20)], 30, None);
    look(&mut known, &[("/b", 2, 20)], 40, None);
    known.owe(&seen("/b", 2, 20));
    let kept = known.clone().into_value();
    assert_eq!(Known::read(Some(&kept), "mine"), known);
    for (cursor, key) in [(Some(&kept), "another"), (None, "mine"), (Some(&Value::Int(1)), "mine")] {
        assert!(Known::read(cursor, key).files.is_empty(), "{key}");
    }
}

#[test]
fn too_many_files_push_out_those_that_are_away_and_then_are_too_many() {
    let mut known = Known::default();
    for number in 0..KNOWN_MAX {
        known.note(&seen(&format!("/{number}"), 1, 1));
    }
    let present: Vec<Seen> = (2..KNOWN_MAX).map(|number| seen(&format!("/{number}"), 1, 1)).collect();
    known.meet(&present, at(5), None);
    known.note(&seen("/new", 1, 1));
    let mut known = known.bounded().unwrap();
    assert_eq!(known.files.len(), KNOWN_MAX);
    assert!(!known.files.contains_key("/0") && known.files.contains_key("/1"));
    for number in 0..2 {
        known.note(&seen(&format!("/more{number}"), 1, 1));
    }
    assert!(known.bounded().unwrap_err().to_string().contains("`regExp`"));
}
