use kapelle_store::filter::{Range, Test};

use super::*;

#[test]
fn what_matches_is_deleted_and_nothing_else() {
    let (folder, mut chance) = (Folder::new(), Chance(3));
    let files = folder.open();
    let mut lines = lines_by_chance(&mut chance, 1_500);
    files.append(lines.clone()).unwrap();
    let filters = [
        LogFilter { level_max: Some(Level::Debug), ..LogFilter::default() },
        LogFilter { query: Some("straße".into()), ..LogFilter::default() },
        LogFilter { namespace: vec![Test::Under("team".into())], attempt: Some(1), ..LogFilter::default() },
        LogFilter {
            at: Range { from: Some(Millis(MARCH + DAY)), until: Some(Millis(MARCH + 35 * DAY)) },
            ..LogFilter::default()
        },
        LogFilter::of(ExecutionId(5 << 64 | 7)),
    ];
    for (filter, permit) in filters.iter().zip(permits().iter().cycle().skip(1)) {
        let before = lines.len();
        lines.retain(|line| !(permit.covers(&line.tenant, &line.namespace) && filter.matches(line)));
        let deleted = files.delete(permit, filter).unwrap();
        assert_eq!(deleted, (before - lines.len()) as u64, "{filter:?}");
    }
    lines.sort_by_key(LogLine::order);
    assert_eq!(files.logs(&system(), &LogFilter::default(), &oldest(0, 10_000)).unwrap().rows, lines);
}

#[test]
fn more_lines_of_one_moment_than_one_transaction_deletes_go_too() {
    let folder = Folder::new();
    let files = folder.open();
    files.append((0..12_000).map(|n| line(MARCH, 1, n, "a line")).collect()).unwrap();
    files.append(vec![line(MARCH, 2, 0, "stays")]).unwrap();
    assert_eq!(files.delete(&system(), &LogFilter::of(ExecutionId(1))).unwrap(), 12_000);
    assert_eq!(messages(&files, &LogFilter::default()), ["stays"]);
}

#[test]
fn forgotten_executions_leave_nothing() {
    let folder = Folder::new();
    let files = folder.open();
    let months = [MARCH, MARCH + 40 * DAY];
    for execution in 1..=250 {
        files.append(months.iter().map(|at| line(*at, execution, 0, "a line")).collect()).unwrap();
        files.append_metrics(vec![metrics::metric(MARCH, execution, 0)]).unwrap();
    }
    files.append(vec![without_execution(line(MARCH, 0, 0, "of a trigger"))]).unwrap();
    let forgotten: Vec<_> = (1..=249).map(ExecutionId).collect();
    files.forget(&forgotten).unwrap();
    assert_eq!(messages(&files, &LogFilter::default()), ["of a trigger", "a line", "a line"]);
    assert_eq!(files.metrics(&system(), &MetricFilter::default(), 9).unwrap().len(), 1);
    let connection = file::open_reader(&folder.file("2026-03")).unwrap();
    let origins: i64 = connection.query_row("SELECT count(*) FROM origin", [], |row| row.get(0)).unwrap();
    assert_eq!(origins, 2);
    // Numbers of origins that are free again are given to others.
    files.append(vec![line(MARCH, 1, 0, "anew"), line(MARCH, 300, 0, "another")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::of(ExecutionId(1))), ["anew"]);
    assert_eq!(messages(&files, &LogFilter::of(ExecutionId(250))), ["a line", "a line"]);
}

#[test]
fn old_months_go_unless_a_held_execution_has_something_in_them() {
    let folder = Folder::new();
    let files = folder.open();
    let at = |month: i64| MARCH + month * 31 * DAY;
    files.append((0..4u8).map(|month| line(at(month.into()), month.into(), 0, "a line")).collect()).unwrap();
    files.append(vec![without_execution(line(at(0), 0, 0, "of a trigger"))]).unwrap();
    files.append_metrics(vec![metrics::metric(at(2), 9, 0)]).unwrap();
    files.append(vec![line(at(0), 8, 0, "deleted")]).unwrap();
    files.delete(&system(), &LogFilter::of(ExecutionId(8))).unwrap();
    assert_eq!(messages(&files, &LogFilter::default()).len(), 5);

    let month = |at| Month::of(Millis(at));
    let dropped = files.drop_months(Millis(at(3) + DAY), &|id| [1, 8, 9].contains(&id.0)).unwrap();
    let held = |at, by| HeldMonth { month: month(at), by: vec![ExecutionId(by)] };
    let expected = DroppedMonths { dropped: vec![month(at(0))], held: vec![held(at(1), 1), held(at(2), 9)] };
    assert_eq!(dropped, expected);
    assert_eq!(messages(&files, &LogFilter::default()).len(), 3);
    let left: Vec<_> =
        std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("2026-03")), "{left:?}");

    files.append(vec![line(at(0), 7, 0, "late")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::of(ExecutionId(7))), ["late"]);
    assert_eq!(files.drop_months(Millis(at(3)), &|_| false).unwrap().dropped.len(), 3);
    assert_eq!(messages(&folder_again(files, &folder), &LogFilter::default()), ["a line"]);
}

fn folder_again(files: LogFiles, folder: &Folder) -> LogFiles {
    drop(files);
    folder.open()
}
