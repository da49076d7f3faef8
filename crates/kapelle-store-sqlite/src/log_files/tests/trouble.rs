use std::fs;
use std::process::Command;
use std::time::Duration;

use super::*;

/// Waits until the writer works again.
fn recovered(files: &LogFiles) {
    for _ in 0..200 {
        if files.flush().is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{:?}", files.trouble());
}

fn open_error(folder: &Folder) -> String {
    LogFiles::open(&folder.0).err().expect("it is refused").to_string()
}

#[test]
fn a_broken_file_is_named() {
    let folder = Folder::new();
    folder.open().append(vec![line(MARCH, 1, 0, "a line")]).unwrap();
    fs::write(folder.file("2026-02"), "this is no database, whatever its name says".repeat(300)).unwrap();
    let error = open_error(&folder);
    assert!(error.contains("2026-02.db") && error.contains("not a database"), "{error}");
    fs::remove_file(folder.file("2026-02")).unwrap();
    assert_eq!(messages(&folder.open(), &LogFilter::default()), ["a line"]);
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    folder.open().append(vec![line(MARCH, 1, 0, "a line")]).unwrap();
    let path = folder.file("2026-03");
    rusqlite::Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 2").unwrap();
    let error = open_error(&folder);
    assert!(error.contains("2026-03.db") && error.contains("later version"), "{error}");
}

#[test]
fn an_empty_file_is_one_that_was_not_finished() {
    let folder = Folder::new();
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.file("2026-03"), "").unwrap();
    fs::write(folder.0.join("notes.txt"), "not ours").unwrap();
    let files = folder.open();
    assert_eq!(messages(&files, &LogFilter::default()), [""; 0]);
    files.append(vec![line(MARCH, 1, 0, "a line")]).unwrap();
    assert_eq!(messages(&files, &LogFilter::default()), ["a line"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    elsewhere.open().append(vec![line(MARCH, 1, 0, "a line")]).unwrap();
    fs::create_dir_all(&folder.0).unwrap();
    std::os::unix::fs::symlink(elsewhere.file("2026-03"), folder.file("2026-03")).unwrap();
    let error = open_error(&folder);
    assert!(error.contains("2026-03.db"), "{error}");
}

#[test]
fn lines_wait_while_nothing_can_be_written() {
    let folder = Folder::new();
    let files = folder.open();
    files.append(vec![line(MARCH - DAY, 1, 0, "before")]).unwrap();
    files.flush().unwrap();
    // A folder where the file should be.
    fs::create_dir(folder.file("2026-03")).unwrap();
    files.append(vec![line(MARCH, 1, 1, "during")]).unwrap();
    let error = files.flush().unwrap_err();
    assert!(error.to_string().contains("2026-03.db"), "{error}");
    assert_eq!(files.trouble(), Some(error));
    assert_eq!(messages(&files, &LogFilter::default()), ["before"]);
    assert!(files.delete(&system(), &LogFilter::default()).is_err());
    fs::remove_dir(folder.file("2026-03")).unwrap();
    recovered(&files);
    assert_eq!((files.trouble(), files.lost()), (None, 0));
    assert_eq!(messages(&files, &LogFilter::default()), ["before", "during"]);
}

#[test]
fn each_execution_that_lost_lines_is_told_how_many() {
    let folder = Folder::new();
    let bounds = Bounds { rows: 10, bytes: 1 << 20 };
    let files = LogFiles::open_with(&folder.0, bounds, Budget::default()).unwrap();
    fs::create_dir(folder.file("2026-03")).unwrap();
    files.append(vec![line(MARCH, 1, 0, "a line")]).unwrap();
    files.flush().unwrap_err();
    for number in 1..30 {
        let execution = 1 + u128::from(number % 2);
        let at = MARCH + i64::from(number);
        files
            .append(vec![line(at, execution, number, "a line"), line(at, execution, number + 100, "")])
            .unwrap();
        files.append_metrics(vec![metrics::metric(at, execution, number)]).unwrap();
    }
    fs::remove_dir(folder.file("2026-03")).unwrap();
    recovered(&files);
    let lost = files.lost();
    assert!(lost > 70, "{lost}");
    let count = |execution| {
        let filter = LogFilter::of(ExecutionId(execution));
        let lines = files.logs(&system(), &filter, &oldest(0, 1_000)).unwrap().rows;
        let (marks, kept): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.message.contains("lost"));
        assert_eq!(marks.len(), 1, "{marks:?}");
        let told: u64 = marks[0].message.split(' ').filter_map(|word| word.parse::<u64>().ok()).sum();
        let metrics = MetricFilter { execution: Some(ExecutionId(execution)), ..MetricFilter::default() };
        let kept = kept.len() + files.metrics(&system(), &metrics, 1_000).unwrap().len();
        assert_eq!((marks[0].level, marks[0].run), (Level::Warn, None));
        (told, kept as u64)
    };
    let (first, second) = (count(1), count(2));
    assert_eq!(first.0 + second.0, lost);
    assert_eq!((first.0 + first.1, second.0 + second.1), (1 + 14 * 3, 15 * 3));
}

/// Needs the right to mount; elsewhere it says that it was left out.
#[test]
fn a_full_disk_loses_nothing_that_waits() {
    let disk = Folder::new();
    fs::create_dir_all(&disk.0).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&disk.0).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("left out: a file system of its own cannot be mounted here");
        return;
    }
    let result = std::panic::catch_unwind(|| fill(&disk.0));
    assert!(Command::new("umount").arg(&disk.0).status().unwrap().success());
    result.unwrap();
}

fn fill(disk: &Path) {
    let files = LogFiles::open(disk.join("logs")).unwrap();
    files.append(vec![line(MARCH, 1, 0, "before"), line(MARCH - DAY, 2, 0, "old")]).unwrap();
    files.flush().unwrap();
    fs::write(disk.join("ballast"), vec![1; 1_400_000]).unwrap();
    let long = "x".repeat(2_000);
    files.append((1..1_000).map(|n| line(MARCH + i64::from(n), 1, n, &long)).collect()).unwrap();
    let error = files.flush().unwrap_err();
    assert!(matches!(error, StoreError::Full(_) | StoreError::Unavailable(_)), "{error}");
    assert_eq!(messages(&files, &LogFilter::of(ExecutionId(1))), ["before"]);
    assert_eq!(files.drop_months(Millis(MARCH), &|_| false).unwrap().dropped.len(), 1);
    fs::remove_file(disk.join("ballast")).unwrap();
    assert!(Command::new("mount").args(["-o", "remount,size=32m"]).arg(disk).status().unwrap().success());
    recovered(&files);
    assert_eq!(messages(&files, &LogFilter::of(ExecutionId(1))).len(), 1_000);
    drop(files);
}
