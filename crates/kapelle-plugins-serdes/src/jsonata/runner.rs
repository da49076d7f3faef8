//! Runs an expression on a thread that has room for deep calls.

use kapelle_model::{Failure, Value};
use kapelle_plugin::{Broken, RunContext};

use super::evaluate::{Evaluation, World};
use super::parse::parse;

/// Calls and expressions inside of each other, where the flow does not say it, and at most.
const DEPTH_USUAL: u32 = 1_000;
const DEPTH_MAX: u32 = 4_000;

/// Memory of the thread's stack; what is not used is not taken.
const STACK_BYTES: usize = 512 << 20;

/// Hands an expression to work that evaluates it over values.
pub(super) fn with<T: Send>(
    cx: &RunContext,
    expression: &str,
    depth: Option<u32>,
    work: impl FnOnce(&dyn Fn(&Value) -> Result<Option<Value>, Failure>) -> Result<T, Broken> + Send,
) -> Result<T, Broken> {
    let depth_max = depth.unwrap_or(DEPTH_USUAL).min(DEPTH_MAX) as usize;
    let now = cx.services.now()?;
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
        let running = builder.spawn_scoped(scope, || {
            // A long sum is a deep expression, so it is read, and dropped, where there is room.
            let expression = parse(expression).map_err(Failure::new)?;
            let is_stopped = || cx.is_stopped();
            let random = |bytes: &mut [u8]| cx.services.random(bytes).map_err(|error| error.text().clone());
            let world = World { now, is_stopped: &is_stopped, random: &random };
            let evaluation = Evaluation::new(depth_max, world);
            let done = work(&|value| evaluation.run(&expression, value).map_err(Failure::new));
            cx.go_on()?;
            done
        });
        let running = running.map_err(|error| Failure::new(format!("no thread can be started: {error}")))?;
        running
            .join()
            .unwrap_or_else(|_| Err(Broken::new("the expression ended by a mistake in its program")))
    })
}
