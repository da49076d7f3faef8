//! Conditions that have to come together in a window: preconditions, a `MultipleCondition`, `dependsOn`.
//!
//! A condition that once held stays so for its window. What is kept are the executions that made conditions hold, for
//! each condition the last one.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_model::window::{Contribution, Window};
use kapelle_model::{ExecutionId, Millis};

use super::key::Key;
use super::waiting::time_text;
use super::{Now, Upstream};
use crate::conditions::{Answer, Subject, Verdict};
use crate::windows::{self, Period, Stretch};

/// What has to come together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) id: String,
    /// What people call it: `preconditions`, `dependsOn`.
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
    /// How many of the keys have to hold.
    pub(super) needed: usize,
    pub(super) period: Result<Period, String>,
    pub(super) afterwards: Afterwards,
    /// Whether somebody wants to know that a window ended without success.
    pub(super) is_watched: bool,
}

/// What becomes of a window that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// Everything has to come together anew.
    Reset,
    /// Each further event starts another execution.
    Again,
    /// Nothing more starts until it ends.
    Rest,
}

/// What is needed for a step.
pub(super) struct Asking<'a> {
    pub(super) upstream: &'a Upstream<'a>,
    pub(super) subject: &'a Subject<'a>,
    pub(super) environment: Environment<'a>,
    pub(super) now: Now<'a>,
    /// No other group has to come together with this one.
    pub(super) is_only: bool,
}

/// What a change did to a group.
pub(super) struct Step {
    verdict: Verdict,
    /// The change is one that the group waits for.
    pub(super) has_matched: bool,
    pub(super) is_complete: bool,
    pub(super) warnings: Vec<String>,
    /// The window as it is now, if there is one.
    window: Option<Window>,
    /// Whether a window is of use after this.
    is_kept: bool,
    /// The executions that came together.
    pub(super) causes: Vec<(ExecutionId, Contribution)>,
    afterwards: Afterwards,
    lookback: Option<i64>,
}

impl Step {
    pub(super) fn take_verdict(&mut self) -> Verdict {
        std::mem::take(&mut self.verdict)
    }

    /// The window to keep, now that it is known whether an execution starts.
    pub(super) fn into_window(self, has_fired: bool, now: Millis) -> Option<Window> {
        let mut window = self.window.filter(|_| self.is_kept)?;
        if !has_fired {
            return self.has_matched.then_some(window);
        }
        window.fired = true;
        match self.afterwards {
            Afterwards::Reset => windows::spend(&mut window),
            Afterwards::Again => {}
            Afterwards::Rest => {
                if let Some(length) = self.lookback {
                    window.end = now.plus(length);
                }
            }
        }
        Some(window)
    }
}

impl Group {
    /// Whether one execution completes it, so that nothing has to be remembered.
    fn is_single(&self) -> bool {
        self.needed == 1 && self.afterwards != Afterwards::Rest && !self.is_watched
    }

    pub(super) fn step(&self, windows: &[Window], asking: &Asking<'_>) -> Step {
        let stored = windows.iter().find(|window| *window.id == *self.id);
        let stretch = match &self.period {
            Ok(period) => period.at(asking.now.moment, asking.now.zone),
            Err(reason) => return self.unusable(reason),
        };
        let current = self.current(stored, asking.now.moment);
        let Some(stretch) = stretch else {
            return self.outside(asking.now);
        };
        if current.as_ref().is_some_and(|window| window.fired) && self.afterwards == Afterwards::Rest {
            let reason = "it has started an execution in this window, and starts one only once";
            return self.idle(Verdict::no(&self.name, reason), current);
        }
        let change = asking.upstream.state_change();
        if stored.is_some_and(|window| window.has_seen(change)) {
            return self.idle(Verdict::no(&self.name, "this change was taken into account before"), current);
        }
        self.ask(asking, stretch, stored, current)
    }

    /// The window that is open now: a stored one in which something happened and that has not ended.
    pub(super) fn current(&self, stored: Option<&Window>, now: Millis) -> Option<Window> {
        let mut window = stored.filter(|window| window.contains(now))?.clone();
        // What was changed in the flow since has to hold anew.
        windows::retain(&mut window, |key, definition| {
            self.keys.iter().any(|known| known.name == key && known.definition == definition)
        });
        if let Ok(Period::Lookback { length }) = self.period
            && !window.fired
        {
            windows::forget_before(&mut window, now.plus(-length));
        }
        let has_content = !window.results.is_empty() || (window.fired && self.afterwards == Afterwards::Rest);
        has_content.then_some(window)
    }

