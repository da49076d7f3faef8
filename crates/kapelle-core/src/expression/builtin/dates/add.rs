//! Units that dates are moved by.

use jiff::{SignedDuration, Span, Zoned};
use kapelle_model::Value;

use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// The units of `java.time.temporal.ChronoUnit`, and how many of which base they are.
const UNITS: &[(&str, Base, i64)] = &[
    ("NANOS", Base::Nanos, 1),
    ("MICROS", Base::Nanos, 1_000),
    ("MILLIS", Base::Nanos, 1_000_000),
    ("SECONDS", Base::Nanos, 1_000_000_000),
    ("MINUTES", Base::Nanos, 60_000_000_000),
    ("HOURS", Base::Nanos, 3_600_000_000_000),
    ("HALF_DAYS", Base::Nanos, 43_200_000_000_000),
    ("DAYS", Base::Days, 1),
    ("WEEKS", Base::Days, 7),
    ("MONTHS", Base::Months, 1),
    ("YEARS", Base::Months, 12),
    ("DECADES", Base::Months, 120),
    ("CENTURIES", Base::Months, 1_200),
    ("MILLENNIA", Base::Months, 12_000),
];

#[derive(Clone, Copy, Debug)]
enum Base {
    /// A duration.
    Nanos,
    /// The same time on another day.
    Days,
    /// The same time and day in another month, whose last day it is at most.
    Months,
}

pub(super) struct Unit(&'static (&'static str, Base, i64));

impl Unit {
    pub(super) fn name(&self) -> &'static str {
        self.0.0
    }

    /// The moment that is so many units away; `None` if there is none.
    pub(super) fn add(&self, moment: &Zoned, amount: i64) -> Option<Zoned> {
        let (_, base, size) = *self.0;
        let span = match base {
            Base::Nanos => {
                let nanos = i128::from(amount) * i128::from(size);
                let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
                let duration = SignedDuration::new(seconds, nanos.rem_euclid(1_000_000_000) as i32);
                let moved = moment.timestamp().checked_add(duration).ok()?;
                return Some(moved.to_zoned(moment.time_zone().clone()));
            }
            Base::Days => Span::new().try_days(amount.checked_mul(size)?).ok()?,
            Base::Months => Span::new().try_months(amount.checked_mul(size)?).ok()?,
        };
        let local = moment.datetime().checked_add(span).ok()?;
        let ambiguous = moment.time_zone().to_ambiguous_zoned(local);
        if let jiff::tz::AmbiguousOffset::Fold { after, .. } = ambiguous.offset() {
            // Of two such times the one with the offset before the move.
            if after == moment.offset() {
                return ambiguous.later().ok();
            }
        }
        ambiguous.compatible().ok()
    }
}

/// A number without its fraction, or text that is an integer.
pub(super) fn amount(call: &Call<'_, '_>, index: usize) -> Outcome<i64> {
    let value = call.required(index)?;
    let number = match value {
        Value::Int(number) => Some(*number),
        #[expect(clippy::cast_possible_truncation, reason = "as Java converts")]
        Value::Float(number) => Some(*number as i64),
        #[expect(clippy::cast_possible_truncation, reason = "as Java converts")]
        Value::Float32(number) => Some(*number as i64),
        Value::Str(text) => text.expose().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| call.wrong_argument(index, "an integer", value))
}

/// A unit by its name in any case, plural or singular: flows say `'days'`. Kestra knows only `'DAYS'`.
pub(super) fn unit(call: &Call<'_, '_>, index: usize) -> Outcome<Unit> {
    let name = call.required_text(index)?.expose();
    let wanted = name.to_ascii_uppercase();
    let plural = match wanted.as_str() {
        "CENTURY" => "CENTURIES",
        "MILLENNIUM" => "MILLENNIA",
        other => other,
    };
    let is_meant = |unit: &str| unit == plural || unit.strip_suffix('S') == Some(plural);
    UNITS.iter().find(|(unit, ..)| is_meant(unit)).map(Unit).ok_or_else(|| {
        let units = UNITS.iter().map(|(unit, ..)| *unit).collect::<Vec<_>>().join(", ");
        Error::argument(format!("`dateAdd` has no unit '{}'", form::short(name)))
            .help(format!("the units are {units}"))
    })
}
