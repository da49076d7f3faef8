use super::*;

/// Looks at files of path, size and second. What is new.
fn look(noticed: &mut Noticed, files: &[(&str, u64, i64)], now: i64, whole: &[&str]) -> String {
    let files = files.iter().map(|(path, bytes, second)| Seen::sample(path, *bytes, *second)).collect();
    let whole = whole.iter().map(|path| (*path).to_owned()).collect();
    let news = noticed.news(files, Timestamp::from_second(now).unwrap(), &whole);
    news.iter().map(|(change, file)| format!("{change:?} {}", file.path)).collect::<Vec<_>>().join(", ")
}

const DAY: i64 = 24 * 60 * 60;

#[test]
fn files_of_the_last_day_are_made_up_for_and_older_ones_are_not() {
    let mut noticed = Noticed::default();
    let files = [("/old", 1, DAY), ("/young", 1, 2 * DAY)];
    assert_eq!(look(&mut noticed, &files, 2 * DAY + 60, &[]), "Create /young");
    assert_eq!(look(&mut noticed, &files, 2 * DAY + 61, &[]), "");
    let files = [("/old", 2, 2 * DAY), ("/moved-here", 1, DAY)];
    assert_eq!(look(&mut noticed, &files, 2 * DAY + 62, &[]), "Update /old, Create /moved-here");
}

#[test]
fn a_file_that_grows_waits_until_it_is_quiet_or_said_to_be_whole() {
    let mut noticed = Noticed::default();
    look(&mut noticed, &[("/known", 1, 10)], 20, &[]);
    assert_eq!(look(&mut noticed, &[("/known", 2, 30), ("/new", 1, 30)], 30, &["/new"]), "Create /new");
    assert_eq!(look(&mut noticed, &[("/known", 2, 30), ("/new", 1, 30)], 31, &[]), "Update /known");
}

#[test]
fn a_file_that_was_away_is_new() {
    let mut noticed = Noticed::default();
    look(&mut noticed, &[("/a", 1, 10)], 20, &[]);
    look(&mut noticed, &[], 21, &[]);
    assert_eq!(look(&mut noticed, &[("/a", 1, 10)], 22, &[]), "Create /a");
}
