//! Occurrences that come too late: what becomes of them before anything else is asked.

use jiff::SignedDuration;
use kapelle_core::expression::environment::Environment;
use kapelle_core::time::duration;
use kapelle_model::Millis;
use kapelle_model::trigger::SkipReason;

use super::dates::Dates;
use super::{Now, Schedule};

/// An occurrence that is older was missed, even if somebody could have looked at it: the machine slept, or the clock was
/// set. What is younger is only a moment late.
const GRACE_MILLIS: i64 = 60_000;

/// What is done about occurrences at whose time nobody was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recover {
    /// All of them start, one after the other.
    #[default]
    All,
    /// Only the last one starts.
    Last,
    /// None starts.
    None,
}

impl Recover {
    /// As `recoverMissedSchedules` writes them.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ALL" => Some(Self::All),
            "LAST" => Some(Self::Last),
            "NONE" => Some(Self::None),
            _ => None,
        }
    }
}

/// What holds for all occurrences of one turn.
pub(super) struct Lateness {
    recover: Recover,
    /// What is earlier was missed.
    missed_before: Millis,
    /// With `LAST`, the one that starts.
    last: Option<Millis>,
    late_maximum: Option<SignedDuration>,
    now: Millis,
}

impl Schedule {
    /// `next` is the first occurrence that is still to be dealt with.
    pub(super) fn lateness(
        &self,
        dates: &Dates<'_>,
        next: Millis,
        now: Now<'_>,
        environment: Environment<'_>,
    ) -> Lateness {
        let recover = self.recover.unwrap_or(now.recover);
        let missed_before = now.since.max(now.moment.plus(-GRACE_MILLIS)).min(now.moment.plus(1));
        let last = || {
            let newest = dates.backwards(missed_before).next().filter(|date| *date >= next)?;
            let holding = self.held(dates, missed_before, environment);
            Some(holding.filter(|date| *date >= next).unwrap_or(newest))
        };
        Lateness {
            recover,
            missed_before,
            last: if recover == Recover::Last { last() } else { None },
            late_maximum: self.late_maximum.as_ref().ok().copied().flatten(),
            now: now.moment,
        }
    }
}

impl Lateness {
    pub(super) fn is_missed(&self, date: Millis) -> bool {
        date < self.missed_before
    }

    /// Why an occurrence starts nothing, if it is for its age.
    pub(super) fn refusal(&self, date: Millis) -> Option<(SkipReason, String)> {
        let is_missed = self.is_missed(date);
        if is_missed && self.recover == Recover::None {
            let words =
                "nobody was there at its time, and missed ones are left out (recoverMissedSchedules: NONE)";
            return Some((SkipReason::Missed, words.to_owned()));
        }
        if let Some(most) = self.late_maximum
            && SignedDuration::from_millis(self.now.since(date)) > most
        {
            let words = format!("it came later than lateMaximumDelay allows: {}", duration::format(most));
            return Some((SkipReason::Late, words));
        }
        if is_missed && self.last.is_some_and(|last| date < last) {
            let words = "nobody was there at its time, and only the last missed one starts (recoverMissedSchedules: LAST)";
            return Some((SkipReason::Missed, words.to_owned()));
        }
        None
    }
}
