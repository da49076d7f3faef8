//! Functions on moments: seconds since 1970, texts, and the broken-down form `[2015,2,5,23,51,47,4,63]`.

use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::super::meter::{Fallible, Meter, raised};
use super::super::value::Json;
use super::{Native, native};

pub(super) const ALL: &[Native] = &[
    native("now", 0, |_, _, meter| Ok(Json::Float(meter.now()?.as_duration().as_secs_f64()))),
    native("mktime", 0, |input, _, _| match input {
        Json::List(_) => Ok(Json::Int(from_parts(input, "mktime")?.timestamp().as_second())),
        _ => Err(raised("mktime requires array inputs")),
    }),
    native("gmtime", 0, |input, _, _| parts_of(input, "gmtime")),
    // The zone of the server is nobody's business here.
    native("localtime", 0, |input, _, _| parts_of(input, "localtime")),
    native("strftime", 1, |input, arguments, meter| written(input, arguments, "strftime", meter)),
    native("strflocaltime", 1, |input, arguments, meter| written(input, arguments, "strflocaltime", meter)),
    native("strptime", 1, read),
];

/// Bytes of a pattern, and of what one of its directives may write.
const PATTERN_BYTES_MAX: usize = 1_000;

fn moment(seconds: f64, name: &str) -> Fallible<Zoned> {
    let whole = seconds.floor();
    let nanos = ((seconds - whole) * 1e9) as i32;
    let timestamp = Timestamp::new(whole as i64, nanos.clamp(0, 999_999_999));
    let timestamp =
        timestamp.map_err(|_| raised(format!("error converting {seconds} to a date in {name}")))?;
    Ok(timestamp.to_zoned(TimeZone::UTC))
}

/// The moment of a broken-down time.
fn from_parts(input: &Json, name: &str) -> Fallible<Zoned> {
    let wrong = || raised(format!("{name} requires parsed datetime inputs"));
    let parts = input.as_items().ok_or_else(wrong)?;
    let part = |index: usize| parts.get(index).and_then(Json::as_float).ok_or_else(wrong);
    let small = |index: usize| part(index).map(|part| part as i8);
    let date = DateTime::new(
        part(0)? as i16,
        small(1)?.saturating_add(1),
        small(2)?,
        small(3)?,
        small(4)?,
        small(5)?.min(59),
        0,
    );
    date.and_then(|date| date.to_zoned(TimeZone::UTC)).map_err(|_| raised("invalid gmtime representation"))
}

fn parts_of(input: &Json, name: &str) -> Fallible {
    let Some(seconds) = input.as_float() else { return Err(raised(format!("{name}() requires a number"))) };
    let moment = moment(seconds, name)?;
    parts(moment.datetime(), seconds - seconds.floor())
}

fn parts(moment: DateTime, fraction: f64) -> Fallible {
    let whole = |number: i16| Json::Int(i64::from(number));
    let small = |number: i8| Json::Int(i64::from(number));
    Json::list(vec![
        whole(moment.year()),
        small(moment.month() - 1),
        small(moment.day()),
        small(moment.hour()),
        small(moment.minute()),
        Json::number(f64::from(moment.second()) + fraction),
        small(moment.weekday().to_sunday_zero_offset()),
        whole(moment.day_of_year() - 1),
    ])
}

fn written(input: &Json, arguments: &[Json], name: &str, meter: &mut Meter<'_, '_>) -> Fallible {
    let moment = match input.as_float() {
        Some(seconds) => moment(seconds, name)?,
        None => from_parts(input, &format!("{name}/1"))?,
    };
    let pattern = pattern(arguments, name, meter)?;
    let text = strtime::format(in_english(pattern), &moment);
    Ok(Json::text(text.map_err(|error| raised(format!("{name}/1: {error}")))?))
}

/// The pattern with the forms of C's own locale for dates and times as a whole.
fn in_english(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            written.push(character);
            continue;
        }
        match characters.next() {
            Some('c') => written.push_str("%a %b %e %H:%M:%S %Y"),
            Some('x') => written.push_str("%m/%d/%y"),
            Some('X') => written.push_str("%H:%M:%S"),
            directive => {
                written.push('%');
                written.extend(directive);
            }
        }
    }
    written
}

fn pattern<'a>(arguments: &'a [Json], name: &str, meter: &mut Meter<'_, '_>) -> Fallible<&'a str> {
    let pattern = arguments.first().and_then(Json::as_text);
    let pattern = pattern.ok_or_else(|| raised(format!("{name}/1 requires a string format")))?;
    // Widths as in `%999d` would write more than they show.
    let has_width =
        pattern.split('%').skip(1).any(|directive| directive.starts_with(|sign: char| sign.is_ascii_digit()));
    if pattern.len() > PATTERN_BYTES_MAX || has_width {
        return Err(raised(format!("{name}/1: the format is too long or has a width")));
    }
    meter.bytes(pattern.len() * 32)?;
    Ok(pattern)
}

fn read(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let Some(text) = input.as_text() else {
        return Err(raised("strptime/1 requires string inputs and arguments"));
    };
    let pattern = pattern(arguments, "strptime", meter)?;
    meter.bytes(text.len())?;
    let wrong = || {
        raised(format!(
            "date \"{}\" does not match format \"{pattern}\"",
            crate::expression::form::short(text)
        ))
    };
    // Names of zones are read over, as C does it.
    let pattern = pattern.replace("%Z", "UTC");
    let text = if pattern.contains("UTC") { text.replace("GMT", "UTC") } else { text.to_string() };
    let broken = BrokenDownTime::parse(&pattern, &text).map_err(|_| wrong())?;
    let moment = match broken.to_datetime() {
        Ok(moment) => moment,
        Err(_) => broken.to_date().map_err(|_| wrong())?.at(0, 0, 0, 0),
    };
    parts(moment, 0.0)
}
