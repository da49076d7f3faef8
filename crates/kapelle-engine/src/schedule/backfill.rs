//! Backfills: occurrences of the past that a person asks for.
//!
//! The ordinary occurrences wait until a backfill is over, also while it is paused, and go on where they stood; what
//! became due meanwhile is treated as missed.

use std::sync::Arc;

use jiff::Zoned;
use kapelle_core::expression::environment::Environment;
use kapelle_model::trigger::{Backfill, TriggerState};
use kapelle_model::{Map, Millis};

use super::{DATES_MAX, Now, Schedule};

/// What a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub start: Millis,
    /// Now, if nothing is said; never later.
    pub end: Option<Millis>,
    pub is_paused: bool,
    /// They hold over those of the trigger.
    pub inputs: Arc<Map>,
    pub labels: Vec<(Arc<str>, Arc<str>)>,
}

/// How much a backfill would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub count: usize,
    /// There are more; counting stopped.
    pub is_more: bool,
    pub first: Option<Zoned>,
    pub last: Option<Zoned>,
}

impl Schedule {
    /// Begins a backfill, or says why not.
    pub fn begin_backfill(
        &self,
        state: &TriggerState,
        wanted: Wanted,
        now: Now<'_>,
        environment: Environment<'_>,
    ) -> Result<TriggerState, String> {
        if self.is_disabled || state.is_disabled {
            return Err(format!("trigger `{}` is disabled: enable it before a backfill", self.id));
        }
        if state.backfill.is_some() {
            return Err(format!(
                "trigger `{}` has a backfill already: wait for its end, or delete it first",
                self.id
            ));
        }
        if wanted.start > now.moment {
            return Err("the start of a backfill lies in the future: it is for the past".to_owned());
        }
        let end = wanted.end.map_or(now.moment, |end| end.min(now.moment));
        if end < wanted.start {
            return Err("the end of the backfill lies before its start".to_owned());
        }
        let dates = self.dates(now.zone, environment)?;
        let current = dates.from(wanted.start).filter(|date| *date <= end);
        let mut state = state.clone();
        let resumes_at = std::mem::replace(&mut state.next, current);
        state.backfill = Some(Backfill {
            start: wanted.start,
            end,
            current: current.unwrap_or(end),
            is_paused: wanted.is_paused,
            inputs: wanted.inputs,
            labels: wanted.labels,
            resumes_at,
            created: now.moment,
        });
        if current.is_none() {
            finish(&mut state);
        }
        Ok(state)
    }

    /// What a backfill would start, as far as conditions can be foretold.
    pub fn preview(
        &self,
        start: Millis,
        end: Millis,
        now: Now<'_>,
        environment: Environment<'_>,
    ) -> Result<Preview, String> {
        let dates = self.dates(now.zone, environment)?;
        let end = end.min(now.moment);
        let holds = |date: &Millis| self.may_hold(&dates, *date, environment);
        let all = std::iter::successors(dates.from(start), |date| dates.after(*date));
        let looked_at: Vec<_> = all.take_while(|date| *date <= end).take(DATES_MAX + 1).collect();
        let is_more = looked_at.len() > DATES_MAX;
        let found: Vec<_> = looked_at.into_iter().take(DATES_MAX).filter(holds).collect();
        let last = if is_more {
            dates.backwards(end.plus(1)).take_while(|date| *date >= start).take(DATES_MAX).find(holds)
        } else {
            found.last().copied()
        };
        let zoned = |date: Millis| dates.zoned(date);
        Ok(Preview {
            count: found.len(),
            is_more,
            first: found.first().copied().and_then(zoned),
            last: last.and_then(zoned),
        })
    }
}

/// Its occurrences wait, and so do the ordinary ones.
pub fn pause(state: &TriggerState) -> Result<TriggerState, String> {
    set_paused(state, true)
}

/// It goes on where it stood.
pub fn unpause(state: &TriggerState) -> Result<TriggerState, String> {
    set_paused(state, false)
}

/// It is over, and the ordinary occurrences go on where they stood.
pub fn cancel(state: &TriggerState) -> Result<TriggerState, String> {
    if state.backfill.is_none() {
        return Err(NO_BACKFILL.to_owned());
    }
    let mut state = state.clone();
    finish(&mut state);
    Ok(state)
}

const NO_BACKFILL: &str = "the trigger has no backfill";

fn set_paused(state: &TriggerState, is_paused: bool) -> Result<TriggerState, String> {
    let mut state = state.clone();
    let backfill = state.backfill.as_mut().ok_or(NO_BACKFILL)?;
    if backfill.is_paused == is_paused {
        let words = if is_paused { "the backfill is paused already" } else { "the backfill is not paused" };
        return Err(words.to_owned());
    }
    backfill.is_paused = is_paused;
    Ok(state)
}

pub(super) fn finish(state: &mut TriggerState) {
    if let Some(backfill) = state.backfill.take() {
        state.next = backfill.resumes_at;
    }
}
