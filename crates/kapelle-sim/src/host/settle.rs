//! Letting time pass until an execution is where somebody waits for it.

use kapelle_model::{ExecutionId, State};

use super::Host;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It is over, and nothing of it moves any more.
    End,
    /// It does not move.
    Any,
    /// It is in this state, or at its end where it cannot come into it.
    State(State),
}

/// Milliseconds without a change that count as rest: after the end, in any state, in a state that was waited for.
const REST_AFTER_END: i64 = 400;
const REST_ANYWHERE: i64 = 400;
const REST_IN_STATE: i64 = 800;

/// Rest of an execution that is over, though something of it is still open.
const REST_WITH_OPEN: i64 = 4_400;

/// Rest of an execution that is over and will never come into the state that was waited for.
const REST_ELSEWHERE: i64 = 3_000;

/// How long is waited at all.
const PATIENCE: i64 = 30_000;

impl Host {
    /// Lets time pass until an execution is where it should be and rests there. Says whether it came to that.
    pub fn settle(&mut self, id: ExecutionId, until: Until) -> bool {
        let end = self.now().plus(PATIENCE);
        let mut seen = None;
        let mut since = self.now();
        loop {
            if !self.drain() {
                return false;
            }
            let looks = self.looks(id);
            if seen.as_ref() != Some(&looks) {
                seen = Some(looks);
                since = self.now();
            }
            let rest = self.rest(id, until);
            let until_when = rest.map_or(end, |rest| since.plus(rest)).min(end);
            match self.next_moment() {
                Some(next) if next <= until_when => self.advance_to(next),
                // Nothing happens before the rest is long enough.
                _ => {
                    let is_there = rest.is_some_and(|rest| since.plus(rest) <= end);
                    if self.next_moment().is_some() {
                        self.advance_to(until_when);
                    }
                    return is_there;
                }
            }
        }
    }

    /// What a change would change.
    fn looks(&self, id: ExecutionId) -> Option<(State, Vec<(u32, State)>)> {
        let execution = self.executions.get(&id)?.live.execution();
        let runs = execution.runs.iter().map(|run| (run.index.0.get(), run.state())).collect();
        Some((execution.state(), runs))
    }

    /// How long it has to rest as it is now; `None` if it is not where it should be.
    fn rest(&self, id: ExecutionId, until: Until) -> Option<i64> {
        let execution = self.executions.get(&id)?.live.execution();
        let state = execution.state();
        let is_over = state.is_terminal();
        match until {
            Until::Any => Some(REST_ANYWHERE),
            Until::End if is_over => {
                let is_open = execution.runs.iter().any(|run| !run.state().is_terminal());
                Some(if is_open { REST_WITH_OPEN } else { REST_AFTER_END })
            }
            Until::State(wanted) if state == wanted || wanted == State::Paused && is_over => {
                Some(REST_IN_STATE)
            }
            Until::State(_) if is_over => Some(REST_ELSEWHERE),
            Until::End | Until::State(_) => None,
        }
    }
}
