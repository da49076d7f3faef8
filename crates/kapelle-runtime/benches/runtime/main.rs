//! How fast flows run: the whole engine with its store on a disk, without HTTP.
//!
//! What the store alone does with executions of one task is told by the bench of `kapelle-store-sqlite`.
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(clippy::cast_precision_loss, reason = "no figure here is that exact")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kapelle_model::State;
use kapelle_model::effect::Request;
use kapelle_runtime::Runtime;

#[path = "../ground/mod.rs"]
mod ground;

use ground::resident;

const ONE: &str = "
id: one
namespace: bench
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: done}
";

fn chain() -> String {
    let tasks = (0..10).map(|number| {
        format!("- {{id: t{number}, type: io.kestra.plugin.core.log.Log, message: 'step {number}'}}\n")
    });
    format!("id: chain\nnamespace: bench\ntasks:\n{}", tasks.collect::<String>())
}

fn wide(width: usize) -> String {
    let values = (0..width).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    format!(
        "id: wide{width}\nnamespace: bench\ntasks:\n- id: each\n  type: io.kestra.plugin.core.flow.ForEach\n  \
         concurrencyLimit: 0\n  values: [{values}]\n  tasks:\n  \
         - {{id: log, type: io.kestra.plugin.core.log.Log, message: '{{{{ taskrun.value }}}}'}}\n"
    )
}

fn main() {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    let folder = std::env::temp_dir().join(format!("kapelle-bench-runtime-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = Arc::new(ground::runtime(&folder, &tokio, None, None));
    for source in [ONE.to_owned(), chain(), wide(100), wide(1_000), wide(10_000)] {
        runtime.save_flow(&"main".into(), &source).unwrap();
    }
    println!("one task:");
    for (in_flight, seconds) in [(1, 2), (100, 4), (1_000, 6)] {
        let (rate, median, worst) = tokio.block_on(throughput(&runtime, "one", in_flight, seconds));
        println!("  {in_flight:>5} in flight  {rate:>8.0} executions/s   p50 {median:.1?}  p99 {worst:.1?}");
    }
    let (rate, ..) = tokio.block_on(throughput(&runtime, "chain", 100, 4));
    println!("ten tasks in a row, 100 in flight: {rate:.0} executions/s, {:.0} tasks/s", rate * 10.0);
    for width in [100_u32, 1_000, 10_000] {
        let before = resident();
        let begin = Instant::now();
        assert_eq!(tokio.block_on(run(&runtime, &format!("wide{width}"))), State::Success);
        let took = begin.elapsed();
        println!(
            "ForEach over {width:>6}: {took:>8.1?}  {:>6.1?} each, memory +{} MiB",
            took / width,
            resident().saturating_sub(before) >> 20
        );
    }
    println!("resident: {} MiB", resident() >> 20);
    drop(runtime);
    std::fs::remove_dir_all(&folder).unwrap();
}

async fn run(runtime: &Runtime, flow: &str) -> State {
    let request = Request::new(runtime.fresh_id(), "bench".into(), flow.into());
    runtime.run(&"main".into(), &request).await.unwrap()
}

/// Executions per second, and how long one takes.
async fn throughput(
    runtime: &Arc<Runtime>,
    flow: &'static str,
    in_flight: usize,
    seconds: u64,
) -> (f64, Duration, Duration) {
    let count = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let clients = (0..in_flight).map(|_| {
        let (runtime, count) = (Arc::clone(runtime), Arc::clone(&count));
        tokio::spawn(async move {
            let mut took = Vec::new();
            while Instant::now() < end {
                let begin = Instant::now();
                assert_eq!(run(&runtime, flow).await, State::Success);
                took.push(begin.elapsed());
                count.fetch_add(1, Ordering::Relaxed);
            }
            took
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut took = Vec::new();
    for client in clients {
        took.extend(client.await.unwrap());
    }
    took.sort_unstable();
    let rate = count.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    (rate, took[took.len() / 2], took[took.len() * 99 / 100])
}
