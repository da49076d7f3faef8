//! Groups that run again as a whole when one of their tasks fails.

use kapelle_core::expression::Outcome;
use kapelle_model::effect::Effect;
use kapelle_model::event::Due;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{Millis, State, Value};

use super::pause::millis;
use super::{Next, Step, words};
use crate::plan::{Backoff, Delay, GroupRetry, Kind, Retry};
use crate::variables::Variables;
use kapelle_core::property::text_of;

impl Step<'_> {
    /// Whether a group waits to run again. On the way it notes how many runs there were.
    pub(super) fn reruns_group(&mut self, parent: Option<RunIndex>) -> bool {
        let Some(run) = parent else { return false };
        let Kind::Retry(retry) = &self.task_of(run).kind else { return false };
        let group = self.live.group(parent);
        let attempts = self.run(run).iteration.unwrap_or(0) - self.run(run).place + 1;
        if group.errors.created + group.finally.created > 0 || group.main.open > 0 {
            return false;
        }
        let has_failed = group.main.failed > 0;
        let is_done = group.main.created as usize == self.live.lists(self.plan, parent).tasks().len();
        if has_failed || is_done {
            self.set_output(run, "attempts", Value::Int(i64::from(attempts)));
        }
        if !has_failed {
            return false;
        }
        let random = self.world.chance.number();
        let (started, now) = (self.run(run).history.started(), self.world.now);
        let next = self.with_variables(Some(run), &[], |all| -> Outcome<_> {
            Ok(retry.rendered(all)?.next(attempts, started, now, random))
        });
        match next {
            Ok(Some(at)) => {
                self.wait_to_run_again(run, at);
                true
            }
            Ok(None) => false,
            Err(error) => {
                self.break_off(run, &words(&error));
                true
            }
        }
    }

    fn wait_to_run_again(&mut self, run: RunIndex, at: Millis) {
        self.detail_mut(run).wake = Some(at);
        self.set_run(run, State::Retrying);
        if self.state() == State::Running {
            self.set_state(State::Retrying);
        }
        self.effects.push(Effect::Wake { at, due: Due::Run(run) });
    }

    pub(super) fn run_group_again(&mut self, run: RunIndex) {
        self.clear_below(run);
        let iteration = self.run(run).iteration.unwrap_or(0) + 1;
        self.run_mut(run).iteration = Some(iteration);
        self.set_run(run, State::Running);
        if self.state() == State::Retrying {
            self.set_state(State::Running);
        }
        self.agenda.push_back(Next::Advance(Some(run)));
    }
}

impl GroupRetry {
    /// The rule with its numbers.
    fn rendered(&self, all: &Variables<'_>) -> Outcome<Retry> {
        let interval = millis(self.delay.as_ref(), all)?.unwrap_or(0);
        let attempts_max = match &self.attempts_max {
            None => None,
            Some(property) => {
                let text = text_of(&property.render(all.environment())?)?;
                Some(text.expose().trim().parse().map_err(|_| {
                    kapelle_core::expression::Error::invalid(format!(
                        "`{}` is no number of attempts",
                        text.masked()
                    ))
                })?)
            }
        };
        let delay = match self.backoff {
            Backoff::Constant => Delay::Constant { interval },
            Backoff::Exponential => Delay::Exponential { interval, factor: 2.0, max: i64::MAX },
            Backoff::Random => Delay::Random { min: 0, max: interval },
        };
        Ok(Retry {
            delay,
            attempts_max,
            duration_max: millis(self.duration_max.as_ref(), all)?,
            warning_on_retry: false,
            new_execution: false,
        })
    }
}
