//! Moments on the command line.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use kapelle_model::Millis;

/// `30d` before now, `2026-01-31`, or `2026-01-31T12:00:00Z`. Days begin in UTC.
pub(super) fn parse(text: &str, now: Timestamp) -> Result<Millis, String> {
    let text = text.trim();
    let moment = if let Ok(moment) = text.parse::<Timestamp>() {
        moment
    } else if let Ok(date) = text.parse::<Date>() {
        date.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?.timestamp()
    } else {
        let wrong = || format!("`{text}` is neither an age such as `30d` nor a date such as `2026-01-31`");
        let age: Span = text.parse().map_err(|_| wrong())?;
        if age.is_negative() {
            return Err(wrong());
        }
        let now = now.to_zoned(TimeZone::UTC);
        now.checked_sub(age).map_err(|_| format!("nothing is as old as `{text}`"))?.timestamp()
    };
    Ok(Millis(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_a_date_and_a_moment_are_moments() {
        let now: Timestamp = "2026-03-31T10:00:00Z".parse().unwrap();
        for (text, moment) in [
            ("30d", "2026-03-01T10:00:00Z"),
            ("12h", "2026-03-30T22:00:00Z"),
            ("P1M", "2026-02-28T10:00:00Z"),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00Z"),
        ] {
            let moment: Timestamp = moment.parse().unwrap();
            assert_eq!(parse(text, now), Ok(Millis(moment.as_millisecond())), "{text}");
        }
        for text in ["", "soon", "30", "-30d", "2026-02-30", "99999999y"] {
            assert!(parse(text, now).is_err(), "{text}");
        }
    }
}
