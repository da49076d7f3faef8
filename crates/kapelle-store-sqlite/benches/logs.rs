//! How fast logs are written and read, next to a plain file with the same lines.
//!
//! `cargo bench -p kapelle-store-sqlite --bench logs`. It prints and asserts nothing: figures of different machines say
//! nothing about each other, but those of one run do.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kapelle_model::ExecutionId;
use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;
use kapelle_store::filter::Test;
use kapelle_store::logs::{LogFilter, LogLine, LogPage};
use kapelle_store_sqlite::log_files::LogFiles;

const LINES: u32 = 1_000_000;
const LINES_OF_EXECUTION: u32 = 1_000;
/// Executions that speak at the same time.
const TOGETHER: u32 = 100;
const BATCH: usize = 1_000;

fn main() {
    let folder = std::env::temp_dir().join(format!("kapelle-bench-logs-{}", std::process::id()));
    let plain = write_plain(&folder);
    let files = write_files(&folder, plain);
    read(&files);
    drop(files);
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}

/// Lines as they come: a hundred executions speak in turn until each has said a thousand.
fn batches() -> impl Iterator<Item = Vec<LogLine>> {
    let texts: [Arc<str>; 5] = ["main", "company.team", "daily-report", "extract", "load"].map(Arc::from);
    (0..LINES).step_by(BATCH).map(move |first| {
        (first..(first + BATCH as u32).min(LINES)).map(|index| line(index, &texts)).collect()
    })
}

fn line(index: u32, texts: &[Arc<str>; 5]) -> LogLine {
    let round = TOGETHER * LINES_OF_EXECUTION;
    let execution = index / round * TOGETHER + index % TOGETHER;
    let number = index % round / TOGETHER;
    let [tenant, namespace, flow, extract, load] = texts.each_ref().map(Arc::clone);
    LogLine {
        at: Millis(1_772_323_200_000 + i64::from(index / 50)),
        tenant,
        namespace,
        flow,
        execution: Some(id(execution)),
        trigger: None,
        task: Some(if number.is_multiple_of(2) { extract } else { load }),
        run: RunIndex((number / 100 + 1).try_into().expect("it is at least 1")).into(),
        attempt: 0,
        number: number % 100,
        level: if index.is_multiple_of(97) { Level::Warn } else { Level::Info },
        message: format!(
            "Processed part {number} of {LINES_OF_EXECUTION}: {index} rows in all, none left out"
        )
        .into(),
    }
}

fn id(execution: u32) -> ExecutionId {
    let mixed = u128::from(u64::from(execution).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    ExecutionId(u128::from(execution) << 64 | mixed)
}

fn write_plain(folder: &Path) -> Duration {
    std::fs::create_dir_all(folder).expect("temporary files can be made");
    let path = folder.join("plain.json");
    let mut file = File::create(&path).expect("temporary files can be made");
    let mut took = Duration::ZERO;
    for batch in batches() {
        let begin = Instant::now();
        let mut text = Vec::new();
        for line in &batch {
            write_json(&mut text, line).expect("memory takes it");
        }
        file.write_all(&text).and_then(|()| file.sync_data()).expect("there is room");
        took += begin.elapsed();
    }
    let bytes = file.metadata().expect("it is open").len();
    report("plain file, JSON, fdatasync per 1,000 lines", took, bytes);
    std::fs::remove_file(path).expect("the file is ours");
    took
}

fn write_json(text: &mut Vec<u8>, line: &LogLine) -> std::io::Result<()> {
    writeln!(
        text,
        r#"{{"at":{},"tenant":{:?},"namespace":{:?},"flow":{:?},"execution":"{}","task":{:?},"run":{},"attempt":{},"number":{},"level":"{}","message":{:?}}}"#,
        line.at.0,
        line.tenant,
        line.namespace,
        line.flow,
        line.execution.unwrap_or_default(),
        line.task.as_deref().unwrap_or_default(),
        line.run.map_or(0, |run| run.0.get()),
        line.attempt,
        line.number,
        line.level.name(),
        line.message,
    )
}

fn write_files(folder: &Path, plain: Duration) -> LogFiles {
    let path: PathBuf = folder.join("logs");
    let files = LogFiles::open(&path).expect("temporary files can be made");
    // Made before, so that only the writing counts.
    let all: Vec<_> = batches().collect();
    let begin = Instant::now();
    for batch in all {
        files.append(batch).expect("the writer works");
    }
    files.flush().expect("there is room");
    let took = begin.elapsed();
    report("log files, flush at the end", took, files.bytes());
    println!("  {:.2} of the speed of the plain file", plain.as_secs_f64() / took.as_secs_f64());
    files
}

fn report(what: &str, took: Duration, bytes: u64) {
    let lines = f64::from(LINES);
    println!(
        "{what}: {:.0} lines/s, {} bytes per line",
        lines / took.as_secs_f64(),
        bytes / u64::from(LINES)
    );
}

fn read(files: &LogFiles) {
    let serious = LogFilter { level: Some(Level::Warn), ..LogFilter::default() };
    let of_flow = LogFilter { flow: vec![Test::Is("daily-report".to_owned())], ..LogFilter::default() };
    let query = LogFilter { query: Some("part 123 OF".to_owned()), ..LogFilter::default() };
    let nowhere = LogFilter { query: Some("nowhere".to_owned()), ..LogFilter::default() };
    let newest = |size, is_counted| LogPage { offset: 0, size, is_newest_first: true, is_counted };
    let mut execution = 0;
    let mut next = || {
        execution = (execution + 37) % (LINES / LINES_OF_EXECUTION);
        LogFilter::of(id(execution))
    };
    measure(files, "last 100 lines of an execution of 1,000", newest(100, false), &mut next);
    measure(files, "the same, counted", newest(100, true), &mut next);
    measure(files, "all 1,000 lines of an execution", newest(1_000, false), &mut next);
    measure(files, "latest 50 WARN lines", newest(50, false), || serious.clone());
    measure(files, "latest 50 lines of a flow", newest(50, false), || of_flow.clone());
    measure(files, "the same, counted", newest(50, true), || of_flow.clone());
    measure(files, "latest 50 lines with a text", newest(50, false), || query.clone());
    measure(files, "a text that is nowhere", newest(50, false), || nowhere.clone());
}

fn measure(files: &LogFiles, what: &str, page: LogPage, mut filter: impl FnMut() -> LogFilter) {
    let permit = Permit::system("bench");
    let mut once = || {
        let filter = filter();
        let begin = Instant::now();
        let listing = files.logs(&permit, &filter, &page).expect("it can be read");
        (begin.elapsed(), listing)
    };
    let slow = once().0 > Duration::from_millis(100);
    let mut times: Vec<_> = (0..if slow { 5 } else { 201 }).map(|_| once().0).collect();
    times.sort_unstable();
    let listing = once().1;
    println!(
        "{what}: median {} us ({} rows, total {:?})",
        times[times.len() / 2].as_micros(),
        listing.rows.len(),
        listing.total
    );
}
