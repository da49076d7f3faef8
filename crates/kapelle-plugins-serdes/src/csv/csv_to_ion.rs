//! `io.kestra.plugin.serdes.csv.CsvToIon`: makes rows of a file in CSV.

use std::io::Read;
use std::sync::Arc;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::files::open;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::character;
use super::reader::{Form, Reader, Record};
use crate::charset::Charset;
use crate::columns::numbered;
use crate::converted::{BadRows, Converted, OnBadLines};

/// Characters of a row and of a field, where the flow does not say it.
const SIZE_USUAL: u32 = 16 << 20;

/// # Convert CSV to Ion
///
/// Makes rows of a file in CSV. All fields are text; with a header a row is a map, without one it is a list.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CsvToIon {
    /// The address of the file.
    from: Expr<Text>,
    /// Whether the first row has the names of the columns; it has if nothing is said.
    header: Option<Expr<bool>>,
    /// The character between fields; a comma if nothing is said.
    field_separator: Option<Expr<String>>,
    /// The character around fields that have separators or line breaks; `"` if nothing is said.
    text_delimiter: Option<Expr<String>>,
    /// Whether empty lines are left out; they are rows if nothing is said.
    skip_empty_rows: Option<Expr<bool>>,
    /// Whether the task fails at a row with more or fewer fields than the header. Use `onBadLines` instead.
    error_on_different_field_count: Option<Expr<bool>>,
    /// What becomes of broken rows; the task fails if nothing is said.
    on_bad_lines: Option<Expr<OnBadLines>>,
    /// What becomes of columns without a name; the last ones are left out if nothing is said.
    on_empty_header: Option<Expr<OnEmptyHeader>>,
    /// How many rows are left out at the beginning, after the header.
    skip_rows: Option<Expr<i64>>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// The most characters of a row; 16777216 if nothing is said.
    max_buffer_size: Option<Expr<u32>>,
    /// Whether characters may stand behind the closing delimiter of a field; they belong to it.
    allow_extra_chars_after_closing_quote: Option<Expr<bool>>,
    /// The most characters of a field; 16777216 if nothing is said.
    max_field_size: Option<Expr<u32>>,
}

/// What becomes of columns without a name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum OnEmptyHeader {
    /// Those at the end are left out. Others keep the empty name, and only the last of them is kept.
    Drop,
    /// They are called `col_` with their number, from 0.
    Rename,
}

impl Word for OnEmptyHeader {}

impl Task for CsvToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.csv.CsvToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

/// What rows are made like.
struct Shape {
    has_header: bool,
    skips_empty: bool,
    is_lenient: bool,
    on_empty: OnEmptyHeader,
    /// Names of the columns; a column without one is left out.
    header: Option<Vec<Option<Arc<str>>>>,
    /// Rows that are still to be left out.
    skips: i64,
    /// Fields of the header; without one rows may have as many as they like.
    width: Option<usize>,
}

impl CsvToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let flag =
            |property: Option<&Expr<bool>>, usual| Ok::<_, Failure>(cx.filled(property)?.unwrap_or(usual));
        let separator = character(cx, self.field_separator.as_ref(), "fieldSeparator", ',')?;
        let quote = character(cx, self.text_delimiter.as_ref(), "textDelimiter", '"')?;
        if separator == quote {
            return Err(Broken::new("`fieldSeparator` and `textDelimiter` have to be different characters"));
        }
        let size = |property: Option<&Expr<u32>>| {
            Ok::<_, Failure>(cx.filled(property)?.unwrap_or(SIZE_USUAL) as usize)
        };
        let form = Form {
            separator,
            quote,
            allows_more_after_quote: flag(self.allow_extra_chars_after_closing_quote.as_ref(), false)?,
            field_max: size(self.max_field_size.as_ref())?,
            record_max: size(self.max_buffer_size.as_ref())?,
        };
        let on_bad = cx.filled(self.on_bad_lines.as_ref())?;
        let counts_matter = cx.filled(self.error_on_different_field_count.as_ref())?;
        let mut shape = Shape {
            has_header: flag(self.header.as_ref(), true)?,
            skips_empty: flag(self.skip_empty_rows.as_ref(), false)?,
            is_lenient: counts_matter == Some(false) && on_bad.is_none(),
            on_empty: cx.filled(self.on_empty_header.as_ref())?.unwrap_or(OnEmptyHeader::Drop),
            header: None,
            skips: cx.filled(self.skip_rows.as_ref())?.unwrap_or(0),
            width: None,
        };
        let mut bad = BadRows::new(on_bad);
        let mut reader = Reader::new(charset.decode(open(cx, &from)?), form);
        let mut file = RowFile::create(cx)?;
        while let Some(row) = shape.next(cx, &mut reader, &mut bad)? {
            file.add(&row)?;
        }
        bad.tell(cx);
        Converted::rows(cx, file)
    }
}

