//! The dates that a schedule is made of, in both directions. Conditions are not asked here.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{form, plain};
use kapelle_core::property::{Property, text_of};
use kapelle_core::time::cron::{ClockChange, ClockChanges, Cron};
use kapelle_core::time::date;
use kapelle_model::{Millis, Value};

use crate::conditions::words;

/// Dates that are looked for at once when going back.
const CHUNK_MAX: usize = 200;

/// How far back a date is looked for.
const BACK_MILLIS_MAX: i64 = 10 * 366 * 86_400_000;

pub(super) struct Dates<'a> {
    zone: TimeZone,
    source: Source<'a>,
}

enum Source<'a> {
    Cron(&'a Cron, ClockChanges),
    /// In order, none twice.
    Listed(Vec<Millis>),
}

impl<'a> Dates<'a> {
    pub(super) fn of_cron(cron: &'a Cron, changes: ClockChanges, zone: TimeZone) -> Self {
        Self { zone, source: Source::Cron(cron, changes) }
    }

    /// A list of dates with or without zone, or a text in JSON that is one.
    pub(super) fn of_list(
        property: &Property,
        zone: TimeZone,
        environment: Environment<'_>,
    ) -> Result<Self, String> {
        let value = property.render(environment);
        let value = value.map_err(|error| format!("its `dates` could not be rendered: {}", words(&error)))?;
        let value = match &value {
            Value::Str(text) => plain::from_json(text.expose()).unwrap_or(value),
            _ => value,
        };
        let Value::List(items) = value else {
            return Err(format!("its `dates` are no list, but {}", form::describe(&value)));
        };
        let listed = items.iter().map(|item| listed(item, &zone)).collect::<Result<Vec<_>, _>>();
        let mut listed = listed?;
        listed.sort_unstable();
        listed.dedup();
        Ok(Self { zone, source: Source::Listed(listed) })
    }

    pub(super) fn after(&self, moment: Millis) -> Option<Millis> {
        match &self.source {
            Source::Cron(cron, changes) => {
                let next = cron.next_after(&self.zoned(moment)?, *changes)?;
                Some(Millis(next.timestamp().as_millisecond()))
            }
            Source::Listed(dates) => dates.get(dates.partition_point(|date| *date <= moment)).copied(),
        }
    }

    pub(super) fn from(&self, moment: Millis) -> Option<Millis> {
        self.after(moment.plus(-1))
    }

    /// Those before a moment, the latest first, at least ten years back.
    pub(super) fn backwards(&self, before: Millis) -> Backwards<'_> {
        let first = before.plus(-BACK_MILLIS_MAX);
        Backwards { dates: self, before, first, span: 60_000, found: Vec::new() }
    }

    /// As people of the schedule's zone write a moment.
    pub(super) fn zoned(&self, moment: Millis) -> Option<Zoned> {
        Some(Timestamp::from_millisecond(moment.0).ok()?.to_zoned(self.zone.clone()))
    }

    pub(super) fn value(&self, moment: Millis) -> Value {
        self.zoned(moment).map_or(Value::Null, |zoned| Value::Zoned(zoned.into()))
    }

    pub(super) fn clock_change(&self, moment: &Zoned) -> Option<ClockChange> {
        match &self.source {
            Source::Cron(cron, changes) => cron.clock_change(moment, *changes),
            Source::Listed(_) => None,
        }
    }
}

/// Goes back by spans of time that are as long as there is something in them, but not much.
pub(super) struct Backwards<'a> {
    dates: &'a Dates<'a>,
    before: Millis,
    first: Millis,
    span: i64,
    found: Vec<Millis>,
}

impl Iterator for Backwards<'_> {
    type Item = Millis;

    fn next(&mut self) -> Option<Millis> {
        while self.found.is_empty() && self.before > self.first {
            let start = self.before.plus(-self.span);
            let dates = std::iter::successors(self.dates.from(start), |date| self.dates.after(*date));
            let found: Vec<_> = dates.take_while(|date| *date < self.before).take(CHUNK_MAX).collect();
            if found.len() == CHUNK_MAX && self.span > 1_000 {
                self.span /= 4;
                continue;
            }
            if found.is_empty() {
                self.span = self.span.saturating_mul(4);
            }
            self.before = start;
            self.found = found;
        }
        self.found.pop()
    }
}

fn listed(item: &Value, zone: &TimeZone) -> Result<Millis, String> {
    if let Value::Zoned(moment) = item {
        return Ok(Millis(moment.timestamp().as_millisecond()));
    }
    let wrong = |reason: &str| format!("its `dates` have {}: {reason}", form::describe(item));
    let text = text_of(item).map_err(|error| wrong(&words(&error)))?;
    let written = text.expose().trim();
    let moment = date::date_time_with_zone(written).or_else(|reason| {
        let local = date::local_date_time(written).map_err(|_| wrong(&reason))?;
        local.to_zoned(zone.clone()).map_err(|_| wrong("it is out of range"))
    })?;
    Ok(Millis(moment.timestamp().as_millisecond()))
}
