//! Dates and times in ISO-8601, read as the classes of `java.time` read them.
//!
//! Every reader takes the text from its start, part by part, and the first part that does not fit gives the reason.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::zone;

/// What was read, and the text behind it.
type Taken<'a, T> = Result<(T, &'a str), String>;

const DATE_FORM: &str = "write year, month and day as in 2024-01-31";
const TIME_FORM: &str = "write hours and minutes, and seconds if needed, as in 09:30 or 09:30:15";

/// `java.time.LocalDate`: `2024-01-31`.
pub fn date(text: &str) -> Result<Date, String> {
    let (date, rest) = take_date(text)?;
    if rest.starts_with(['T', 't', ' ']) {
        return Err(format!("only a date is expected here, without a time: write {date}"));
    }
    end(date, rest)
}

/// `java.time.LocalTime`: `09:30`, `09:30:15` or `09:30:15.123`.
pub fn time(text: &str) -> Result<Time, String> {
    let (time, rest) = take_time(text)?;
    if rest.starts_with(['+', '-', 'Z', 'z']) {
        return Err(format!("a time without zone is expected here: leave `{rest}` out"));
    }
    end(time, rest)
}

/// `java.time.OffsetTime`: a time with its offset from UTC, `09:30Z` or `09:30:00+02:00`.
pub fn offset_time(text: &str) -> Result<(Time, Offset), String> {
    let (time, rest) = take_time(text)?;
    let (offset, rest) = take_offset(rest)?;
    end((time, offset), rest)
}

/// `java.time.LocalDateTime`: `2024-01-31T09:30:00`.
pub fn local_date_time(text: &str) -> Result<DateTime, String> {
    let (moment, rest) = take_date_time(text)?;
    if rest.starts_with(['+', '-', 'Z', 'z', '[']) {
        return Err(format!("a time without zone is expected here: leave `{rest}` out"));
    }
    end(moment, rest)
}

/// `java.time.ZonedDateTime`: `2024-01-31T09:30Z`, `2024-01-31T09:30:00+01:00` or
/// `2024-01-31T09:30:00+01:00[Europe/Paris]`, where the offset decides the moment and the region the zone.
///
/// An offset without colon (`+0100`) is accepted as well: Java alone refuses it, but Kestra's reader of properties puts
/// the colon in.
pub fn date_time_with_zone(text: &str) -> Result<Zoned, String> {
    let (local, rest) = take_date_time(text)?;
    if rest.starts_with('[') {
        return Err(region_without_offset(local, rest));
    }
    let (offset, rest) = take_loose_offset(rest)?;
    let zone = match rest.strip_prefix('[') {
        None => end(offset.to_time_zone(), rest)?,
        Some(region) => bracketed(region)?,
    };
    let moment = offset.to_timestamp(local).map_err(too_far)?;
    Ok(moment.to_zoned(zone))
}

/// `java.time.Instant`: a moment with seconds and offset, `2024-01-31T09:30:00Z`.
///
/// Unlike all others it wants the seconds, and knows midnight at the end of a day and the leap second, which counts as
/// the second before it.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    let (date, rest) = take_date(text)?;
    let (mut clock, rest) = take_clock(after_t(date, rest)?)?;
    let (offset, rest) = take_offset(rest)?;
    let mut date = date;
    match (clock.hour, clock.minute, clock.second, clock.nanos) {
        (_, _, None, _) => {
            let time = clock.time()?;
            return Err(format!(
                "the seconds are missing: write {date}T{time}{}",
                &text[text.len() - rest.len()..]
            ));
        }
        (24, 0, Some(0), 0) => (date, clock.hour) = (date.tomorrow().map_err(too_far)?, 0),
        (23, 59, Some(60), _) => clock.second = Some(59),
        _ => {}
    }
    end(offset.to_timestamp(date.to_datetime(clock.time()?)).map_err(too_far)?, rest)
}

