//! Conditions about a day: of the week, of the month, a weekend, a public holiday.
//!
//! A date is taken as it is written: `2025-01-06T23:30:00+02:00` is the sixth, whatever the day is elsewhere.

use jiff::civil::{Date, DateTime};
use kapelle_core::expression::form;
use kapelle_core::time::date;
use kapelle_core::time::holidays::{self, Unknown};
use kapelle_core::time::week::{self, POSITIONS, WEEKDAYS};

use super::{Found, Question, Reader};
use kapelle_core::property::Property;

#[derive(Debug)]
pub(super) struct Day {
    date: Property,
    wanted: Wanted,
}

#[derive(Debug)]
enum Wanted {
    Week { day: Option<Property> },
    WeekInMonth { day: Option<Property>, position: Option<Property> },
    Weekend,
    Holiday { country: Option<Property>, part: Option<Property> },
}

impl Day {
    fn new(reader: &Reader<'_>, wanted: Wanted) -> Self {
        Self { date: reader.property_or("date", "{{ trigger.date }}"), wanted }
    }

    pub(super) fn week(reader: &Reader<'_>) -> Self {
        Self::new(reader, Wanted::Week { day: reader.property("dayOfWeek") })
    }

    pub(super) fn week_in_month(reader: &Reader<'_>) -> Self {
        let (day, position) = (reader.property("dayOfWeek"), reader.property("dayInMonth"));
        Self::new(reader, Wanted::WeekInMonth { day, position })
    }

    pub(super) fn weekend(reader: &Reader<'_>) -> Self {
        Self::new(reader, Wanted::Weekend)
    }

    pub(super) fn holiday(reader: &Reader<'_>) -> Self {
        let (country, part) = (reader.property("country"), reader.property("subDivision"));
        Self::new(reader, Wanted::Holiday { country, part })
    }

    pub(super) fn ask(&self, question: &Question<'_>) -> Found {
        let text = question.text(&self.date)?;
        let date = day_of(text.expose().trim())
            .map_err(|reason| format!("`date` is {}, which is no date: {reason}", super::shown(&text)))?;
        match &self.wanted {
            Wanted::Week { day } => {
                let wanted = question.one_of(day.as_ref(), "dayOfWeek", &WEEKDAYS)?;
                let is = week::name_of(date);
                Ok((is == wanted, format!("`dayOfWeek` is {is} ({date}), asked for {wanted}")))
            }
            Wanted::WeekInMonth { day, position } => {
                let wanted = question.one_of(day.as_ref(), "dayOfWeek", &WEEKDAYS)?;
                let position = question.one_of(position.as_ref(), "dayInMonth", &POSITIONS)?;
                let is = week::name_of(date);
                let holds = is == wanted && week::has_position(date, position);
                let places = places(date);
                Ok((
                    holds,
                    format!("{date} is the {places} {is} of its month, asked for the {position} {wanted}"),
                ))
            }
            Wanted::Weekend => Ok((week::is_weekend(date), format!("{date} is a {}", week::name_of(date)))),
            Wanted::Holiday { country, part } => holiday(date, country.as_ref(), part.as_ref(), question),
        }
    }
}

/// The day of a date, or of a date with a time and perhaps a zone.
fn day_of(text: &str) -> Result<Date, String> {
    date::date(text).or_else(|reason| {
        let zoned = date::date_time_with_zone(text).map(|moment| moment.date());
        zoned.or_else(|_| date::local_date_time(text).map(DateTime::date)).map_err(|_| reason)
    })
}

/// The places that a day has in its month, in words.
fn places(date: Date) -> String {
    let mut places: Vec<&str> =
        POSITIONS.into_iter().filter(|position| week::has_position(date, position)).collect();
    if date.day() > 28 {
        places.insert(0, "FIFTH");
    }
    places.join(" and ")
}

fn holiday(
    date: Date,
    country: Option<&Property>,
    part: Option<&Property>,
    question: &Question<'_>,
) -> Found {
    let text = |property: Option<&Property>| property.map(|property| question.text(property)).transpose();
    let country = match text(country)? {
        Some(country) if !country.expose().trim().is_empty() => country.expose().trim().to_owned(),
        _ => question.environment.settings.locale.country().to_owned(),
    };
    let part = text(part)?.map(|part| part.expose().trim().to_owned()).filter(|part| !part.is_empty());
    if country.is_empty() {
        return Err(
            "`country` is missing, and the locale of the server names none: write one as in FR".into()
        );
    }
    let place = match &part {
        Some(part) => format!("{} ({})", form::short(&country), form::short(part)),
        None => form::short(&country),
    };
    match holidays::is_holiday(date, &country, part.as_deref()) {
        Ok(true) => Ok((true, format!("{date} is a public holiday in {place}"))),
        Ok(false) => Ok((false, format!("{date} is no public holiday in {place}"))),
        Err(Unknown::Country(known)) => {
            Err(format!("the public holidays of {place} are not known: write one of {}", known.join(", ")))
        }
        Err(Unknown::Part(parts)) => Err(format!(
            "`subDivision` is no part with holidays of its own in {place}: write one of {}",
            parts.join(", ")
        )),
    }
}
