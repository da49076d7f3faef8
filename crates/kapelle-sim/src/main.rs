//! `kapelle-sim`: plays random stories until all are played or the time is over, and tells the first that is not as it
//! should be, made as small as it can.

#![expect(clippy::format_collect, reason = "nobody waits for its texts")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kapelle_sim::case::{Case, Played, keep_panics_quiet};
use kapelle_sim::generator::yaml;
use kapelle_sim::shrink::smaller;

const USAGE: &str =
    "kapelle-sim [--seeds N] [--from SEED] [--time-box SECONDS] [--seed SEED] [--keep-going] [--until INVARIANT] [--whole]

  --seeds N          play so many seeds (3000)
  --from SEED        the first of them (0)
  --time-box SECONDS stop after this time, however many were played
  --seed SEED        play one seed, and tell its story
  --keep-going       play all of them, and tell each failure in a line
  --until INVARIANT  keep going until one breaks this invariant, such as I5
  --whole            tell a failing story as it is, and do not make it smaller
";

/// What the command line asks for.
struct Options {
    seeds: u64,
    from: u64,
    time_box: Duration,
    seed: Option<u64>,
    keeps_going: bool,
    until: Option<String>,
    is_whole: bool,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        return tell(USAGE, ExitCode::from(2));
    };
    keep_panics_quiet();
    match options.seed {
        Some(seed) => {
            let played = Case::of(seed).play(true);
            let code = if played.violation.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
            tell(&report(&Case::of(seed), &played, options.is_whole), code)
        }
        None => many(&options),
    }
}

/// The seeds that went wrong, and how.
type Failed = BTreeMap<u64, String>;

impl Options {
    /// Whether no more seeds have to be played.
    fn have_enough(&self, failed: &Failed) -> bool {
        match &self.until {
            Some(invariant) => failed.values().any(|words| words.starts_with(&format!("{invariant}:"))),
            None => !self.keeps_going && !failed.is_empty(),
        }
    }
}

/// Plays seeds on all cores until one fails.
fn many(options: &Options) -> ExitCode {
    let started = now();
    let (next, played, compared, executions) =
        (AtomicU64::new(options.from), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    // The lowest one is told, so that the answer depends less on who was faster.
    let failed: Mutex<Failed> = Mutex::default();
    let end = options.from.saturating_add(options.seeds);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let is_over = failed.lock().is_ok_and(|failed| options.have_enough(&failed));
            if seed >= end || is_over || started.elapsed() > options.time_box {
                return;
            }
            let story = Case::of(seed).play(false);
            played.fetch_add(1, Ordering::Relaxed);
            compared.fetch_add(u64::from(story.is_compared), Ordering::Relaxed);
            executions.fetch_add(story.executions as u64, Ordering::Relaxed);
            if let (Some(violation), Ok(mut failed)) = (story.violation, failed.lock()) {
                failed.insert(seed, violation.to_string());
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    let summary = format!(
        "kapelle-sim: {} seeds, {} executions, {} compared with the reference, {} failed, {:.1} s\n",
        played.load(Ordering::Relaxed),
        executions.load(Ordering::Relaxed),
        compared.load(Ordering::Relaxed),
        failed.len(),
        started.elapsed().as_secs_f64(),
    );
    match failed.keys().next() {
        None => tell(&summary, ExitCode::SUCCESS),
        Some(_) if options.keeps_going || options.until.is_some() => {
            let lines: String =
                failed.iter().map(|(seed, words)| format!("seed {seed} breaks {words}\n")).collect();
            tell(&format!("{lines}{summary}"), ExitCode::FAILURE)
        }
        Some(seed) => {
            let case = Case::of(*seed);
            let text = report(&case, &case.play(true), options.is_whole);
            tell(&format!("{text}{summary}"), ExitCode::FAILURE)
        }
    }
}

/// A story in words: its flows, its faults, what happened, and what was wrong.
fn report(case: &Case, played: &Played, is_whole: bool) -> String {
    let Some(violation) = &played.violation else {
        return format!("{}\nseed {} holds\n", story(case, played), case.seed);
    };
    let head = format!("seed {} breaks {violation}\n", case.seed);
    if is_whole {
        return format!("{}\n{head}", story(case, played));
    }
    let small = smaller(case, violation);
    let played = small.play(true);
    let words = played.violation.as_ref().map(ToString::to_string).unwrap_or_default();
    format!(
        "{}\nbreaks {words}\n\n{head}replay: kapelle-sim --seed {} --whole\n",
        story(&small, &played),
        case.seed
    )
}

fn story(case: &Case, played: &Played) -> String {
    let flows: Vec<String> = case.flows.iter().map(yaml).collect();
    let mut faults = case.faults;
    let faults: Vec<String> = faults
        .all()
        .iter()
        .filter(|(_, share)| **share > 0)
        .map(|(name, share)| format!("{name} {share}"))
        .collect();
    let trace: String = played.trace.iter().map(|line| format!("{line}\n")).collect();
    format!("{}\nfaults: {}\n\n{trace}\n{}", flows.join("---\n"), faults.join(", "), played.trees)
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        seeds: 3_000,
        from: 0,
        time_box: Duration::from_hours(1),
        seed: None,
        keeps_going: false,
        until: None,
        is_whole: false,
    };
    while let Some(name) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.trim_end_matches('s').parse::<u64>().ok());
        match name.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--time-box" => options.time_box = Duration::from_secs(number()?),
            "--seed" => options.seed = Some(number()?),
            "--keep-going" => options.keeps_going = true,
            "--until" => options.until = Some(arguments.next()?),
            "--whole" => options.is_whole = true,
            _ => return None,
        }
    }
    Some(options)
}

#[expect(clippy::disallowed_methods, reason = "only the program measures")]
fn now() -> Instant {
    Instant::now()
}

fn tell(text: &str, code: ExitCode) -> ExitCode {
    // Nobody listens any more.
    let _closed = io::stdout().write_all(text.as_bytes());
    code
}
