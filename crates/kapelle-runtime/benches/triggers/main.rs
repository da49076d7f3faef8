//! How late schedules are when there are many of them, and what they cost when nothing is due.
//!
//! `--schedules N` says how many fire in a minute; twice as many are there at the start.
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(clippy::cast_precision_loss, reason = "no figure here is that exact")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kapelle_engine::schedule::{Recover, Wanted};
use kapelle_model::Millis;
use kapelle_model::trigger::TriggerKey;
use kapelle_runtime::{Listener, News, Runtime, machine_now};

#[path = "../ground/mod.rs"]
mod ground;

use ground::resident;

const SCHEDULES: usize = 50_000;

/// Threads that save flows.
const SAVERS: usize = 4;

/// A minute of occurrences.
const MINUTE: Duration = Duration::from_mins(1);

/// Late by so many milliseconds, each execution once.
type Late = Arc<Mutex<Vec<(String, i64)>>>;

fn flow(number: usize, cron: &str, more: &str) -> String {
    format!(
        "id: f{number}\nnamespace: bench.n{}\ntriggers:\n- {{id: t, type: io.kestra.plugin.core.trigger.Schedule, \
         withSeconds: true, cron: '{cron}'{more}}}\ntasks:\n- {{id: log, type: io.kestra.plugin.core.log.Log, message: done}}\n",
        number % 100
    )
}

fn save(runtime: &Runtime, count: usize, flow: impl Fn(usize) -> String + Sync) {
    std::thread::scope(|scope| {
        for saver in 0..SAVERS {
            let flow = &flow;
            scope.spawn(move || {
                for number in (saver..count).step_by(SAVERS) {
                    runtime.save_flow(&"main".into(), &flow(number)).unwrap();
                }
            });
        }
    });
}

fn main() {
    let given = std::env::args().skip_while(|argument| argument != "--schedules").nth(1);
    let count = given.map_or(SCHEDULES, |count| count.parse().unwrap());
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    let folder = std::env::temp_dir().join(format!("kapelle-bench-triggers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let late = Late::default();

    let runtime = begin(&folder, &tokio, &late);
    let filling = Instant::now();
    save(&runtime, 2 * count, |number| flow(number, "0 0 0 1 1 *", ""));
    let rate = 2.0 * count as f64 / filling.elapsed().as_secs_f64();
    println!("{} flows with a schedule saved, {rate:.0} a second", 2 * count);
    drop(runtime);

    let start = Instant::now();
    let runtime = begin(&folder, &tokio, &late);
    let ready = start.elapsed();
    assert!(runtime.wait_until_quiet(MINUTE));
    println!(
        "start with {} schedules: {ready:.0?}, all looked at after {:.0?} (aim 3 s), resident {} MiB",
        2 * count,
        start.elapsed(),
        resident() >> 20
    );
    let used = processor_time();
    std::thread::sleep(Duration::from_secs(5));
    let share = processor_time().saturating_sub(used).as_secs_f64() / 5.0;
    println!("idle: {:.2} % of a core (aim 1 %)", share * 100.0);

    save(&runtime, count, |number| flow(number, &format!("{} * * * * *", number % 60), ""));
    late.lock().unwrap().clear();
    std::thread::sleep(MINUTE);
    report(&format!("{count} schedules, one each minute"), &late, "aim 250 ms at p99");

    println!("a backfill of a million beside them:");
    let key = big(&runtime);
    late.lock().unwrap().clear();
    std::thread::sleep(MINUTE);
    let backfilled = late.lock().unwrap().iter().filter(|(flow, _)| flow == "big").count();
    late.lock().unwrap().retain(|(flow, _)| flow != "big");
    report("  the others", &late, "");
    println!("  of the backfill: {:.0} occurrences/s", backfilled as f64 / MINUTE.as_secs_f64());
    runtime.cancel_backfill(&key).unwrap();
    drop(runtime);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn begin(folder: &Path, tokio: &tokio::runtime::Runtime, late: &Late) -> Runtime {
    let late = Arc::clone(late);
    let listener: Listener = Box::new(move |news| {
        if let News::Changed { execution, .. } = news
            && execution.head.version == 1
            && let Some(start) = execution.birth.start
        {
            let millis = machine_now().since(start.at);
            late.lock().unwrap().push((execution.birth.flow.to_string(), millis));
        }
    });
    ground::runtime(folder, tokio, Some(Recover::All), Some(listener))
}

/// A schedule with a million occurrences of the past.
fn big(runtime: &Runtime) -> TriggerKey {
    let source = flow(0, "*/10 * * * * *", ", allowConcurrent: true").replace("id: f0", "id: big");
    runtime.save_flow(&"main".into(), &source).unwrap();
    let key = TriggerKey {
        tenant: "main".into(),
        namespace: "bench.n0".into(),
        flow: "big".into(),
        trigger: "t".into(),
    };
    let start = Millis(machine_now().0 - 10_000 * 1_000_000);
    let wanted = Wanted { start, end: None, is_paused: false, inputs: Arc::default(), labels: Vec::new() };
    runtime.backfill(&key, &wanted).unwrap();
    key
}

fn report(what: &str, late: &Late, aim: &str) {
    let mut all: Vec<i64> = late.lock().unwrap().iter().map(|(_, millis)| *millis).collect();
    all.sort_unstable();
    let at = |share: usize| all.get(all.len() * share / 100).copied().unwrap_or_default();
    println!(
        "{what}: {} executions, late p50 {} ms, p99 {} ms, most {} ms  {aim}",
        all.len(),
        at(50),
        at(99),
        all.last().copied().unwrap_or_default()
    );
}

/// What this process used so far.
fn processor_time() -> Duration {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND)
}
