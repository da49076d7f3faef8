//! Conditions about a moment between two others, or a time of day between two others. The ends do not belong to it.

use jiff::Zoned;
use jiff::civil::Time;
use jiff::tz::Offset;
use kapelle_core::time::{date, zone};

use super::{Found, Question, Reader, shown};
use kapelle_core::property::Property;

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

#[derive(Debug)]
pub(super) struct Between {
    date: Property,
    after: Option<Property>,
    before: Option<Property>,
    /// The ends are times of day and come again every day.
    is_daily: bool,
}

impl Between {
    fn new(reader: &Reader<'_>, is_daily: bool) -> Self {
        Self {
            date: reader.property_or("date", "{{ trigger.date }}"),
            after: reader.property("after"),
            before: reader.property("before"),
            is_daily,
        }
    }

    pub(super) fn dates(reader: &Reader<'_>) -> Self {
        Self::new(reader, false)
    }

    pub(super) fn times(reader: &Reader<'_>) -> Self {
        Self::new(reader, true)
    }

    pub(super) fn ask(&self, question: &Question<'_>) -> Found {
        let moment = read(question, &self.date, "date", date::date_time_with_zone)?;
        if self.is_daily { self.ask_daily(question, &moment) } else { self.ask_once(question, &moment) }
    }

    fn ask_once(&self, question: &Question<'_>, moment: &Zoned) -> Found {
        let [after, before] = self.ends(question, date::date_time_with_zone)?;
        let holds = after.as_ref().is_none_or(|after| moment > after)
            && before.as_ref().is_none_or(|before| moment < before);
        let written = |end: Zoned| end.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let [after, before] = [after.map(written), before.map(written)];
        Ok((holds, reason(&written(moment.clone()), after, before)))
    }

    fn ask_daily(&self, question: &Question<'_>, moment: &Zoned) -> Found {
        let [after, before] = self.ends(question, date::offset_time)?;
        let holds = match (after, before) {
            (Some(after), Some(before)) => is_inside(of_day(moment.time(), moment.offset()), after, before),
            (Some((time, offset)), None) => in_offset(moment, offset) > time,
            (None, Some((time, offset))) => in_offset(moment, offset) < time,
            (None, None) => true,
        };
        let written = |(time, offset): (Time, Offset)| format!("{time}{}", offset_text(offset));
        let [after, before] = [after.map(written), before.map(written)];
        Ok((holds, reason(&written((moment.time(), moment.offset())), after, before)))
    }

    /// The ends that are given; at least one has to be.
    fn ends<T>(
        &self,
        question: &Question<'_>,
        parse: fn(&str) -> Result<T, String>,
    ) -> Result<[Option<T>; 2], String> {
        let end = |property: &Option<Property>, name: &str| {
            property.as_ref().map(|property| read(question, property, name, parse)).transpose()
        };
        match [end(&self.after, "after")?, end(&self.before, "before")?] {
            [None, None] => Err("Invalid condition with no before nor after".to_owned()),
            ends => Ok(ends),
        }
    }
}

fn read<T>(
    question: &Question<'_>,
    property: &Property,
    name: &str,
    parse: fn(&str) -> Result<T, String>,
) -> Result<T, String> {
    let text = question.text(property)?;
    parse(text.expose().trim()).map_err(|reason| format!("`{name}` is {}: {reason}", shown(&text)))
}

fn reason(moment: &str, after: Option<String>, before: Option<String>) -> String {
    let after = after.map(|after| format!("after {after}"));
    let before = before.map(|before| format!("before {before}"));
    let asked: Vec<String> = after.into_iter().chain(before).collect();
    format!("it is {moment}, asked for {}", asked.join(" and "))
}

/// Whether a time lies between two others on the circle of the day: if the first is the later one, the range goes over
/// midnight. All of them are moved to UTC, so that they may have different offsets.
fn is_inside(time: i64, after: (Time, Offset), before: (Time, Offset)) -> bool {
    let after = of_day(after.0, after.1);
    let before = of_day(before.0, before.1);
    if after > before { time > after || time < before } else { after < time && time < before }
}

/// Nanoseconds since midnight in UTC, of a day that is not asked for.
fn of_day(time: Time, offset: Offset) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let seconds = (seconds - i64::from(offset.seconds())).rem_euclid(SECONDS_PER_DAY);
    seconds * NANOS_PER_SECOND + i64::from(time.subsec_nanosecond())
}

/// What the clock shows at a moment where clocks have this offset.
fn in_offset(moment: &Zoned, offset: Offset) -> Time {
    offset.to_datetime(moment.timestamp()).time()
}

/// `+02:00`, `Z`.
fn offset_text(offset: Offset) -> String {
    zone::id(&offset.to_string())
}
