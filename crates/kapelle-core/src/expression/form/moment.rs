//! Dates and times as `java.time` prints them.

use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, Zoned};

/// `2024-07-09T06:17:01.100Z`: always with seconds, the fraction in groups of three digits.
pub fn iso_instant(moment: Timestamp) -> String {
    let local = jiff::tz::Offset::UTC.to_datetime(moment);
    format!("{}T{}Z", local.date(), with_seconds(local.time()))
}

/// `2013-09-08T16:19+02:00[Europe/Paris]`: seconds only if there are any.
pub fn iso_zoned(moment: &Zoned) -> String {
    let region = moment.time_zone().iana_name().filter(|name| *name != "UTC");
    let region = region.map(|name| format!("[{name}]")).unwrap_or_default();
    format!("{}{}{region}", iso_date_time(moment.datetime()), offset(moment))
}

/// `2013-09-08T16:19:05.12+02:00`: as [`iso_zoned`], always with seconds and never with the region.
pub fn iso_offset_full(moment: &Zoned) -> String {
    format!("{}{}", iso_date_time_full(moment.datetime()), offset(moment))
}

/// `2024-02-29T10:00:00.5`: always with seconds, the fraction without zeros at its end.
pub fn iso_date_time_full(moment: DateTime) -> String {
    format!("{}T{}", moment.date(), iso_time_full(moment.time()))
}

/// `10:00:00`, `10:00:00.12`
pub(super) fn iso_time_full(time: Time) -> String {
    let text = with_seconds(time);
    if text.contains('.') { text.trim_end_matches('0').to_owned() } else { text }
}

/// `2024-02-29T10:00`
pub fn iso_date_time(moment: DateTime) -> String {
    format!("{}T{}", moment.date(), iso_time(moment.time()))
}

pub(super) fn iso_time(time: Time) -> String {
    if time.second() == 0 && time.subsec_nanosecond() == 0 {
        format!("{:02}:{:02}", time.hour(), time.minute())
    } else {
        with_seconds(time)
    }
}

fn with_seconds(time: Time) -> String {
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let nanos = time.subsec_nanosecond();
    match nanos {
        0 => clock,
        _ if nanos % 1_000_000 == 0 => format!("{clock}.{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => format!("{clock}.{:06}", nanos / 1_000),
        _ => format!("{clock}.{nanos:09}"),
    }
}

fn offset(moment: &Zoned) -> String {
    let seconds = moment.offset().seconds();
    if seconds == 0 {
        return "Z".into();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let rest = if seconds % 60 == 0 { String::new() } else { format!(":{:02}", seconds % 60) };
    format!("{sign}{:02}:{:02}{rest}", seconds / 3600, seconds / 60 % 60)
}