fn take_date(text: &str) -> Taken<'_, Date> {
    take_fields(text).ok_or_else(|| date_hint(text)).and_then(|([year, month, day], rest)| {
        let Ok(year) = i16::try_from(year) else {
            return Err(format!("the year {year} is out of range"));
        };
        if !(1..=12).contains(&month) {
            return Err(format!("there is no month {month:02}"));
        }
        let first =
            Date::new(year, month as i8, 1).map_err(|_| format!("the year {year} is out of range"))?;
        let days = first.days_in_month();
        Date::new(year, month as i8, day.try_into().unwrap_or(0))
            .map(|date| (date, rest))
            .map_err(|_| format!("there is no day {day:02} in {year}-{month:02}, which has {days} days"))
    })
}

/// Year, month and day by their digits: four for a year, more with a sign, two for the others.
fn take_fields(text: &str) -> Option<([i64; 3], &str)> {
    let sign = text.chars().next().filter(|sign| matches!(sign, '+' | '-'));
    let rest = &text[sign.map_or(0, char::len_utf8)..];
    let width = rest.bytes().take_while(u8::is_ascii_digit).count();
    let fits = match sign {
        None => width == 4,
        Some('-') => (4..=10).contains(&width),
        Some(_) => (5..=10).contains(&width),
    };
    let (year, rest) = rest.split_at(width);
    let (month, rest) = two_digits(rest.strip_prefix('-')?)?;
    let (day, rest) = two_digits(rest.strip_prefix('-')?)?;
    let year = year.parse::<i64>().ok().filter(|_| fits)?;
    Some(([if sign == Some('-') { -year } else { year }, month.into(), day.into()], rest))
}

/// The date in its right form, if the text can only mean that one.
fn date_hint(text: &str) -> String {
    let written = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let numbers: Vec<_> = written.split(['-', '/', '.']).map(str::parse::<u16>).collect();
    match numbers[..] {
        _ if text.is_empty() => format!("the date is missing: {DATE_FORM}"),
        [Ok(year @ 1000..=9999), Ok(month), Ok(day)]
            if (1..=12).contains(&month) && (1..=31).contains(&day) =>
        {
            format!("month and day have two digits, with `-` between: write {year}-{month:02}-{day:02}")
        }
        [Ok(_), Ok(_), Ok(1000..=9999)] => format!("the year comes first: {DATE_FORM}"),
        _ => format!("it is not an ISO-8601 date: {DATE_FORM}"),
    }
}

/// A time as it stands there, which need not exist.
struct Clock {
    hour: i8,
    minute: i8,
    second: Option<i8>,
    nanos: i32,
}

impl Clock {
    fn time(&self) -> Result<Time, String> {
        let second = self.second.unwrap_or(0);
        let limits = [("hour", self.hour, 23), ("minute", self.minute, 59), ("second", second, 59)];
        for (name, value, most) in limits {
            if value > most {
                let midnight = if value == 24 { "; midnight is 00:00" } else { "" };
                return Err(format!("there is no {name} {value}: it goes from 00 to {most}{midnight}"));
            }
        }
        Time::new(self.hour, self.minute, second, self.nanos)
            .map_err(|_| format!("it is not a time: {TIME_FORM}"))
    }
}

fn take_time(text: &str) -> Taken<'_, Time> {
    let (clock, rest) = take_clock(text)?;
    Ok((clock.time()?, rest))
}

fn take_clock(text: &str) -> Taken<'_, Clock> {
    let hour_and_minute =
        two_digits(text).and_then(|(hour, rest)| Some((hour, two_digits(rest.strip_prefix(':')?)?)));
    let Some((hour, (minute, rest))) = hour_and_minute else {
        return Err(time_hint(text));
    };
    let mut clock = Clock { hour, minute, second: None, nanos: 0 };
    let Some((second, rest)) = rest.strip_prefix(':').and_then(two_digits) else {
        return Ok((clock, rest));
    };
    clock.second = Some(second);
    let Some(fraction) = rest.strip_prefix('.') else {
        return Ok((clock, rest));
    };
    let width = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if width > 9 {
        return Err("seconds have at most nine decimals".into());
    }
    // Java accepts the point without a digit behind it.
    clock.nanos = format!("{:0<9}", &fraction[..width]).parse().unwrap_or(0);
    Ok((clock, &fraction[width..]))
}

