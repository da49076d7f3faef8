//! Clauses about texts and moments, as questions.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kapelle_core::time::duration;
use kapelle_model::Millis;
use kapelle_store::filter::{Range, Test};
use regex::RegexBuilder;

use super::{Clause, Operation};
use crate::error::{ApiError, Outcome};

/// Bytes that a pattern may be compiled to.
const PATTERN_MAX: usize = 1 << 20;

/// A question about a text.
pub(crate) fn text(clause: &Clause) -> Outcome<Test> {
    let value = || clause.value.clone();
    Ok(match clause.operation {
        Operation::Equals => Test::Is(value()),
        Operation::NotEquals => Test::IsNot(value()),
        Operation::In => Test::In(clause.values().into_iter().collect()),
        Operation::NotIn => Test::NotIn(clause.values().into_iter().collect()),
        Operation::StartsWith => Test::StartsWith(value()),
        Operation::EndsWith => Test::EndsWith(value()),
        Operation::Contains => Test::Contains(value()),
        Operation::Prefix => Test::Under(value()),
        Operation::Regex => {
            let pattern = RegexBuilder::new(&clause.value).size_limit(PATTERN_MAX).build();
            Test::Matches(pattern.map_err(|_| clause.bad_value("it is no regular expression"))?)
        }
        Operation::Greater | Operation::Less | Operation::GreaterOrEqual | Operation::LessOrEqual => {
            return Err(clause.unsupported());
        }
    })
}

/// A question about the value of a label, whose key is named; of older clients it stands before the value.
pub(crate) fn label(clause: &Clause) -> Outcome<(String, Test)> {
    use Operation::{Contains, Equals, In, NotEquals, NotIn};
    if !matches!(clause.operation, Equals | NotEquals | In | NotIn | Contains) {
        return Err(clause.unsupported());
    }
    if let Some(key) = &clause.key {
        return Ok((key.clone(), text(clause)?));
    }
    let wrong = || clause.bad_value("a label is written as key:value");
    let (key, value) = clause.value.split_once(':').ok_or_else(wrong)?;
    Ok((key.to_owned(), text(&Clause { value: value.to_owned(), ..clause.clone() })?))
}

/// A stretch of time. Both ends of a range are whole milliseconds.
pub(crate) fn range(clause: &Clause) -> Outcome<Range> {
    let at = moment(&clause.value).ok_or_else(|| clause.bad_value("it is no moment"))?;
    let next = Millis(at.0.saturating_add(1));
    let (from, until) = match clause.operation {
        Operation::Equals => (Some(at), Some(next)),
        Operation::Greater => (Some(next), None),
        Operation::GreaterOrEqual => (Some(at), None),
        Operation::Less => (None, Some(at)),
        Operation::LessOrEqual => (None, Some(next)),
        _ => return Err(clause.unsupported()),
    };
    Ok(Range { from, until })
}

/// The stretches of time that a clause about moments means, of which one has to contain the moment.
pub(crate) fn moments(clause: &Clause) -> Outcome<Vec<Range>> {
    if clause.operation != Operation::NotEquals {
        return range(clause).map(|range| vec![range]);
    }
    let not = |operation| range(&Clause { operation, ..clause.clone() });
    Ok(vec![not(Operation::Less)?, not(Operation::Greater)?])
}

/// The time that has passed since a duration ago.
pub(crate) fn since(clause: &Clause, now: Millis) -> Outcome<Range> {
    if clause.operation != Operation::Equals {
        return Err(clause.unsupported());
    }
    let wrong = || clause.bad_value("it is no duration such as PT1H");
    let ago: SignedDuration = duration::parse(&clause.value).map_err(|_| wrong())?;
    let ago = i64::try_from(ago.as_millis()).map_err(|_| wrong())?;
    Ok(Range { from: Some(Millis(now.0.saturating_sub(ago))), until: None })
}

/// A moment, with or without seconds and zone. A plus that became a blank on its way is one again.
pub(crate) fn moment(text: &str) -> Option<Millis> {
    let text = text.trim().replace(' ', "+");
    let zoned = || text.parse::<Timestamp>().ok();
    let local = || text.trim_end_matches('Z').parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let found = zoned().or_else(|| Some(local()?.timestamp()))?;
    Some(Millis(found.as_millisecond()))
}

/// Refuses a moment that is none.
pub(crate) fn demanded(name: &str, text: &str) -> Outcome<Millis> {
    moment(text).ok_or_else(|| ApiError::invalid_entity(format!("{name}: `{text}` is no moment")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_in_many_spellings() {
        for (text, millis) in [
            ("2026-01-02T03:04:05Z", Some(1_767_323_045_000)),
            ("2026-01-02T03:04Z", Some(1_767_323_040_000)),
            ("2026-01-02T03:04:05.250", Some(1_767_323_045_250)),
            ("2026-01-02T04:04:05 01:00", Some(1_767_323_045_000)),
            ("yesterday", None),
        ] {
            assert_eq!(moment(text).map(|moment| moment.0), millis, "{text}");
        }
    }
}
