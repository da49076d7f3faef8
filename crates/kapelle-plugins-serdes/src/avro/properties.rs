//! What the tasks that write Avro and Parquet are told.

use kapelle_core::time::locale::Locale;
use kapelle_core::time::pattern;
use kapelle_model::{Failure, Text};
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::fit::{DAY_PATTERN, Manner};
use super::infer;
use super::schema::Schemas;
use crate::moments::zone_of;

/// Rows that are looked at to learn the columns, where the flow does not say it.
const ROWS_USUAL: u64 = 100;

/// How rows get their types.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TypeProperties {
    /// The schema, as Avro writes it in JSON; it is made of the first rows if nothing is said.
    schema: Option<Expr<String>>,
    /// How many rows are looked at to make a schema; 100 if nothing is said.
    number_of_rows_to_scan: Option<Expr<u64>>,
    /// Texts that are true where the schema wants a flag.
    true_values: Option<Expr<Vec<String>>>,
    /// Texts that are false where the schema wants a flag.
    false_values: Option<Expr<Vec<String>>>,
    /// Texts that are null where the schema allows it.
    null_values: Option<Expr<Vec<String>>>,
    /// How texts that are dates are written; `yyyy-MM-dd[XXX]` if nothing is said.
    date_format: Option<Expr<String>>,
    /// How texts that are times are written; `HH:mm[:ss][.SSSSSS][XXX]` if nothing is said.
    time_format: Option<Expr<String>>,
    /// How texts that are dates with a time are written; `yyyy-MM-dd'T'HH:mm[:ss][.SSSSSS][XXX]` if nothing is said.
    datetime_format: Option<Expr<String>>,
    /// The character before the fraction of numbers that are texts; a point if nothing is said.
    decimal_separator: Option<Expr<String>>,
    /// Whether a field that the schema does not have is an error; it is left out if nothing is said.
    strict_schema: Option<Expr<bool>>,
    /// Whether all rows are looked at to make a schema, and texts that mean null or a flag are that in every field, not only
    /// where the schema wants one.
    infer_all_fields: Option<Expr<bool>>,
    /// The zone of moments that are written without one; that of the server if nothing is said.
    time_zone_id: Option<Expr<String>>,
}

const TRUE: &[&str] = &["t", "true", "enabled", "1", "on", "yes"];
const FALSE: &[&str] = &["f", "false", "disabled", "0", "off", "no", ""];
const NULL: &[&str] = &[
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "1.#IND", "1.#QNAN", "NA", "n/a", "nan",
    "null",
];

impl TypeProperties {
    pub(crate) fn manner(&self, cx: &RunContext, forgives: bool) -> Result<Manner, Failure> {
        let words = |property: Option<&Expr<Vec<String>>>, usual: &[&str]| {
            let usual = || usual.iter().map(|word| (*word).to_owned()).collect();
            Ok::<_, Failure>(cx.filled(property)?.unwrap_or_else(usual))
        };
        let format = |property: Option<&Expr<String>>, before: &str, usual: &str| {
            let text = cx.filled(property)?.unwrap_or_else(|| usual.to_owned());
            pattern::get(&format!("{before}{text}"), &Locale::default())
                .map_err(|reason| Failure::new(format!("the format `{text}` is wrong: {reason}")))
        };
        let separator = cx.filled(self.decimal_separator.as_ref())?.unwrap_or_else(|| ".".to_owned());
        let mut separators = separator.chars();
        let (Some(decimal_separator), None) = (separators.next(), separators.next()) else {
            return Err(Failure::new(format!(
                "`decimalSeparator` has to be one character, not `{separator}`"
            )));
        };
        Ok(Manner {
            true_values: words(self.true_values.as_ref(), TRUE)?,
            false_values: words(self.false_values.as_ref(), FALSE)?,
            null_values: words(self.null_values.as_ref(), NULL)?,
            date: format(self.date_format.as_ref(), "", "yyyy-MM-dd[XXX]")?,
            time: format(self.time_format.as_ref(), DAY_PATTERN, "HH:mm[:ss][.SSSSSS][XXX]")?,
            date_time: format(self.datetime_format.as_ref(), "", "yyyy-MM-dd'T'HH:mm[:ss][.SSSSSS][XXX]")?,
            decimal_separator,
            is_strict: cx.filled(self.strict_schema.as_ref())?.unwrap_or(false),
            infers_all: self.infers_all(cx)?,
            forgives,
            zone: zone_of(cx, self.time_zone_id.as_ref())?,
        })
    }

    fn infers_all(&self, cx: &RunContext) -> Result<bool, Failure> {
        Ok(cx.filled(self.infer_all_fields.as_ref())?.unwrap_or(false))
    }

    /// The schema that is said, or that of the first rows.
    pub(crate) fn schemas(&self, cx: &RunContext, from: &Text) -> Result<Schemas, Broken> {
        match cx.filled(self.schema.as_ref())? {
            Some(text) => Ok(Schemas::read(&text)?),
            None if self.infers_all(cx)? => inferred(cx, from, Some(u64::MAX)),
            None => inferred(cx, from, cx.filled(self.number_of_rows_to_scan.as_ref())?),
        }
    }
}

/// The schema of the first rows of a file.
pub(crate) fn inferred(cx: &RunContext, from: &Text, rows_max: Option<u64>) -> Result<Schemas, Broken> {
    let rows_max = rows_max.unwrap_or(ROWS_USUAL).max(1);
    let mut rows = Rows::open(cx, from)?;
    let mut seen = infer::Rows::new();
    while rows.number() < rows_max
        && let Some(row) = rows.next()?
    {
        seen.add(&row)?;
    }
    Ok(seen.schema()?)
}