fn time_hint(text: &str) -> String {
    let mut numbers = text.splitn(3, ':');
    let hour = numbers.next().and_then(|hour| hour.trim().parse::<u8>().ok()).filter(|hour| *hour < 10);
    let minute = numbers.next().and_then(two_digits);
    match (hour, minute) {
        _ if text.is_empty() => format!("the time is missing: {TIME_FORM}"),
        (Some(hour), Some((minute, ""))) => format!("the hour has two digits: write {hour:02}:{minute:02}"),
        _ => format!("it is not an ISO-8601 time: {TIME_FORM}"),
    }
}

fn take_date_time(text: &str) -> Taken<'_, DateTime> {
    let (date, rest) = take_date(text)?;
    let (time, rest) = take_time(after_t(date, rest)?)?;
    Ok((date.to_datetime(time), rest))
}

/// The text behind the `T` between date and time.
fn after_t(date: Date, rest: &str) -> Result<&str, String> {
    if let Some(rest) = rest.strip_prefix(['T', 't']) {
        return Ok(rest);
    }
    Err(match rest.strip_prefix(' ') {
        Some(time) => format!("a T stands between date and time: write {date}T{}", time.trim_start()),
        None if rest.is_empty() => format!("the time is missing: write {date}T00:00:00"),
        None => format!("a T and the time are expected behind {date}"),
    })
}

/// `Z`, `±hh:mm` or `±hh:mm:ss`.
fn take_offset(text: &str) -> Taken<'_, Offset> {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return Ok((Offset::UTC, rest));
    }
    let length = if text.as_bytes().get(6) == Some(&b':') { 9 } else { 6 };
    let offset = text.get(..length).filter(|offset| offset.as_bytes()[3] == b':').and_then(zone::offset);
    match offset {
        Some(offset) => Ok((offset, &text[length..])),
        None if text.is_empty() => Err("the offset is missing: add Z for UTC, or one such as +02:00".into()),
        None => Err(format!("`{text}` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours")),
    }
}

/// As [`take_offset`], and `±hh` and `±hhmm`.
fn take_loose_offset(text: &str) -> Taken<'_, Offset> {
    let length = text.find('[').unwrap_or(text.len());
    let short = text.get(..length).filter(|_| matches!(length, 3 | 5)).and_then(zone::offset);
    short.map_or_else(|| take_offset(text), |offset| Ok((offset, &text[length..])))
}

/// The zone in brackets, the first of which is taken already.
fn bracketed(text: &str) -> Result<TimeZone, String> {
    let Some((name, rest)) = text.split_once(']') else {
        return Err("the bracket before the zone is not closed".into());
    };
    let zone = zone::find(name).ok_or_else(|| {
        let help = zone::nearest(name).map(|id| format!("; did you mean {id}?")).unwrap_or_default();
        format!("there is no time zone `{name}`{help}")
    })?;
    end(zone, rest)
}

/// Java wants the offset even where the region alone would do.
fn region_without_offset(local: DateTime, rest: &str) -> String {
    let zoned = bracketed(&rest[1..]).and_then(|zone| local.to_zoned(zone).map_err(too_far));
    let help = zoned.map(|zoned| format!(": write {}{}{rest}", zoned.datetime(), colon_offset(&zoned)));
    format!("the offset before {rest} is missing{}", help.unwrap_or_default())
}

fn colon_offset(zoned: &Zoned) -> String {
    zoned.strftime("%:z").to_string()
}

fn two_digits(text: &str) -> Option<(i8, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?.map(|number| (number, rest))
}

fn end<T>(read: T, rest: &str) -> Result<T, String> {
    if rest.is_empty() { Ok(read) } else { Err(format!("`{rest}` does not belong there")) }
}

fn too_far(_: jiff::Error) -> String {
    "the moment is too far away".into()
}

#[cfg(test)]
mod tests;
