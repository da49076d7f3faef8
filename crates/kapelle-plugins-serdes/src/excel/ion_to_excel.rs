//! `io.kestra.plugin.serdes.excel.IonToExcel`: writes rows into a workbook.

use std::sync::Arc;

use jiff::civil::date;
use jiff::tz::TimeZone;
use kapelle_core::expression::form::decimal_text;
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::ion::{ROW_BYTES_MAX, Rows};
use kapelle_plugin::{Any, Broken, Expr, FromRendered, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::format;
use super::sheet::{Cell, Formats, Look, Workbook};
use crate::charset::Charset;
use crate::columns::by_column;
use crate::converted::{Converted, create};
use crate::moments::{MomentProperties, Moments};

/// # Convert Ion to Excel
///
/// Writes rows into a workbook, `xlsx`. The columns of a sheet are those of its first row. Numbers with more digits than
/// Excel keeps are text; moments with a zone are written in the zone of `timeZoneId`, since workbooks have none. A text such
/// as `Formula:A2*2` is a formula.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IonToExcel {
    #[serde(flatten)]
    moments: MomentProperties,
    /// The address of a file, or a map of names of sheets to addresses.
    from: Expr<Any>,
    /// Without effect: workbooks are always in UTF-8.
    charset: Option<Expr<String>>,
    /// The name of the sheet, where `from` names none; `Sheet` if nothing is said.
    sheets_title: Option<Expr<String>>,
    /// Whether the first row has the names of the columns; it has if nothing is said.
    header: Option<Expr<bool>>,
    /// Whether dates are dates with a format, and the header is bold; they are if nothing is said. Otherwise dates are
    /// text.
    styles: Option<Expr<bool>>,
}

impl Task for IonToExcel {
    const TYPE: &'static str = "io.kestra.plugin.serdes.excel.IonToExcel";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

/// How values become cells.
struct Manner {
    moments: Moments,
    /// Which kinds of dates are dates in the workbook.
    has_dates: bool,
    has_times: bool,
    has_date_times: bool,
}

impl IonToExcel {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        Charset::read(cx, self.charset.as_ref())?;
        let title = cx.filled(self.sheets_title.as_ref())?.unwrap_or_else(|| "Sheet".to_owned());
        let has_header = cx.filled(self.header.as_ref())?.unwrap_or(true);
        let has_styles = cx.filled(self.styles.as_ref())?.unwrap_or(true);
        let sheets = sheets(cx.render(&self.from)?.0, &title)?;
        let moments = self.moments.read(cx)?;
        let [date, time, date_time] = self.moments.patterns(cx)?.map(|pattern| format::of_pattern(&pattern));
        let manner = Manner {
            moments,
            has_dates: has_styles && date.is_some(),
            has_times: has_styles && time.is_some(),
            has_date_times: has_styles && date_time.is_some(),
        };
        let formats = Formats {
            date: date.unwrap_or_default(),
            time: time.unwrap_or_default(),
            date_time: date_time.unwrap_or_default(),
        };
        let mut book = Workbook::new(create(cx, ".xlsx")?);
        let mut count = 0;
        for (name, from) in &sheets {
            book.begin_sheet(name)?;
            let mut rows = Rows::open(cx, from)?;
            let mut columns: Option<Vec<Arc<str>>> = None;
            while let Some(row) = rows.next()? {
                let number = rows.number();
                let told =
                    |reason: String| Failure::new(format!("row {number} of the sheet `{name}`: {reason}"));
                let fields = match row {
                    Value::Map(row) => {
                        if columns.is_none() && has_header {
                            let header: Vec<Cell> =
                                row.keys().map(|key| Cell::Text(key.to_string())).collect();
                            book.row(&header, if has_styles { Look::Header } else { Look::Plain })?;
                        }
                        let columns = columns.get_or_insert_with(|| row.keys().cloned().collect());
                        by_column(&row, columns).map_err(told)?
                    }
                    Value::List(_) if has_header => {
                        let reason = "it is a list, which has no names for a header: set `header: false`";
                        return Err(told(reason.to_owned()).into());
                    }
                    Value::List(items) => Arc::unwrap_or_clone(items),
                    other => vec![other],
                };
                let cells = fields.iter().map(|field| manner.cell(field)).collect::<Result<Vec<_>, _>>();
                let cells = cells.map_err(|failure| told(failure.to_string()))?;
                book.row(&cells, Look::Plain).map_err(|broken| told(broken.failure.to_string()))?;
            }
            book.end_sheet()?;
            count += rows.number();
        }
        Converted::file(cx, book.finish(&formats)?, count)
    }
}

