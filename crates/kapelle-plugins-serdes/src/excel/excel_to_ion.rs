//! `io.kestra.plugin.serdes.excel.ExcelToIon`: makes rows of the sheets of a workbook.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::book::{Book, Cell};
use super::cells::{DateTimeRender, ValueRender, value};
use crate::charset::Charset;
use crate::columns::numbered;
use crate::local::Local;

/// # Convert Excel to Ion
///
/// Makes rows of the sheets of a workbook, a file for each sheet. Workbooks may be xlsx, xlsb, xls or ods. With a header a
/// row is a map, without one it is a list.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExcelToIon {
    /// The address of the workbook.
    from: Expr<Text>,
    /// The names of the sheets; all if nothing is said.
    sheets_title: Option<Expr<Vec<String>>>,
    /// Without effect: workbooks tell their charset themselves.
    charset: Option<Expr<String>>,
    /// How cells are given; with their types if nothing is said.
    value_render: Option<Expr<ValueRender>>,
    /// How dates are given; as dates if nothing is said.
    date_time_render: Option<Expr<DateTimeRender>>,
    /// Whether the first row has the names of the columns; it has if nothing is said.
    header: Option<Expr<bool>>,
    /// Whether rows without any value are left out.
    skip_empty_rows: Option<Expr<bool>>,
    /// How many rows are left out at the beginning, before the header.
    #[serde(default)]
    skip_rows: u32,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the files, by the names of the sheets.
    uris: BTreeMap<String, String>,
    /// How many rows there are together.
    size: u64,
}

impl Task for ExcelToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.excel.ExcelToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

/// How a sheet is read.
#[derive(Clone, Copy)]
struct Manner {
    values: ValueRender,
    dates: DateTimeRender,
    has_header: bool,
    skips_empty: bool,
    skipped: u32,
}

impl ExcelToIon {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.render(&self.from)?;
        Charset::read(cx, self.charset.as_ref())?;
        let manner = Manner {
            values: cx.filled(self.value_render.as_ref())?.unwrap_or(ValueRender::UnformattedValue),
            dates: cx.filled(self.date_time_render.as_ref())?.unwrap_or(DateTimeRender::UnformattedValue),
            has_header: cx.filled(self.header.as_ref())?.unwrap_or(true),
            skips_empty: cx.filled(self.skip_empty_rows.as_ref())?.unwrap_or(false),
            skipped: self.skip_rows,
        };
        let wanted = cx.filled(self.sheets_title.as_ref())?.unwrap_or_default();
        let mut book = Book::open(&Local::open(cx, &from)?)?;
        let sheets = book.sheets();
        if let Some(absent) = wanted.iter().find(|name| !sheets.contains(name)) {
            let there = sheets.join("`, `");
            return Err(Broken::new(format!("there is no sheet `{absent}`: there are `{there}`")));
        }
        let mut output = Output { uris: BTreeMap::new(), size: 0 };
        for sheet in sheets.iter().filter(|name| wanted.is_empty() || wanted.contains(name)) {
            let mut rows = Rows { manner, file: RowFile::create(cx)?, header: None, seen: 0, current: None };
            let is_formula = manner.values == ValueRender::Formula;
            book.cells(sheet, is_formula, &mut |cell| rows.take(cell))
                .map_err(|broken| named(sheet, broken))?;
            rows.end()?;
            output.size += rows.file.count();
            output.uris.insert(sheet.clone(), rows.file.finish()?);
        }
        cx.metric(Metric::count("records", output.size));
        Ok(output)
    }
}

fn named(sheet: &str, broken: Broken) -> Broken {
    if broken.is_killed {
        broken
    } else {
        Failure::new(format!("the sheet `{sheet}`: {}", broken.failure)).into()
    }
}

/// Puts cells together into rows.
struct Rows<'c> {
    manner: Manner,
    file: RowFile<'c>,
    header: Option<Vec<Arc<str>>>,
    seen: u32,
    current: Option<(u32, Vec<Value>)>,
}

/// Columns that a sheet may have.
const COLUMNS_MAX: u32 = 16_384;

impl Rows<'_> {
    fn take(&mut self, cell: Cell) -> Result<(), Broken> {
        if self.current.as_ref().is_some_and(|(row, _)| *row != cell.row) {
            self.end()?;
        }
        if cell.column >= COLUMNS_MAX {
            return Err(Broken::new(format!("row {} has more than {COLUMNS_MAX} columns", cell.row + 1)));
        }
        let value = match (cell.formula, self.manner.values) {
            (Some(formula), ValueRender::Formula) => Value::Str(formula.into()),
            _ => value(cell.data, self.manner.values, self.manner.dates),
        };
        let (_, cells) = self.current.get_or_insert_with(|| (cell.row, Vec::new()));
        let place = cell.column as usize;
        if cells.len() <= place {
            cells.resize(place + 1, Value::Null);
        }
        cells[place] = value;
        Ok(())
    }

    /// The row that was put together is whole.
    fn end(&mut self) -> Result<(), Broken> {
        let Some((_, mut cells)) = self.current.take() else { return Ok(()) };
        let is_empty = |cell: &Value| match cell {
            Value::Null => true,
            Value::Str(text) => text.expose().is_empty(),
            _ => false,
        };
        self.seen += 1;
        if self.seen <= self.manner.skipped || (self.manner.skips_empty && cells.iter().all(is_empty)) {
            return Ok(());
        }
        let Some(header) = &mut self.header else {
            if !self.manner.has_header {
                return self.file.add(&Value::List(cells.into()));
            }
            let name = |(place, cell): (usize, &Value)| match text_of(cell) {
                Ok(text) if !is_empty(cell) => text.expose().into(),
                _ => numbered(place),
            };
            self.header = Some(cells.iter().enumerate().map(name).collect());
            return Ok(());
        };
        for place in header.len()..cells.len() {
            header.push(numbered(place));
        }
        cells.resize(header.len(), Value::Null);
        let row: Map = header.iter().cloned().zip(cells).collect();
        self.file.add(&Value::Map(row.into()))
    }
}
