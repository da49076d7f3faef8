//! `io.kestra.plugin.serdes.csv.IonToCsv`: writes rows as CSV.

use std::io::Write;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::form::decimal_text;
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::ion::{ROW_BYTES_MAX, Rows};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::character;
use crate::charset::{Charset, Encoded};
use crate::columns::by_column;
use crate::converted::{Converted, NewBuffer, create};
use crate::moments::{MomentProperties, Moments};

/// # Convert Ion to CSV
///
/// Writes rows as CSV. The columns are those of the first row; in later rows the order does not matter, and what is
/// missing is empty. A field that the first row does not have is an error.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IonToCsv {
    #[serde(flatten)]
    moments: MomentProperties,
    /// The address of the file.
    from: Expr<Text>,
    /// Whether the first row has the names of the columns; it has if nothing is said.
    header: Option<Expr<bool>>,
    /// The character between fields; a comma if nothing is said.
    field_separator: Option<Expr<String>>,
    /// The character around fields that have separators or line breaks; `"` if nothing is said.
    text_delimiter: Option<Expr<String>>,
    /// What stands between rows; a line feed if nothing is said.
    line_delimiter: Option<Expr<String>>,
    /// Whether all fields are delimited. Use `quoteMode` instead.
    always_delimit_text: Option<Expr<bool>>,
    /// Which fields are delimited; those that need it if nothing is said.
    quote_mode: Option<Expr<QuoteMode>>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

/// Which fields are delimited.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum QuoteMode {
    /// All.
    Always,
    /// Those that cannot be read otherwise.
    Required,
    /// Those, and all that are no numbers.
    NonNumeric,
}

impl Word for QuoteMode {}

impl Task for IonToCsv {
    const TYPE: &'static str = "io.kestra.plugin.serdes.csv.IonToCsv";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl IonToCsv {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let mode = cx.filled(self.quote_mode.as_ref())?;
        let is_always = cx.filled(self.always_delimit_text.as_ref())?.unwrap_or(false);
        let line = cx.optional(self.line_delimiter.as_ref())?.unwrap_or_else(|| "\n".to_owned());
        if line.is_empty() {
            return Err(Broken::new("`lineDelimiter` is empty: rows could not be told apart"));
        }
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let mut writer = Writer {
            to: charset.encode(create(cx, ".csv")?),
            separator: character(cx, self.field_separator.as_ref(), "fieldSeparator", ',')?,
            quote: character(cx, self.text_delimiter.as_ref(), "textDelimiter", '"')?,
            line,
            mode: mode.unwrap_or(if is_always { QuoteMode::Always } else { QuoteMode::Required }),
            moments: self.moments.read(cx)?,
        };
        let has_header = cx.filled(self.header.as_ref())?.unwrap_or(true);
        let mut columns: Option<Vec<Arc<str>>> = None;
        let mut rows = Rows::open(cx, &from)?;
        while let Some(row) = rows.next()? {
            let number = rows.number();
            let told = |reason: String| Failure::new(format!("row {number}: {reason}"));
            let fields = match row {
                Value::Map(row) => {
                    let is_first = columns.is_none();
                    let columns = columns.get_or_insert_with(|| row.keys().cloned().collect());
                    if is_first && has_header {
                        let names: Vec<Value> = columns.iter().map(|name| Value::from(&**name)).collect();
                        writer.row(&names).map_err(|broken| broken.failure)?;
                    }
                    by_column(&row, columns).map_err(told)?
                }
                Value::List(_) if has_header => {
                    return Err(told(
                        "it is a list, which has no names for a header: set `header: false`".into(),
                    )
                    .into());
                }
                Value::List(items) => Arc::unwrap_or_clone(items),
                other => vec![other],
            };
            writer.row(&fields).map_err(|broken| {
                if broken.is_killed { broken } else { told(broken.failure.to_string()).into() }
            })?;
        }
        Converted::file(cx, writer.to.finish()?, rows.number())
    }
}

struct Writer {
    to: Encoded<NewBuffer>,
    separator: char,
    quote: char,
    line: String,
    mode: QuoteMode,
    moments: Moments,
}

impl Writer {
    fn row(&mut self, fields: &[Value]) -> Result<(), Broken> {
        let is_single = fields.len() == 1;
        let mut text = String::new();
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                text.push(self.separator);
            }
            let before = text.len();
            self.field(field, &mut text)?;
            // An empty line would be read as no row at all.
            if is_single && text.len() == before {
                text.extend([self.quote, self.quote]);
            }
        }
        text.push_str(&self.line);
        self.to.write_all(text.as_bytes())?;
        Ok(())
    }

    fn field(&self, value: &Value, out: &mut String) -> Result<(), Failure> {
        let text = self.text(value)?;
        let is_needed = |character: char| {
            matches!(character, '\n' | '\r')
                || [self.separator, self.quote].contains(&character)
                || self.line.contains(character)
        };
        let is_quoted = match self.mode {
            QuoteMode::Always => true,
            QuoteMode::NonNumeric if !text.is_empty() && !is_numeric(&text) => true,
            _ => text.contains(is_needed),
        };
        if !is_quoted {
            out.push_str(&text);
            return Ok(());
        }
        out.push(self.quote);
        for character in text.chars() {
            if character == self.quote {
                out.push(character);
            }
            out.push(character);
        }
        out.push(self.quote);
        Ok(())
    }

    fn text(&self, value: &Value) -> Result<String, Failure> {
        if let Some(moment) = self.moments.text(value)? {
            return Ok(moment);
        }
        match value {
            Value::Null => Ok(String::new()),
            Value::Str(text) => Ok(text.expose().to_owned()),
            Value::Decimal(number) => Ok(decimal_text(number)),
            Value::Bytes(bytes) => Ok(plain::to_base64(bytes)),
            Value::List(_) | Value::Map(_) => crate::json::text(value, &TimeZone::UTC, ROW_BYTES_MAX),
            other => Ok(text_of(other).map_err(|error| Failure::new(error.text()))?.expose().to_owned()),
        }
    }
}

/// What is a number in a file, where all is text: a sign, digits, one point at most.
fn is_numeric(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|character| character.is_ascii_digit() || character == b'.')
        && digits.matches('.').count() < 2
}
