//! Stretches of time between clock changes, and what a change does to a schedule.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::Cron;

/// What becomes of local times that a clock change skips or repeats.
///
/// It is asked only where hours are restricted. A schedule that runs in every hour follows elapsed time: it fires whenever
/// the clock shows one of its times, also a second time, and no neighbour makes up for what the clock does not show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockChanges {
    /// What is skipped does not fire; what is repeated fires the first time.
    Skip,
    /// Nothing is lost and nothing is doubled: what is skipped fires at the first moment after the gap, once for all of
    /// it, and what is repeated fires the first time.
    #[default]
    Once,
    /// As `Once`, but what is repeated fires both times.
    Both,
}

/// What a clock change has to do with a moment at which a schedule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// It stands for this local time, which does not exist on that day.
    Moved { from: DateTime },
    /// The clock shows this local time twice, now for the first time.
    First,
    /// The clock shows this local time for the second time.
    Second,
}

/// Time in which the clock runs steadily.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) offset: Offset,
    /// Nothing, if no change is known before it.
    pub(super) start: Option<Timestamp>,
    /// What the clock would have shown at its start, and what it shows.
    pub(super) change: Option<(DateTime, DateTime)>,
    pub(super) end: Option<Timestamp>,
}

impl ClockChanges {
    /// As flows write them under `dst`.
    pub const NAMES: &[&str] = &["skip", "once", "both"];

    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Skip, Self::Once, Self::Both];
        Self::NAMES.iter().position(|known| *known == name).map(|place| all[place])
    }
}

impl Stretch {
    /// The one that a moment lies in.
    pub(super) fn around(zone: &TimeZone, moment: Timestamp) -> Self {
        let nanosecond = SignedDuration::from_nanos(1);
        let start = moment.checked_add(nanosecond).ok().and_then(|after| zone.preceding(after).next());
        match start {
            Some(start) => Self::from(zone, start.timestamp(), start.offset()),
            None => {
                Self { offset: zone.to_offset(moment), start: None, change: None, end: end(zone, moment) }
            }
        }
    }

    /// The one behind it.
    pub(super) fn following(&self, zone: &TimeZone) -> Option<Self> {
        let start = self.end?;
        Some(Self::from(zone, start, zone.to_offset(start)))
    }

    fn from(zone: &TimeZone, start: Timestamp, offset: Offset) -> Self {
        let before = start.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(start);
        let change = (zone.to_offset(before).to_datetime(start), offset.to_datetime(start));
        Self { offset, start: Some(start), change: Some(change), end: end(zone, start) }
    }

    /// The first local time that it does not contain.
    pub(super) fn end_local(&self) -> DateTime {
        self.end.map_or(DateTime::MAX, |end| self.offset.to_datetime(end))
    }

    /// Local times below this one have been shown before it began.
    pub(super) fn shown_until(&self) -> DateTime {
        match self.change {
            Some((before, after)) if before > after => before,
            _ => DateTime::MIN,
        }
    }

    /// The local times that are skipped where it begins.
    pub(super) fn gap(&self) -> Option<(DateTime, DateTime)> {
        self.change.filter(|(before, after)| before < after)
    }
}

fn end(zone: &TimeZone, moment: Timestamp) -> Option<Timestamp> {
    zone.following(moment).next().map(|change| change.timestamp())
}

impl Cron {
    /// Whether it fires in every hour of a day, so that elapsed time is what counts.
    fn is_steady(&self) -> bool {
        self.hours.len() == 24
    }

    pub(super) fn fires_again(&self, changes: ClockChanges) -> bool {
        self.is_steady() || changes == ClockChanges::Both
    }

    pub(super) fn makes_up(&self, changes: ClockChanges) -> bool {
        !self.is_steady() && changes != ClockChanges::Skip
    }

    /// The first local time of a gap at which it would fire. A day that is skipped as a whole does not exist; nobody
    /// expects anything of it.
    pub(super) fn first_in(&self, (start, end): (DateTime, DateTime)) -> Option<DateTime> {
        let mut from = start;
        loop {
            let local = self.next_local(from, end.date()).filter(|local| *local < end)?;
            let midnight = |date: Date| date.to_datetime(Time::midnight());
            let tomorrow = midnight(local.date().tomorrow().ok()?);
            if midnight(local.date()) < start || tomorrow > end {
                return Some(local);
            }
            from = tomorrow;
        }
    }

    /// What a clock change has to do with one of its moments.
    pub fn clock_change(&self, moment: &Zoned, changes: ClockChanges) -> Option<ClockChange> {
        let zone = moment.time_zone();
        let stretch = Stretch::around(zone, moment.timestamp());
        let local = moment.datetime();
        if let Some(gap) = stretch.gap().filter(|_| self.makes_up(changes))
            && stretch.start == Some(moment.timestamp())
            && self.next_local(local, local.date()) != Some(local)
        {
            return self.first_in(gap).map(|from| ClockChange::Moved { from });
        }
        if local < stretch.shown_until() {
            return Some(ClockChange::Second);
        }
        let next = stretch.following(zone).and_then(|next| next.change);
        next.filter(|(_, after)| local >= *after).map(|_| ClockChange::First)
    }

    /// The first local time from `from` on, within 13 months, at which this would fire but which a clock change skips.
    ///
    /// `None` for schedules that run in every hour: there the neighbours fire, and nobody misses one of them.
    pub fn skipped_by_clock_change(&self, zone: &TimeZone, from: Date) -> Option<DateTime> {
        /// A year, and enough to find the next clock change wherever in the year the search starts.
        const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);
        if self.is_steady() {
            return None;
        }
        let start = from.to_datetime(Time::midnight());
        let end = start.checked_add(LOOK_AHEAD).ok()?;
        // Local times are less than two days away from the moments that UTC gives them.
        let search =
            Offset::UTC.to_timestamp(start.checked_sub(SignedDuration::from_hours(48)).ok()?).ok()?;
        let first = Stretch::around(zone, search);
        std::iter::successors(first.following(zone), |stretch| stretch.following(zone))
            .map_while(|stretch| Some((stretch.gap(), stretch.change?)))
            .take_while(|(_, (before, _))| *before < end)
            .filter_map(|(gap, _)| gap.filter(|(before, _)| *before >= start))
            .find_map(|gap| self.first_in(gap))
    }
}