    fn ask(
        &self,
        asking: &Asking<'_>,
        stretch: Stretch,
        stored: Option<&Window>,
        current: Option<Window>,
    ) -> Step {
        let verdicts: Vec<Verdict> = self.keys.iter().map(|key| key.ask(asking)).collect();
        let warnings = verdicts.iter().filter_map(|verdict| verdict.outcome().err()).collect();
        let matched = || self.keys.iter().zip(&verdicts).filter(|(_, verdict)| verdict.holds());
        let has_matched = matched().next().is_some();
        let mut window = current;
        if has_matched {
            let open = window.get_or_insert_with(|| {
                let mut open = windows::fresh(&self.id, stretch, stored);
                // What was fired in this stretch before stays known to those who look for misses.
                open.fired = stored.is_some_and(|before| before.fired && before.contains(asking.now.moment));
                open
            });
            if matches!(self.period, Ok(Period::Lookback { .. })) {
                open.end = stretch.end;
            }
            let keys = matched().map(|(key, _)| (Arc::from(key.name.as_str()), key.definition));
            windows::record(open, asking.upstream.state_change(), contribution(asking), keys);
        }
        let held = self.held(window.as_ref());
        let is_complete = held.len() >= self.needed;
        let causes = self.causes(window.as_ref());
        Step {
            verdict: self.told(verdicts, &held, window.as_ref(), is_complete, asking.now),
            has_matched,
            is_complete,
            warnings,
            window,
            is_kept: !(self.is_single() && asking.is_only),
            causes,
            afterwards: self.afterwards,
            lookback: self.lookback(),
        }
    }

    /// The keys that hold in a window, with the executions that made them hold.
    pub(super) fn held(&self, window: Option<&Window>) -> BTreeMap<&str, ExecutionId> {
        let results = window.map(|window| &window.results);
        let held = |key: &Key| Some(results?.get(key.name.as_str())?.by);
        self.keys.iter().filter_map(|key| Some((key.name.as_str(), held(key)?))).collect()
    }

    /// The executions that came together; where any one will do, only the last.
    fn causes(&self, window: Option<&Window>) -> Vec<(ExecutionId, Contribution)> {
        let mut causes: Vec<_> =
            window.iter().flat_map(|window| &window.causes).map(|(id, cause)| (*id, cause.clone())).collect();
        if self.needed == 1 {
            causes.sort_by_key(|(id, cause)| (cause.at, *id));
            causes.drain(..causes.len().saturating_sub(1));
        }
        causes
    }

    fn lookback(&self) -> Option<i64> {
        match self.period {
            Ok(Period::Lookback { length }) => Some(length),
            _ => None,
        }
    }

    /// The answers of the keys: those that held before hold on.
    fn told(
        &self,
        verdicts: Vec<Verdict>,
        held: &BTreeMap<&str, ExecutionId>,
        window: Option<&Window>,
        is_complete: bool,
        now: Now<'_>,
    ) -> Verdict {
        let parts = verdicts.into_iter().map(|verdict| match held.get(verdict.name.as_str()) {
            Some(execution) if !verdict.holds() => {
                let reason = format!("it holds since execution {execution}");
                Verdict { answer: Answer::Yes, reason, ..verdict }
            }
            _ => verdict,
        });
        let until = match window {
            Some(window) => format!(" in the window until {}", time_text(window.end, now.zone)),
            None => String::new(),
        };
        let reason = format!("{} of {} hold, {} needed{until}", held.len(), self.keys.len(), self.needed);
        Verdict::new(&self.name, Ok((is_complete, reason))).with_parts(parts.collect())
    }

    /// Nothing is recorded outside of the times of a day.
    fn outside(&self, now: Now<'_>) -> Step {
        let next = self.period.as_ref().ok().and_then(|period| period.next(now.moment, now.zone));
        let reason = match next {
            Some(next) => format!(
                "{} is outside of the times of the day; the next window opens at {}",
                time_text(now.moment, now.zone),
                time_text(next.start, now.zone)
            ),
            None => "it is outside of the times of the day".to_owned(),
        };
        self.idle(Verdict::no(&self.name, reason), None)
    }

    fn unusable(&self, reason: &str) -> Step {
        let reason = format!("its window cannot be used: {reason}");
        let mut step = self.idle(Verdict::new(&self.name, Err(reason.clone())), None);
        step.warnings.push(reason);
        step
    }

    /// Nothing happens.
    fn idle(&self, verdict: Verdict, window: Option<Window>) -> Step {
        Step {
            verdict,
            has_matched: false,
            is_complete: false,
            warnings: Vec::new(),
            window,
            is_kept: true,
            causes: Vec::new(),
            afterwards: self.afterwards,
            lookback: self.lookback(),
        }
    }
}

fn contribution(asking: &Asking<'_>) -> Contribution {
    Contribution {
        change: asking.upstream.change,
        at: asking.now.moment,
        flow: asking.upstream.execution.flow.into(),
        outputs: asking.upstream.outputs(),
    }
}
