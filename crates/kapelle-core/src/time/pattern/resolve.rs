//! A date, with its time and zone if they are known, from the fields that were read.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

use super::field::{Field, local_weekday, start_of_week, week};
use super::parse::Fields;
use crate::time::locale::Locale;

/// What a text says: a moment, or a date that becomes one in some zone.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    Zoned(Zoned),
    DateTime(DateTime),
    Date(Date),
}

type Values = BTreeMap<Field, i64>;

/// A strict form takes no day that the month does not have, and no hour 24.
pub(super) fn resolve(mut fields: Fields, is_strict: bool, locale: &Locale) -> Result<Parsed, String> {
    if let Some(moment) = fields.instant {
        return Ok(Parsed::Zoned(moment.to_zoned(TimeZone::UTC)));
    }
    for (field, value) in &fields.values {
        let (least, most) = field.range();
        if !(least..=most).contains(value) {
            return Err(format!("{value} is no {}, which goes from {least} to {most}", field.name()));
        }
    }
    let values = &mut fields.values;
    year(values)?;
    if is_strict && values.get(&Field::Hour) == Some(&24) {
        return Err("there is no hour 24; midnight is 00:00".into());
    }
    let date = date(values, is_strict, locale)?;
    let (time, is_end_of_day) = time(values, fields.period)?;
    let date = date.ok_or("there is no whole date in it: day, month and year are needed")?;
    check(values, date, time, locale)?;
    let Some(time) = time else { return Ok(Parsed::Date(date)) };
    let date = if is_end_of_day { date.tomorrow().map_err(|_| too_far())? } else { date };
    let local = date.to_datetime(time);
    let zoned = match (fields.offset, fields.zone) {
        (None, None) => return Ok(Parsed::DateTime(local)),
        (None, Some(zone)) => local.to_zoned(zone),
        (Some(offset), zone) => {
            let zone = zone.unwrap_or_else(|| offset.to_time_zone());
            offset.to_timestamp(local).map(|moment| moment.to_zoned(zone))
        }
    };
    zoned.map(Parsed::Zoned).map_err(|_| too_far())
}

fn too_far() -> String {
    "the date is too far away".into()
}

/// The year of an era becomes the year; without an era it is one after Christ.
fn year(values: &mut Values) -> Result<(), String> {
    let Some(of_era) = values.remove(&Field::YearOfEra) else { return Ok(()) };
    let year = if values.get(&Field::Era) == Some(&0) { 1 - of_era } else { of_era };
    match values.insert(Field::Year, year) {
        Some(before) if before != year => Err(format!("it has two years, {before} and {year}")),
        _ => Ok(()),
    }
}

/// The date by the first set of fields that is complete.
fn date(values: &mut Values, is_strict: bool, locale: &Locale) -> Result<Option<Date>, String> {
    let (first, days_min) = locale.week();
    if let Some(local) = values.remove(&Field::LocalWeekday) {
        let weekday = (i64::from(first.to_monday_zero_offset()) + local - 1) % 7 + 1;
        if *values.entry(Field::Weekday).or_insert(weekday) != weekday {
            return Err("it has two different days of the week".into());
        }
    }
    let get = |field| values.get(&field).copied();
    // The weekday counted from the first of the locale.
    let local = |weekday: i64| (weekday - 1 - i64::from(first.to_monday_zero_offset())).rem_euclid(7) + 1;
    if let Some(days) = get(Field::ModifiedJulianDay) {
        return plus(jiff::civil::date(1858, 11, 17), days).map(Some);
    }
    let weekday = get(Field::Weekday);
    if let (Some(year), Some(number), Some(weekday)) = (get(Field::IsoWeekYear), get(Field::IsoWeek), weekday)
    {
        return in_week(year, number, weekday, (jiff::civil::Weekday::Monday, 4)).map(Some);
    }
    if let (Some(year), Some(number), Some(weekday)) = (get(Field::WeekYear), get(Field::WeekOfYear), weekday)
    {
        return in_week(year, number, local(weekday), (first, days_min)).map(Some);
    }
    let Some(year) = get(Field::Year) else { return Ok(None) };
    if let Some(month) = get(Field::Month) {
        let start = new_date(year, month, 1)?;
        if let Some(day) = get(Field::Day) {
            // A day that the month does not have is its last.
            let days = i64::from(start.days_in_month());
            if is_strict && day > days {
                return Err(format!("there is no day {day} in {year}-{month:02}, which has {days} days"));
            }
            let day = day.min(days);
            values.remove(&Field::Day);
            return new_date(year, month, day).map(Some);
        }
        if let (Some(number), Some(weekday)) = (get(Field::WeekOfMonth), weekday) {
            let start_weekday = local_weekday(start, first);
            let weeks = number - week(start_of_week(1, start_weekday, days_min), 1);
            return plus(start, weeks * 7 + local(weekday) - start_weekday).map(Some);
        }
        if let (Some(part), Some(weekday)) = (get(Field::MonthPart), weekday) {
            let ahead = (weekday - i64::from(start.weekday().to_monday_one_offset())).rem_euclid(7);
            return plus(start, (part - 1) * 7 + ahead).map(Some);
        }
    }
    if let Some(day) = get(Field::DayOfYear) {
        let date = plus(new_date(year, 1, 1)?, day - 1)?;
        if i64::from(date.year()) != year {
            return Err(format!("the year {year} has no day {day}"));
        }
        return Ok(Some(date));
    }
    Ok(None)
}

