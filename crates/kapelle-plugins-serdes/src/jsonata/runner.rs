//! Runs an expression on a thread that has room for deep calls.

use kapelle_model::{Failure, Value};
use kapelle_plugin::{Broken, RunContext};

use super::evaluate::Evaluation;
use super::parse::parse;
use super::tree::Expression;

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
    let expression: Expression = parse(expression).map_err(Failure::new)?;
    let depth_max = depth.unwrap_or(DEPTH_USUAL).min(DEPTH_MAX) as usize;
    let now = cx.services.now()?;
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
        let running = builder.spawn_scoped(scope, || {
            let is_stopped = || cx.is_stopped();
            let evaluation = Evaluation::new(depth_max, now, &is_stopped);
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
