//! How fast flows are checked, each figure next to a baseline from the same run: machines are shared and noisy, ratios
//! are not. Nothing here fails; a person reads it. Run with `make bench`.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures and prints"
)]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::date;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::{Language, Options, check};
use kapelle_core::source::Source;
use kapelle_core::yaml;

const BINARY: &str = env!("CARGO_BIN_EXE_kapelle");
const FLOWS: u16 = 1_000;

fn main() {
    first_use();
    one_flow();
    many_flows();
    start();
    println!("release binary: {} KiB", fs::metadata(BINARY).unwrap().len() / 1024);
}

/// The catalogue is decoded when it is first needed; that is paid once by every start that checks something.
fn first_use() {
    let started = Instant::now();
    let found = Catalogue::bundled().find("io.kestra.plugin.core.log.Log");
    let took = started.elapsed();
    assert!(found.is_some());
    println!("catalogue, first use: {took:.1?} (aim 5 ms)");
}

fn one_flow() {
    let text = flow(0, 21);
    let lines = text.lines().count();
    let options = options();
    let read = median(2_000, || {
        black_box(yaml::read(&text, yaml::split(&text)[0]));
    });
    let checked = median(2_000, || {
        black_box(check(vec![Source::new("flow.yaml", text.as_str())], &options));
    });
    let events = median(2_000, || {
        black_box(events(&text));
    });
    println!("a flow of {lines} lines, {} bytes:", text.len());
    println!("  bare events (libyaml-safer)  {events:>9.1?}");
    println!("  read into a tree             {read:>9.1?}  {:.1} x", ratio(read, events));
    println!("  read and check               {checked:>9.1?}  {:.1} x (aim 4 x)", ratio(checked, events));
}

/// What a mature scanner needs for nothing but events.
fn events(text: &str) -> usize {
    let mut input = text.as_bytes();
    let mut parser = libyaml_safer::Parser::new();
    parser.set_input(&mut input);
    let mut count = 0;
    loop {
        count += 1;
        if matches!(parser.parse().unwrap().data, libyaml_safer::EventData::StreamEnd) {
            return count;
        }
    }
}

fn many_flows() {
    let folder = Folder::new();
    for index in 0..FLOWS {
        fs::write(folder.0.join(format!("flow-{index}.yaml")), flow(index, 11)).unwrap();
    }
    let lines = flow(0, 11).lines().count();
    let mut memory_kib = 0;
    let took = median(7, || {
        memory_kib = memory_kib.max(run(&["check", "--quiet", folder.0.to_str().unwrap()]));
    });
    let read = median(7, || {
        for entry in fs::read_dir(&folder.0).unwrap() {
            black_box(fs::read(entry.unwrap().path()).unwrap());
        }
    });
    let rate = f64::from(FLOWS) / took.as_secs_f64();
    println!("`kapelle check` of {FLOWS} files of {lines} lines:");
    println!("  only reading the files       {read:>9.1?}");
    println!("  the whole process            {took:>9.1?}  {:.1} x", ratio(took, read));
    println!("  {rate:.0} flows/s on one core (aim 10000), {} MiB at most (aim 60)", memory_kib / 1024);
}

fn start() {
    let version = median(50, || {
        run(&["--version"]);
    });
    let nothing = median(50, || {
        assert!(Command::new("true").status().unwrap().success());
    });
    println!("start:");
    println!("  a process that does nothing  {nothing:>9.1?}");
    println!("  `kapelle --version`          {version:>9.1?}  {:.1} x (aim 5 ms)", ratio(version, nothing));
}

/// Runs the binary to its end; gives the most memory it had, in KiB, as far as it was seen.
fn run(arguments: &[&str]) -> u64 {
    let mut child = Command::new(BINARY).args(arguments).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory_kib = 0;
    loop {
        if arguments[0] == "check" {
            memory_kib = memory_kib.max(peak_kib(Path::new(&status)).unwrap_or(0));
        }
        match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success(), "the generated flows are clean");
                return memory_kib;
            }
            None if arguments[0] == "check" => std::thread::sleep(Duration::from_millis(1)),
            None => {}
        }
    }
}

fn peak_kib(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// A flow of some `4 * tasks + 16` lines, unlike its neighbours.
fn flow(index: u16, tasks: usize) -> String {
    let mut text = format!(
        "id: flow-{index}\nnamespace: company.team\ndescription: |\n  A flow that was made for measuring,\n  number {index}.\n\
         labels:\n  team: data\ninputs:\n  - id: day\n    type: STRING\n    defaults: \"2026-01-01\"\ntasks:\n"
    );
    for task in 0..tasks {
        write!(
            text,
            "  - id: task-{task}\n    type: io.kestra.plugin.core.log.Log\n    message: \"Day {{{{ inputs.day }}}}, task {task}\"\n    level: INFO\n"
        )
        .unwrap();
    }
    text.push_str("triggers:\n  - id: daily\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: \"0 5 * * *\"\n");
    text
}

fn options() -> Options {
    Options { language: Language::One, strict: false, today: date(2026, 1, 1) }
}

fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}

fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64()
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("kapelle-bench-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
