//! `io.kestra.plugin.transform.Select`: puts the records of several inputs side by side, filters and maps them.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::aligned::{Aligned, Next, merged};
use super::counts::Counts;
use super::definition::{Field, fields};
use super::expression::Scope;
use super::filter::{Condition, OnErrorKeep};
use super::output::{Output, OutputProperties};
use super::record::Record;

/// # Select from records
///
/// Puts the records of one input or more side by side, first with first, keeps those for which a condition holds, and makes new
/// fields of them. Expressions are those of `transform.Filter`; beside it they read a single input as `$1`, `$2` and so on. A
/// name alone is a field of the inputs together, and that of the last one that has it. The inputs are read one record at a time.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Select {
    /// One input or more. Each is a list of records, one record, or the address of a file in Ion, text or binary.
    inputs: Vec<Expr<Value>>,
    /// The condition, such as `$1.amount > 100 && $2.score > 0.8`; all records are kept if nothing is said.
    #[serde(rename = "where")]
    condition: Option<Expr<String>>,
    /// The fields of the new record, by name. Each is an expression, or a map with `expr`, `type` (`STRING`, `INT`, `FLOAT`,
    /// `DECIMAL`, `BOOLEAN`, `TIMESTAMP`, `LIST` or `STRUCT`) and `optional`. A field without a value is an error unless it is optional. If
    /// nothing is said, the new record has the fields of all inputs.
    fields: Option<Expr<Map>>,
    /// The numbers of inputs, from 1, whose fields are kept beside `fields`; those of `fields` go first.
    keep_input_fields: Option<Expr<Vec<u32>>>,
    /// Whether fields without a value are left out; they are if nothing is said.
    drop_nulls: Option<Expr<bool>>,
    /// What is done if the inputs have not equally many records: `FAIL` ends the task, `SKIP` ends with the shortest input;
    /// `FAIL` if nothing is said.
    on_length_mismatch: Option<Expr<OnLengthMismatch>>,
    /// What becomes of records for which something cannot be evaluated: `FAIL` ends the task, `SKIP` leaves them out, `KEEP` gives
    /// the fields of all inputs; `FAIL` if nothing is said. An expression that is wrong in itself ends the task always.
    on_error: Option<Expr<OnErrorKeep>>,
    #[serde(flatten)]
    output: OutputProperties,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum OnLengthMismatch {
    Fail,
    Skip,
}

impl Word for OnLengthMismatch {}

impl Task for Select {
    const TYPE: &'static str = "io.kestra.plugin.transform.Select";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Select {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let on_error = cx.filled(self.on_error.as_ref())?.unwrap_or(OnErrorKeep::Fail);
        let on_mismatch = cx.filled(self.on_length_mismatch.as_ref())?.unwrap_or(OnLengthMismatch::Fail);
        let drops_nulls = cx.filled(self.drop_nulls.as_ref())?.unwrap_or(true);
        let selection = self.selection(cx)?;
        let mut rows = Aligned::open(cx, &self.inputs, 1)?;
        let mut sink = self.output.begin(cx, rows.is_from_file)?;
        let mut counts = Counts::new(cx);
        loop {
            let row = match rows.next()? {
                Next::Row(row) => row,
                Next::Uneven(reason) if on_mismatch == OnLengthMismatch::Fail => {
                    let help = "with `onLengthMismatch: SKIP` the shortest input is the end";
                    return Err(Broken::new(format!("{reason}; {help}")));
                }
                Next::Uneven(_) | Next::End => break,
            };
            counts.processed += 1;
            let whole = Record {
                fields: Arc::new(merged(row.iter())),
                is_secret: row.iter().any(|record| record.is_secret),
            };
            let selected = match selection.selected(&whole, &row) {
                Ok(selected) => selected,
                Err(reason) => {
                    counts.fail(&format!("row {}, {reason}", rows.number()), on_error.instead())?;
                    (on_error == OnErrorKeep::Keep).then_some(whole)
                }
            };
            match selected {
                Some(record) => {
                    counts.passed += 1;
                    sink.add(if drops_nulls { record.without_nulls() } else { record })?;
                }
                None => counts.dropped += 1,
            }
        }
        counts.tell("passed");
        sink.finish()
    }

    fn selection(&self, cx: &RunContext) -> Result<Selection, Broken> {
        let count = self.inputs.len();
        let condition = cx.filled(self.condition.as_ref())?;
        let kept = cx.filled(self.keep_input_fields.as_ref())?.unwrap_or_default();
        if let Some(wrong) = kept.iter().find(|number| **number == 0 || **number as usize > count) {
            return Err(Broken::new(format!(
                "`keepInputFields` names input {wrong}: there are inputs 1 to {count}"
            )));
        }
        Ok(Selection {
            condition: condition.map(|text| Condition::parse(&text, count)).transpose()?,
            fields: match &self.fields {
                Some(property) if !cx.optional(Some(property))?.unwrap_or_default().is_empty() => {
                    fields(cx, property, "fields", count)?
                }
                _ => Vec::new(),
            },
            kept: kept.into_iter().map(|number| number as usize - 1).collect(),
        })
    }
}

struct Selection {
    condition: Option<Condition>,
    /// None, if the fields are those of all inputs.
    fields: Vec<Field>,
    kept: Vec<usize>,
}

impl Selection {
    /// The new record; nothing if the condition does not hold.
    fn selected(&self, whole: &Record, row: &[Record]) -> Result<Option<Record>, String> {
        let inputs: Vec<_> = row.iter().map(|record| Arc::clone(&record.fields)).collect();
        let scope = Scope { record: &whole.fields, inputs: &inputs, aggregated: &[] };
        if let Some(condition) = &self.condition
            && !condition.holds(whole, scope)?
        {
            return Ok(None);
        }
        if self.fields.is_empty() {
            return Ok(Some(whole.clone()));
        }
        let mut made = merged(self.kept.iter().filter_map(|place| row.get(*place)));
        for field in &self.fields {
            let value = field.value(scope).map_err(|reason| whole.reason(reason))?;
            made.insert(Arc::clone(&field.name), value);
        }
        Ok(Some(Record { fields: Arc::new(made), is_secret: whole.is_secret }))
    }
}