impl Shape {
    /// The next row that is to be kept.
    fn next<R: Read>(
        &mut self,
        cx: &RunContext,
        reader: &mut Reader<R>,
        bad: &mut BadRows,
    ) -> Result<Option<Value>, Broken> {
        while let Some(record) = reader.next()? {
            cx.go_on()?;
            let place = format!("row {} at line {}", reader.number, reader.line);
            let fields = match record {
                Record::Fields(fields) => fields,
                Record::Empty if self.skips_empty => continue,
                Record::Empty => vec![String::new()],
                Record::Bad(reason) => {
                    bad.meet(cx, &format!("{place} is broken: {reason}"))?;
                    continue;
                }
            };
            if self.has_header && self.header.is_none() {
                self.width = Some(fields.len());
                self.header = Some(self.names(cx, &fields)?);
                continue;
            }
            if self.skips > 0 {
                self.skips -= 1;
                continue;
            }
            if let Some(width) = self.width
                && fields.len() != width
                && !self.is_lenient
            {
                bad.meet(cx, &miscounted(&place, &fields, width))?;
                continue;
            }
            return Ok(Some(self.row(fields)));
        }
        Ok(None)
    }

    fn row(&self, fields: Vec<String>) -> Value {
        let Some(header) = &self.header else {
            return Value::List(fields.into_iter().map(cell).collect::<Vec<_>>().into());
        };
        let mut row = Map::with_capacity(fields.len());
        for (place, field) in fields.into_iter().enumerate() {
            match header.get(place) {
                Some(Some(name)) => drop(row.insert(Arc::clone(name), cell(field))),
                Some(None) => {}
                None => drop(row.insert(numbered(place), cell(field))),
            }
        }
        Value::Map(row.into())
    }

    fn names(&self, cx: &RunContext, fields: &[String]) -> Result<Vec<Option<Arc<str>>>, Broken> {
        let Some(last) = fields.iter().rposition(|name| !name.is_empty()) else {
            if self.on_empty == OnEmptyHeader::Drop {
                return Err(Broken::new(
                    "the header has no names: set `header: false` if there is none, `skipEmptyRows: true` if it comes after empty \
                     rows, or `onEmptyHeader: RENAME`",
                ));
            }
            return Ok((0..fields.len()).map(|place| Some(numbered(place))).collect());
        };
        let mut names: Vec<Option<Arc<str>>> = Vec::with_capacity(fields.len());
        for (place, name) in fields.iter().enumerate() {
            let name: Option<Arc<str>> = match (name.is_empty(), self.on_empty) {
                (true, OnEmptyHeader::Drop) if place > last => None,
                (true, OnEmptyHeader::Rename) => Some(free_name(place, fields)),
                _ => Some(name.as_str().into()),
            };
            if name.is_some() && names.contains(&name) {
                let name = name.as_deref().unwrap_or_default();
                cx.log(
                    Level::Warn,
                    format!("two columns are called `{name}`: only the last of them is kept"),
                );
            }
            names.push(name);
        }
        if names.last() == Some(&None) {
            let count = names.len() - 1 - last;
            let words = "without a name at the end are left out; `onEmptyHeader: RENAME` keeps them";
            cx.log(Level::Warn, format!("columns {words}: {count}"));
        }
        Ok(names)
    }
}

/// The name of a column without one that no other has.
fn free_name(place: usize, taken: &[String]) -> Arc<str> {
    let is_free = |name: &Arc<str>| taken.iter().all(|other| **other != **name);
    let others = (2..).map(|number| format!("{}_{number}", numbered(place)).into());
    std::iter::once(numbered(place)).chain(others).find(is_free).unwrap_or_else(|| numbered(place))
}

/// What databases write for nothing is nothing.
fn cell(field: String) -> Value {
    if field == "\\N" { Value::Null } else { Value::Str(field.into()) }
}

fn miscounted(place: &str, fields: &[String], width: usize) -> String {
    if let [only] = fields
        && only.is_empty()
    {
        return format!("{place} is empty: set `skipEmptyRows` to leave such rows out");
    }
    format!("{place} has {} fields where {width} are expected", fields.len())
}
