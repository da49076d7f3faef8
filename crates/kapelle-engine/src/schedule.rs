//! Schedules: when a flow starts by the clock, and why it did not.
//!
//! [`Schedule::first`] says when a new schedule fires, [`due`] when it has to be looked at, and [`Schedule::turn`] what
//! follows when that time has come: an execution to start, occurrences that start nothing, and where it stands
//! afterwards. Nothing here knows a clock or keeps anything.
//!
//! **What the caller owes.** The state that a turn gives, its skipped occurrences and the execution of its firing are
//! written together, or not at all, against the state that the turn was given. The execution is started unless the
//! trigger has one with the same [`Firing::identity`]; then [`SkipReason::Happened`] is written in its place. Where an
//! occurrence has an execution already, because the clock was set to and fro, no record of a skip counts. While
//! executions of a trigger are open it is not turned, unless it may be concurrent. A turn gives one firing at most, and
//! does a bounded amount of work: as long as [`due`] is not later than now there is more to do. So there is one execution
//! or one skip for each occurrence, whatever breaks in between.
//!
//! **Conditions** are asked when an occurrence is due. Beforehand, to say which one is next, only those are taken for an
//! answer that look at nothing but the date: what keys, secrets or variables say can be otherwise by then. An occurrence
//! whose conditions cannot be foretold is looked at in its time.
//!
//! [`Firing::identity`]: kapelle_model::trigger::Firing::identity
//! [`SkipReason::Happened`]: kapelle_model::trigger::SkipReason::Happened

mod backfill;
mod dates;
mod firing;
mod foresight;
mod missed;
mod read;
mod turn;
mod upcoming;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kapelle_core::expression::environment::Environment;
use kapelle_core::time::cron::{ClockChanges, Cron};
use kapelle_core::time::zone;
use kapelle_model::Millis;
use kapelle_model::trigger::TriggerState;

use crate::conditions::{Conditions, words};
use kapelle_core::property::Property;

pub use backfill::{Preview, Wanted, cancel, pause, unpause};
pub use missed::Recover;
pub use turn::Turn;
pub use upcoming::Upcoming;

use dates::Dates;

/// Occurrences that one call looks at; what is left waits for the next one.
const DATES_MAX: usize = 10_000;

/// Occurrences of the past that a trigger starts in a minute, so that a long absence is no storm.
const CAUGHT_UP_MAX: u32 = 100;

const MILLIS_PER_MINUTE: i64 = 60_000;

/// A schedule, ready to be asked: `trigger.Schedule` or `trigger.ScheduleOnDates`.
#[derive(Debug)]
pub struct Schedule {
    id: String,
    /// As it was written.
    type_name: String,
    namespace: String,
    flow: String,
    is_disabled: bool,
    times: Times,
    /// Nothing stands for the zone of the server.
    zone: Option<Property>,
    recover: Option<Recover>,
    late_maximum: Result<Option<SignedDuration>, String>,
    conditions: Conditions,
    inputs: Option<Property>,
    labels: Vec<(String, Property)>,
}

#[derive(Debug)]
enum Times {
    Cron { cron: Result<Cron, String>, changes: ClockChanges },
    Listed(Option<Property>),
}

/// The moment of a call, and what the installation says.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    pub moment: Millis,
    /// From when on somebody could have looked at the trigger: the start of the scheduler, or the end of what locked the
    /// trigger. What lies before was missed.
    pub since: Millis,
    /// The zone of the server.
    pub zone: &'a TimeZone,
    /// What is done about missed occurrences, unless the trigger says it.
    pub recover: Recover,
}

/// When a trigger has to be looked at next; never, while it is switched off or its backfill is paused.
pub fn due(state: &TriggerState) -> Option<Millis> {
    let is_paused = state.backfill.as_ref().is_some_and(|backfill| backfill.is_paused);
    let next = state.next.filter(|_| !state.is_disabled && !is_paused)?;
    let (minute, count) = state.caught_up;
    // What somebody asked for is no storm that came by itself.
    if count < CAUGHT_UP_MAX || state.backfill.is_some() {
        return Some(next);
    }
    Some(next.max(Millis(minute.saturating_add(1).saturating_mul(MILLIS_PER_MINUTE))))
}

impl Schedule {
    /// The first occurrence after `now`, for a trigger that is new, was changed or is switched on again; the past is no
    /// business of it. Nothing, if there is none within ten years. An error says what is wrong with the trigger.
    pub fn first(&self, now: Now<'_>, environment: Environment<'_>) -> Result<Option<Millis>, String> {
        let dates = self.dates(now.zone, environment)?;
        Ok(self.holding(&dates, dates.after(now.moment), environment))
    }

    /// Where a trigger stands after the clock went back, which is known by a state that was evaluated later than now: its
    /// next occurrence is the first one after now again. Those that have an execution do not fire again, since their
    /// identity is the same; records of skipped ones that lie after now are withdrawn together with the writing of this
    /// state. Where the clock did not go back nothing changes.
    #[must_use]
    pub fn rewound(&self, state: &TriggerState, now: Now<'_>, environment: Environment<'_>) -> TriggerState {
        let mut state = state.clone();
        state.evaluated = state.evaluated.map(|evaluated| evaluated.min(now.moment));
        if state.caught_up.0 > minute_of(now.moment) {
            state.caught_up = (0, 0);
        }
        let Ok(dates) = self.dates(now.zone, environment) else { return state };
        let first = self.holding(&dates, dates.after(now.moment), environment);
        let next = match &mut state.backfill {
            Some(backfill) => &mut backfill.resumes_at,
            None => &mut state.next,
        };
        if first.is_some_and(|first| next.is_none_or(|next| next > first)) {
            *next = first;
            // What is jumped over from here on is told as if it had not been yet.
            state.date = dates.backwards(now.moment.plus(1)).next();
        }
        state
    }

    /// The dates it is made of, or what is wrong with it.
    fn dates(&self, server_zone: &TimeZone, environment: Environment<'_>) -> Result<Dates<'_>, String> {
        self.late_maximum.as_ref().map_err(Clone::clone)?;
        let zone = match &self.zone {
            None => server_zone.clone(),
            Some(property) => {
                let text = property.render_text(environment);
                let text =
                    text.map_err(|error| format!("its `timezone` could not be rendered: {}", words(&error)))?;
                let name = text.expose().trim();
                zone::find(name)
                    .ok_or_else(|| format!("its `timezone` is `{}`, which is no zone", text.masked()))?
            }
        };
        match &self.times {
            Times::Cron { cron, changes } => {
                let cron = cron.as_ref().map_err(Clone::clone)?;
                Ok(Dates::of_cron(cron, *changes, zone))
            }
            Times::Listed(None) => Err("its `dates` are missing".to_owned()),
            Times::Listed(Some(property)) => Dates::of_list(property, zone, environment),
        }
    }
}

fn minute_of(moment: Millis) -> i64 {
    moment.0.div_euclid(MILLIS_PER_MINUTE)
}

#[cfg(test)]
mod tests;
