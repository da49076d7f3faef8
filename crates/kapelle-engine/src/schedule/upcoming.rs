//! When a schedule will fire, for people.

use jiff::Zoned;
use kapelle_core::expression::environment::Environment;
use kapelle_core::time::cron::ClockChange;
use kapelle_model::Millis;

use super::Schedule;

/// A moment at which a schedule will fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upcoming {
    pub at: Zoned,
    /// What a clock change has to do with it.
    pub change: Option<ClockChange>,
}

impl Schedule {
    /// The next moments after `from`, whose zone is that of the server. Occurrences whose conditions cannot be foretold
    /// are among them.
    pub fn upcoming(
        &self,
        from: &Zoned,
        count: usize,
        environment: Environment<'_>,
    ) -> Result<Vec<Upcoming>, String> {
        let dates = self.dates(from.time_zone(), environment)?;
        let next = |after: Millis| self.holding(&dates, dates.after(after), environment);
        let first = next(Millis(from.timestamp().as_millisecond()));
        let found = std::iter::successors(first, |date| next(*date)).take(count);
        let upcoming = |date: Millis| {
            let at = dates.zoned(date)?;
            let change = dates.clock_change(&at);
            Some(Upcoming { at, change })
        };
        Ok(found.filter_map(upcoming).collect())
    }
}