fn new_date(year: i64, month: i64, day: i64) -> Result<Date, String> {
    let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    let (Ok(year), Ok(month), Ok(day)) = parts else { return Err(too_far()) };
    Date::new(year, month, day).map_err(|_| too_far())
}

fn plus(date: Date, days: i64) -> Result<Date, String> {
    let span = Span::new().try_days(days).map_err(|_| too_far())?;
    date.checked_add(span).map_err(|_| too_far())
}

/// The date of a weekday, counted from the first one, in a week of a year.
fn in_week(
    year: i64,
    number: i64,
    weekday: i64,
    (first, days_min): (jiff::civil::Weekday, i64),
) -> Result<Date, String> {
    let start = new_date(year, 1, 1)?;
    let offset = start_of_week(1, local_weekday(start, first), days_min);
    let next_year = week(offset, i64::from(start.days_in_year()) + days_min);
    let number = number.min(next_year - 1);
    plus(start, (number - 1) * 7 + weekday - 1 - offset)
}

/// The time, if its fields are complete, and whether it is midnight at the end of the day.
fn time(values: &mut Values, period: Option<(i8, i8)>) -> Result<(Option<Time>, bool), String> {
    if let Some(nanos) = values.remove(&Field::NanoOfDay) {
        return Ok((Some(of_nanos(nanos)?), false));
    }
    if let Some(millis) = values.remove(&Field::MilliOfDay) {
        return Ok((Some(of_nanos(millis * 1_000_000)?), false));
    }
    if let Some(hour) = values.remove(&Field::ClockHour) {
        set_hour(values, if hour == 24 { 0 } else { hour })?;
    }
    if let Some(hour) = values.remove(&Field::ClockHourOfHalf) {
        values.insert(Field::HourOfHalf, if hour == 12 { 0 } else { hour });
    }
    let half = values.get(&Field::Half).copied();
    if let (Some(half), Some(hour)) = (half, values.get(&Field::HourOfHalf).copied()) {
        set_hour(values, half * 12 + hour)?;
    }
    if let (Some((from, to)), None) = (period, values.get(&Field::Hour)) {
        // The hour of the half day that lies in the period.
        let hour = values.get(&Field::HourOfHalf).copied();
        let within = |hour: i64| hour == i64::from(from) || (i64::from(from)..i64::from(to)).contains(&hour);
        let found = hour.and_then(|hour| [hour, hour + 12].into_iter().find(|hour| within(*hour)));
        match (hour, found) {
            (Some(_), None) => return Err("the hour is not within the period of the day".into()),
            (Some(_), Some(found)) => set_hour(values, found)?,
            _ => {}
        }
    }
    let get = |field| values.get(&field).copied();
    let (minute, second, nano) = (get(Field::Minute), get(Field::Second), get(Field::Nano));
    let Some(hour) = get(Field::Hour) else {
        // Only morning or evening: the middle of it.
        let middle = match (period, half) {
            _ if minute.or(second).or(nano).or(get(Field::HourOfHalf)).is_some() => None,
            (Some((from, to)), _) => Some((i64::from(from) + i64::from(to)) * 30),
            (None, Some(half)) => Some(half * 720 + 360),
            _ => None,
        };
        return middle.map_or(Ok((None, false)), |minutes| {
            Ok((Some(of_nanos(minutes % 1440 * 60_000_000_000)?), false))
        });
    };
    let is_broken = minute.is_none() && second.or(nano).is_some() || second.is_none() && nano.is_some();
    if is_broken {
        return Ok((None, false));
    }
    let (minute, second, nano) = (minute.unwrap_or(0), second.unwrap_or(0), nano.unwrap_or(0));
    if hour == 24 {
        if minute != 0 || second != 0 || nano != 0 {
            return Err("the hour 24 is only that of midnight, 24:00".into());
        }
        values.remove(&Field::Hour);
        return Ok((Some(Time::midnight()), true));
    }
    let nanos = ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nano;
    Ok((Some(of_nanos(nanos)?), false))
}

fn set_hour(values: &mut Values, hour: i64) -> Result<(), String> {
    match values.insert(Field::Hour, hour) {
        Some(before) if before != hour => Err(format!("it has two hours, {before} and {hour}")),
        _ => Ok(()),
    }
}

fn of_nanos(nanos: i64) -> Result<Time, String> {
    let seconds = nanos / 1_000_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Time::new(hour as i8, minute as i8, second as i8, (nanos % 1_000_000_000) as i32)
        .map_err(|_| "there is no such time".into())
}

/// Fields that were not needed have to say the same.
fn check(values: &Values, date: Date, time: Option<Time>, locale: &Locale) -> Result<(), String> {
    for (field, value) in values {
        let actual = match time {
            _ if field.is_of_date() => field.of_date(date, locale),
            Some(time) => field.of_time(time),
            None => continue,
        };
        if actual != *value {
            return Err(format!("it says {} {value}, but that is {actual} on this date", field.name()));
        }
    }
    Ok(())
}
