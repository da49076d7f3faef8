//! How dates and times are written into files of text.

use std::sync::Arc;

use jiff::Zoned;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use kapelle_core::time::locale::Locale;
use kapelle_core::time::pattern::{self, Named, Pattern};
use kapelle_core::time::zone;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

/// The zone of a property; that of the server if nothing is said.
pub(crate) fn zone_of(cx: &RunContext, property: Option<&Expr<String>>) -> Result<TimeZone, Failure> {
    let Some(name) = cx.filled(property)? else { return Ok(cx.settings.zone.clone()) };
    let name = name.trim();
    zone::find(name).ok_or_else(|| {
        let meant = zone::nearest(name).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        Failure::new(format!("the time zone `{name}` is not known{meant}"))
    })
}

/// Properties that say it.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MomentProperties {
    /// How dates are written; `yyyy-MM-dd` if nothing is said.
    date_format: Option<Expr<String>>,
    /// How times are written; `HH:mm:ss[XXX]` if nothing is said.
    time_format: Option<Expr<String>>,
    /// How dates with a time are written; `yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]` if nothing is said.
    date_time_format: Option<Expr<String>>,
    /// The zone in which dates with a time and a zone are written; that of the server if nothing is said. Moments
    /// without a zone are written in UTC into CSV, and in this zone into Excel.
    time_zone_id: Option<Expr<String>>,
}

/// Writes dates and times.
pub(crate) struct Moments {
    date: Both,
    time: Both,
    date_time: Both,
    pub(crate) zone: TimeZone,
    locale: Locale,
}

/// A pattern, and the same for what knows no zone.
struct Both {
    zoned: Arc<Pattern>,
    local: Arc<Pattern>,
}

impl MomentProperties {
    /// The patterns of dates, times and both.
    pub(crate) fn patterns(&self, cx: &RunContext) -> Result<[String; 3], Failure> {
        let text = |property: Option<&Expr<String>>, usual: &str| {
            Ok::<_, Failure>(cx.filled(property)?.unwrap_or_else(|| usual.to_owned()))
        };
        Ok([
            text(self.date_format.as_ref(), "yyyy-MM-dd")?,
            text(self.time_format.as_ref(), "HH:mm:ss[XXX]")?,
            text(self.date_time_format.as_ref(), "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]")?,
        ])
    }

    pub(crate) fn read(&self, cx: &RunContext) -> Result<Moments, Failure> {
        let locale = Locale::default();
        let both = |text: &str| {
            let get = |text: &str| {
                pattern::get(text, &locale)
                    .map_err(|reason| Failure::new(format!("the format `{text}` is wrong: {reason}")))
            };
            Ok::<_, Failure>(Both { zoned: get(text)?, local: get(&without_zone(text))? })
        };
        let [date, time, date_time] = self.patterns(cx)?;
        Ok(Moments {
            date: both(&date)?,
            time: both(&time)?,
            date_time: both(&date_time)?,
            zone: zone_of(cx, self.time_zone_id.as_ref())?,
            locale: Locale::default(),
        })
    }
}

impl Moments {
    /// The text of a date or time; nothing for other values.
    pub(crate) fn text(&self, value: &Value) -> Result<Option<String>, Failure> {
        let within = |local: DateTime, zone: &TimeZone| local.to_zoned(zone.clone()).map_err(|_| unwritten());
        let zoned = |local: DateTime| within(local, &self.zone);
        let (moment, pattern) = match value {
            Value::Instant(moment) => (moment.to_zoned(TimeZone::UTC), &self.date_time.zoned),
            Value::Zoned(moment) => (moment.with_time_zone(self.zone.clone()), &self.date_time.zoned),
            // No hour is missing in UTC.
            Value::LocalDateTime(moment) => (within(*moment, &TimeZone::UTC)?, &self.date_time.local),
            Value::LocalDate(day) => {
                (zoned(day.to_datetime(jiff::civil::Time::midnight()))?, &self.date.local)
            }
            Value::LocalTime(time) => (zoned(date(1970, 1, 1).to_datetime(*time))?, &self.time.local),
            _ => return Ok(None),
        };
        self.format(&moment, pattern).map(Some)
    }

    fn format(&self, moment: &Zoned, pattern: &Pattern) -> Result<String, Failure> {
        let name = zone::id_of(moment.time_zone());
        pattern.format(Named { moment, zone: &name }, &self.locale).map_err(Failure::new)
    }
}

fn unwritten() -> Failure {
    Failure::new("a date is too far away to be written")
}

/// A pattern without its optional parts that need a zone.
fn without_zone(pattern: &str) -> String {
    let mut text = String::new();
    // Where optional parts begin, and whether they need a zone.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut is_quoted = false;
    for character in pattern.chars() {
        text.push(character);
        match character {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' => open.push((text.len() - 1, false)),
            'X' | 'x' | 'Z' | 'z' | 'O' | 'V' => {
                if let Some((_, needs_zone)) = open.last_mut() {
                    *needs_zone = true;
                }
            }
            ']' => {
                if let Some((start, true)) = open.pop() {
                    text.truncate(start);
                }
            }
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    fn moments(stage: &Stage, zone: &str) -> Moments {
        let text = |text: &str| Some(Expr::fixed(text));
        let properties = MomentProperties {
            date_format: None,
            time_format: None,
            date_time_format: None,
            time_zone_id: text(zone),
        };
        properties.read(&stage.context()).map_err(|failure| failure.to_string()).unwrap()
    }

    #[test]
    fn moments_without_a_zone_are_in_utc_and_others_in_the_zone_that_is_set() {
        let stage = Stage::new();
        let moments = moments(&stage, "Europe/Paris");
        for (value, expected) in [
            (Value::Instant("2026-05-06T07:08:09.1Z".parse().unwrap()), "2026-05-06T07:08:09.100Z"),
            (
                Value::Zoned(Arc::new("2026-05-06T07:08:09+09:00[Asia/Tokyo]".parse().unwrap())),
                "2026-05-06T00:08:09.000+02:00",
            ),
            // Clocks in Paris have no such time.
            (Value::LocalDateTime("2026-03-29T02:30:00".parse().unwrap()), "2026-03-29T02:30:00.000"),
            (Value::LocalDate("2026-05-06".parse().unwrap()), "2026-05-06"),
            (Value::LocalTime("07:08:09".parse().unwrap()), "07:08:09"),
        ] {
            assert_eq!(moments.text(&value).unwrap().as_deref(), Some(expected));
        }
        assert_eq!(moments.text(&Value::Int(1)).unwrap(), None);
    }

    #[test]
    fn optional_parts_go_only_with_their_zone() {
        for (pattern, expected) in
            [("HH:mm[:ss][XXX]", "HH:mm[:ss]"), ("yyyy'[X]'[ 'at' z]", "yyyy'[X]'"), ("HHXXX", "HHXXX")]
        {
            assert_eq!(without_zone(pattern), expected);
        }
    }
}
