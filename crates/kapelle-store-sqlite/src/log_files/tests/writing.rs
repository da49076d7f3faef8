use super::*;

#[test]
fn what_was_taken_is_seen_by_the_next_read_and_after_opening_again() {
    let folder = Folder::new();
    let files = folder.open();
    files.append(vec![line(MARCH, 1, 0, "first")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::default()), ["first"]);
    files.append(vec![line(MARCH + 1, 1, 1, "second")]).unwrap();
    drop(files);
    let files = folder.open();
    assert_eq!(messages(&files, &LogFilter::default()), ["first", "second"]);
    files.append(vec![line(MARCH + 2, 1, 2, "third")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::of(ExecutionId(1))), ["first", "second", "third"]);
    assert!(files.bytes() > 8_192);
}

#[test]
fn lines_go_to_the_file_of_their_month() {
    let folder = Folder::new();
    let files = folder.open();
    let ats = [MARCH - 1, MARCH, MARCH + 31 * DAY, i64::MIN, i64::MAX];
    files.append(ats.iter().map(|at| line(*at, 1, 0, "a line")).collect()).unwrap();
    files.flush().unwrap();
    for month in ["0000-01", "2026-02", "2026-03", "2026-04", "9999-12"] {
        assert!(folder.file(month).exists(), "{month}");
    }
    let listing = files.logs(&system(), &LogFilter::of(ExecutionId(1)), &oldest(0, 9)).unwrap();
    let mut sorted = ats;
    sorted.sort_unstable();
    assert_eq!(listing.rows.iter().map(|line| line.at.0).collect::<Vec<_>>(), sorted);
}

#[test]
fn a_line_that_is_written_twice_is_there_once() {
    let folder = Folder::new();
    let files = folder.open();
    let lines = vec![line(MARCH, 1, 0, "first"), without_execution(line(MARCH, 1, 0, "second"))];
    for _ in 0..3 {
        files.append(lines.clone()).unwrap();
        files.flush().unwrap();
    }
    files.append(vec![line(MARCH, 1, 0, "not this one"), line(MARCH, 1, 0, "nor this one")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::default()), ["second", "first"]);
}

#[test]
fn any_text_reads_back() {
    let folder = Folder::new();
    let files = folder.open();
    let long = "x".repeat(100_000);
    let texts = ["", "\0", "a\0b", "'; DROP TABLE log; --", "\u{FEFF}\u{1F600}\r\n", &long];
    let lines: Vec<_> = texts.iter().zip(0..).map(|(text, n)| line(MARCH, 1, n, text)).collect();
    let lines: Vec<_> =
        lines.into_iter().map(|line| LogLine { task: Some(line.message.clone()), ..line }).collect();
    files.append(lines.clone()).unwrap();
    assert_eq!(files.logs(&system(), &LogFilter::default(), &oldest(0, 9)).unwrap().rows, lines);
}

#[test]
fn many_threads_write_and_read_at_once() {
    let folder = Folder::new();
    let bounds = Bounds { rows: 50, bytes: 1 << 20 };
    let files = LogFiles::open_with(&folder.0, bounds, Budget::default()).unwrap();
    std::thread::scope(|scope| {
        for execution in 1..=4 {
            let files = &files;
            scope.spawn(move || {
                for number in 0..300 {
                    let at = MARCH + i64::from(number);
                    files.append(vec![line(at, execution, number, "a line")]).unwrap();
                    if number % 50 == 0 {
                        let filter = LogFilter::of(ExecutionId(execution));
                        assert_eq!(messages(files, &filter).len(), number as usize + 1);
                    }
                }
            });
        }
    });
    assert_eq!(
        messages(&files, &LogFilter { query: Some("LINE".into()), ..LogFilter::default() }).len(),
        1_000
    );
}

#[test]
fn after_the_end_only_files_of_months_are_left() {
    let folder = Folder::new();
    let files = folder.open();
    files.append(vec![line(MARCH, 1, 0, "a line")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::default()), ["a line"]);
    drop(files);
    let left: Vec<_> =
        std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["2026-03.db"]);
}

#[test]
fn who_writes_after_the_end_of_the_writer_is_told() {
    let folder = Folder::new();
    let files = folder.open();
    files.queue.died();
    for result in [
        files.append(vec![line(MARCH, 1, 0, "a line")]),
        files.append_metrics(vec![metrics::metric(MARCH, 1, 0)]),
        files.forget(&[ExecutionId(1)]),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("the thread that writes logs has ended"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn the_folder_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let _files = folder.open();
    assert_eq!(std::fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777, 0o700);
}
