//! What a chart makes of rows: columns, groups with what is added up in them, an order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit, ZonedRound};
use kapelle_model::Millis;
use serde_json::{Map as Object, Value as Json};

use super::chart::{Aggregate, Chart, Column};
use crate::filters::test::moment as read_moment;
use crate::views::{count, moment};

const DAY: i64 = 24 * 3_600_000;

/// What is known of one thing, or of several that are alike.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    fields: BTreeMap<&'static str, Json>,
    /// How many things it stands for.
    weight: u64,
}

impl Row {
    pub(crate) fn of(weight: u64, fields: impl IntoIterator<Item = (&'static str, Json)>) -> Self {
        Self { fields: fields.into_iter().collect(), weight }
    }

    /// A field, or one label.
    pub(crate) fn value(&self, field: &str, key: Option<&str>) -> &Json {
        let found = self.fields.get(field).unwrap_or(&Json::Null);
        key.map_or(found, |key| found.get(key).unwrap_or(&Json::Null))
    }
}

/// The stretch of time of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Millis,
    pub(crate) until: Millis,
}

/// A value as text.
pub(crate) fn words(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers by size, moments and everything else as texts.
pub(crate) fn compare(one: &Json, two: &Json) -> Ordering {
    match (one.as_f64(), two.as_f64()) {
        (Some(one), Some(two)) => one.total_cmp(&two),
        _ => words(one).cmp(&words(two)),
    }
}

/// The rows of a chart, all of them, in order.
pub(crate) fn rows(chart: &Chart, rows: &[Row], window: Window) -> Vec<Object<String, Json>> {
    let mut made = if chart.is_grouped() { grouped(chart, rows, window) } else { plain(chart, rows) };
    for (column, is_descending) in chart.order.iter().rev() {
        let value = |row: &Object<String, Json>| row.get(column).cloned().unwrap_or_default();
        made.sort_by(|one, two| {
            let order = compare(&value(one), &value(two));
            if *is_descending { order.reverse() } else { order }
        });
    }
    made
}

fn plain(chart: &Chart, rows: &[Row]) -> Vec<Object<String, Json>> {
    let cell = |row: &Row, column: &Column| {
        (column.name.clone(), row.value(&column.field, column.key.as_deref()).clone())
    };
    rows.iter().map(|row| chart.columns.iter().map(|column| cell(row, column)).collect()).collect()
}

fn grouped(chart: &Chart, rows: &[Row], window: Window) -> Vec<Object<String, Json>> {
    let (added, keys): (Vec<&Column>, Vec<&Column>) =
        chart.columns.iter().partition(|column| column.aggregate.is_some());
    let mut groups: BTreeMap<Vec<String>, (Vec<Json>, Vec<&Row>)> = BTreeMap::new();
    for row in rows {
        let cells: Vec<Json> = keys.iter().map(|column| key(row, column, window)).collect();
        let name = cells.iter().map(words).collect();
        groups.entry(name).or_insert_with(|| (cells, Vec::new())).1.push(row);
    }
    let row = |(cells, rows): (Vec<Json>, Vec<&Row>)| {
        let cells = keys.iter().map(|column| column.name.clone()).zip(cells);
        cells.chain(added.iter().map(|column| (column.name.clone(), sum(column, &rows)))).collect()
    };
    groups.into_values().map(row).collect()
}

/// What rows have in common; of moments, the unit that suits the window.
fn key(row: &Row, column: &Column, window: Window) -> Json {
    let value = row.value(&column.field, column.key.as_deref());
    let at = || read_moment(value.as_str()?);
    match at().filter(|_| column.field.ends_with("DATE")) {
        Some(at) => moment(beginning(at, window)).into(),
        None => value.clone(),
    }
}

/// The beginning of the minute, hour, day, week or month.
fn beginning(at: Millis, window: Window) -> Millis {
    let days = window.until.since(window.from) / DAY;
    let zoned = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::UTC);
    let floor = |unit| zoned.round(ZonedRound::new().smallest(unit).mode(jiff::RoundMode::Floor)).ok();
    let day = floor(Unit::Day);
    let found = match days {
        0 if window.until.since(window.from) <= DAY / 12 => floor(Unit::Minute),
        0..=1 => floor(Unit::Hour),
        2..=180 => day,
        181..=365 => day.and_then(|day| {
            let past = i64::from(day.weekday().since(Weekday::Monday));
            day.checked_sub(jiff::Span::new().days(past)).ok()
        }),
        _ => day.and_then(|day| day.first_of_month().ok()),
    };
    found.map_or(at, |found| Millis(found.timestamp().as_millisecond()))
}

fn sum(column: &Column, rows: &[&Row]) -> Json {
    let numbers = || {
        let each = rows.iter();
        each.filter_map(|row| row.value(&column.field, column.key.as_deref()).as_f64())
    };
    let some = |number: Option<f64>| number.map_or(Json::Null, Json::from);
    let number = numbers().count() as u64;
    match column.aggregate {
        Some(Aggregate::Count) | None => rows.iter().map(|row| row.weight).sum::<u64>().into(),
        Some(Aggregate::Sum) => numbers().sum::<f64>().into(),
        Some(Aggregate::Average) if number == 0 => Json::Null,
        Some(Aggregate::Average) => (numbers().sum::<f64>() / count(number)).into(),
        Some(Aggregate::Least) => some(numbers().reduce(f64::min)),
        Some(Aggregate::Most) => some(numbers().reduce(f64::max)),
    }
}

/// The one number of a chart: of those that its numerator leaves, and if wanted as their share of all in percent.
pub(crate) fn number(chart: &Chart, rows: &[Row]) -> Json {
    let all: Vec<&Row> = rows.iter().collect();
    let is_counted = |row: &&Row| chart.numerator.iter().all(|condition| condition.holds(row));
    let counted: Vec<&Row> = all.iter().copied().filter(is_counted).collect();
    let Some(column) = chart.columns.first() else { return Json::Null };
    let number = sum(column, &counted);
    match (chart.is_share, number.as_f64(), sum(column, &all).as_f64()) {
        (true, Some(number), Some(all)) if all != 0.0 => (number * 100.0 / all).into(),
        (true, _, _) => 0.into(),
        (false, _, _) => number,
    }
}
