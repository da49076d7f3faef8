//! Loops until a condition holds: after each pass they look, and wait before the next one.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_core::expression::{Outcome, form};
use kapelle_model::effect::Level;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{Failure, State, Value};

use super::ending::allowed;
use super::pause::millis;
use super::restart::take_away;
use super::{Next, Step, words};
use crate::plan::{Kind, Until};
use crate::variables::Variables;
use kapelle_core::property::{is_truthy, text_of};

const ITERATION_COUNT: &str = "iterationCount";

/// Between two passes, if nothing is said.
const INTERVAL_MILLIS: i64 = 60_000;

/// What to do after a pass.
enum Look {
    /// The condition holds.
    Done,
    /// So many milliseconds from now; what the condition gave this time.
    Again { wait: i64, last: Arc<str> },
    /// No more passes are allowed.
    Exhausted { message: &'static str, fails: bool },
}

impl Step<'_> {
    pub(super) fn begin_until(&mut self, run: RunIndex) {
        self.set_output(run, ITERATION_COUNT, Value::Int(1));
    }

    /// Looks at the condition of a loop whose pass is over. Whether it goes on or has ended by that.
    pub(super) fn continues_loop(&mut self, parent: Option<RunIndex>) -> bool {
        let Some(run) = parent else { return false };
        let Kind::Until(until) = &self.task_of(run).kind else { return false };
        let group = self.live.group(parent);
        if group.finally.created > 0 || group.main.failed > 0 || group.main.killed > 0 {
            return false;
        }
        if self.is_paused_by_hand() {
            // It looks when the execution goes on: its own wait would end the pause.
            return true;
        }
        let count = self.iteration_count(run);
        let look = self.with_variables(Some(run), &[], |all| look(until, count + 1, self, run, all));
        match look {
            Ok(Look::Done) => false,
            Ok(Look::Again { wait, last }) => {
                self.set_output(run, ITERATION_COUNT, Value::Int(count + 1));
                self.detail_mut(run).last_check = Some(last);
                self.pause_run(run, Some(self.world.now.plus(wait)));
                true
            }
            Ok(Look::Exhausted { message, fails }) => {
                self.set_output(run, ITERATION_COUNT, Value::Int(count + 1));
                self.log(Some(run), Level::Warn, message);
                if fails {
                    self.detail_mut(run).failure = Some(Failure::new(message));
                    let state = allowed(self.task_of(run), State::Failed);
                    self.end_group_as(run, state);
                }
                fails
            }
            Err(error) => {
                self.break_off(run, &words(&error));
                true
            }
        }
    }

    fn iteration_count(&self, run: RunIndex) -> i64 {
        match self.run(run).outputs.as_ref().and_then(|outputs| outputs.get(ITERATION_COUNT)) {
            Some(Value::Int(count)) => *count,
            _ => 1,
        }
    }

    /// Has the loops look that could not while a person paused the execution.
    pub(super) fn look_again(&mut self) {
        let loops = self.open_runs().into_iter();
        let waiting = loops.filter(|run| matches!(self.task_of(*run).kind, Kind::Until(_)));
        let waiting: Vec<RunIndex> = waiting.collect();
        self.agenda.extend(waiting.into_iter().map(|run| Next::Advance(Some(run))));
    }

    /// The next pass begins: the task runs of the last one are gone.
    pub(super) fn next_iteration(&mut self, run: RunIndex) {
        self.clear_below(run);
        let iteration = self.run(run).iteration.unwrap_or(0) + 1;
        self.run_mut(run).iteration = Some(iteration);
        self.set_run(run, State::Running);
        self.unpause();
        self.agenda.push_back(Next::Advance(Some(run)));
    }

    /// Takes away everything below a task run.
    pub(super) fn clear_below(&mut self, run: RunIndex) {
        let mut gone = BTreeSet::new();
        let mut below: Vec<RunIndex> = self.live.children(run).collect();
        while let Some(child) = below.pop() {
            below.extend(self.live.children(child));
            gone.insert(child);
        }
        self.remove_runs(gone);
    }

    pub(super) fn remove_runs(&mut self, gone: BTreeSet<RunIndex>) {
        if gone.is_empty() {
            return;
        }
        for run in &gone {
            let place = self.live.place_of(*run);
            let Execution { head, runs, .. } = &mut self.live.execution;
            self.effects.extend(take_away(head, &runs[place]));
        }
        self.live.remove(self.plan, &gone);
        self.changed.retain(|run| !gone.contains(run));
        self.removed.extend(gone);
    }
}

fn look(until: &Until, count: i64, step: &Step<'_>, run: RunIndex, all: &Variables<'_>) -> Outcome<Look> {
    let condition = text_of(&until.condition.render(all.environment())?)?;
    if is_truthy(condition.expose()) {
        return Ok(Look::Done);
    }
    let fails = until.fail_on_max.as_ref().map_or(Ok(false), |fails| fails.truth(all.environment()))?;
    let is_over = |property: Option<&kapelle_core::property::Property>| -> Outcome<bool> {
        let Some(property) = property else { return Ok(false) };
        let text = text_of(&property.render(all.environment())?)?;
        let max: i64 = text.expose().trim().parse().map_err(|_| {
            kapelle_core::expression::Error::invalid(format!(
                "`{}` is no number of iterations",
                text.masked()
            ))
        })?;
        Ok(count > max)
    };
    if is_over(until.iterations_max.as_ref())? {
        return Ok(Look::Exhausted { message: "Max iterations reached", fails });
    }
    if let Some(max) = millis(until.duration_max.as_ref(), all)?
        && step.world.now.since(step.run(run).history.started()) >= max
    {
        return Ok(Look::Exhausted { message: "Max duration reached", fails });
    }
    let waited = step.world.now.since(step.run(run).history.started());
    let left = millis(until.timeout.as_ref(), all)?.map(|timeout| timeout.saturating_sub(waited));
    if left.is_some_and(|left| left <= 0) {
        return Ok(Look::Exhausted { message: "The time to wait is over", fails: true });
    }
    let interval = millis(until.interval.as_ref(), all)?.unwrap_or(INTERVAL_MILLIS);
    let wait = left.map_or(interval, |left| interval.min(left));
    Ok(Look::Again { wait, last: form::short(&condition.masked()).into() })
}