/// The sheets with their files.
fn sheets(from: Value, title: &str) -> Result<Vec<(String, Text)>, Failure> {
    let is_map = match &from {
        Value::Map(_) => true,
        Value::Str(text) => text.expose().trim_start().starts_with('{'),
        _ => false,
    };
    if !is_map {
        let address = Text::from_rendered(from)
            .map_err(|reason| Failure::new(format!("`from` does not fit: {reason}")))?;
        return Ok(vec![(title.to_owned(), address)]);
    }
    let map =
        Map::from_rendered(from).map_err(|reason| Failure::new(format!("`from` does not fit: {reason}")))?;
    if map.is_empty() {
        return Err(Failure::new(
            "`from` has no sheets: it is the address of a file, or a map of names of sheets to addresses",
        ));
    }
    let sheet = |(name, address): (Arc<str>, Value)| {
        let address = text_of(&address).map_err(|error| Failure::new(error.text()))?;
        Ok((name.to_string(), address))
    };
    map.into_iter().map(sheet).collect()
}

/// How texts begin that are formulas.
const FORMULA: &str = "Formula:";

/// Digits of a number that Excel keeps.
const DIGITS_MAX: usize = 15;

impl Manner {
    fn cell(&self, value: &Value) -> Result<Cell, Failure> {
        if let Some(cell) = self.date(value) {
            return Ok(cell);
        }
        let within = match value {
            Value::Instant(moment) => &Value::Zoned(Arc::new(moment.to_zoned(self.moments.zone.clone()))),
            value => value,
        };
        if let Some(text) = self.moments.text(within)? {
            return Ok(Cell::Text(text));
        }
        Ok(match value {
            Value::Null => Cell::Empty,
            Value::Bool(flag) => Cell::Flag(*flag),
            Value::Int(number) => number_or_text(number.to_string()),
            Value::BigInt(number) => number_or_text(number.to_string()),
            Value::Decimal(number) => number_or_text(decimal_text(number)),
            Value::Float(number) if number.is_finite() => Cell::Number(format!("{number:?}")),
            Value::Float32(number) if number.is_finite() => Cell::Number(format!("{number:?}")),
            Value::Str(text) => text_or_formula(text.expose()),
            Value::Bytes(bytes) => Cell::Text(plain::to_base64(bytes)),
            Value::List(_) | Value::Map(_) => {
                Cell::Text(crate::json::text(value, &TimeZone::UTC, ROW_BYTES_MAX)?)
            }
            other => {
                Cell::Text(text_of(other).map_err(|error| Failure::new(error.text()))?.expose().to_owned())
            }
        })
    }

    /// A date that Excel can hold.
    fn date(&self, value: &Value) -> Option<Cell> {
        let (moment, look) = match value {
            Value::LocalDate(day) if self.has_dates => {
                (day.to_datetime(jiff::civil::Time::midnight()), Look::Date)
            }
            Value::LocalTime(time) if self.has_times => {
                let number = format::serial(date(2000, 1, 1).to_datetime(*time))?;
                return Some(Cell::Date(number.fract(), Look::Time));
            }
            Value::LocalDateTime(moment) if self.has_date_times => (*moment, Look::DateTime),
            Value::Instant(moment) if self.has_date_times => {
                (moment.to_zoned(self.moments.zone.clone()).datetime(), Look::DateTime)
            }
            Value::Zoned(moment) if self.has_date_times => {
                (moment.with_time_zone(self.moments.zone.clone()).datetime(), Look::DateTime)
            }
            _ => return None,
        };
        Some(Cell::Date(format::serial(moment)?, look))
    }
}

fn text_or_formula(text: &str) -> Cell {
    match text.strip_prefix(FORMULA).filter(|formula| !formula.is_empty()) {
        Some(formula) => Cell::Formula(formula.to_owned()),
        None => Cell::Text(text.to_owned()),
    }
}

fn number_or_text(text: String) -> Cell {
    let digits = text.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit).count();
    if digits <= DIGITS_MAX { Cell::Number(text) } else { Cell::Text(text) }
}
