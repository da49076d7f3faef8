//! What a script costs over the start of its program: `true`, again and again, one after the other.
//!
//! The baseline of the same run is a bare spawn of `sh -c true`. Run with `cargo bench -p kapelle-plugins --bench
//! scripts`; nothing fails, a person reads it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures, and prints what it measured"
)]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kapelle_plugin::ErasedTask;
use kapelle_plugin::stage::{Stage, properties_of};
use tokio::runtime::Builder;

const PROPERTIES: &str = "{commands: ['true'], taskRunner: {type: io.kestra.plugin.core.runner.Process}}";
const RUNS: u32 = 300;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|word| word == "shepherd") {
        std::process::exit(kapelle_plugins::runner::shepherd::main(arguments));
    }
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads can be had");
    let own = std::env::current_exe().expect("a program knows itself").display().to_string();
    let with_shepherd = || Stage::new().setting("kapelle.runner.process.shepherd", &own);
    let ways = [
        ("script", Stage::new()),
        ("script, shepherd", with_shepherd()),
        ("the same, no sandbox", with_shepherd().setting("kapelle.runner.process.sandbox", "off")),
    ];
    let tasks: Vec<_> = ways.iter().map(|(name, stage)| (*name, stage.context())).collect();
    let shell = task();
    let mut times = vec![Vec::new(); 1 + tasks.len()];
    // In turns: whatever else the machine does, it does to all.
    for _ in 0..RUNS {
        times[0].push(timed(bare));
        for (place, (_, context)) in tasks.iter().enumerate() {
            times[1 + place]
                .push(timed(|| drop(runtime.block_on(shell.run(context)).expect("`true` succeeds"))));
        }
    }
    println!("`true`, {RUNS} times     median   over bare      best   over bare   a second");
    let names = std::iter::once("bare spawn").chain(tasks.iter().map(|(name, _)| *name));
    let bare = figures(&mut times[0].clone());
    for (name, times) in names.zip(&mut times) {
        let (median, best) = figures(times);
        let (over, over_best) = (median.saturating_sub(bare.0), best.saturating_sub(bare.1));
        let rate = 1.0 / median.as_secs_f64();
        println!("{name:<22} {median:>7.2?}   {over:>9.2?}   {best:>7.2?}   {over_best:>9.2?}   {rate:>8.0}");
    }
}

/// The median and the best.
fn figures(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[0])
}

fn timed(run: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    run();
    begin.elapsed()
}

fn bare() {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "set -e\ntrue"]).stdin(Stdio::null());
    let output = command.output().expect("there is a shell");
    assert!(output.status.success());
}

fn task() -> Arc<dyn ErasedTask> {
    let registry = kapelle_plugins::registry();
    let shell = registry.find("io.kestra.plugin.scripts.shell.Commands").expect("it is built in");
    shell.read(&properties_of(PROPERTIES)).expect("the properties fit")
}
