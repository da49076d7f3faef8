//! `io.kestra.plugin.transform.Map`: makes another record of each record.

use std::sync::Arc;

use kapelle_model::{Map as Fields, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::counts::Counts;
use super::definition::{Field, fields};
use super::expression::Scope;
use super::input::Input;
use super::output::{Output, OutputProperties};
use super::record::Record;

/// # Map records
///
/// Makes another record of each record: renames fields, calculates new ones, gives them types. Records of a file go through one
/// by one. The expressions are those of `transform.Filter`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Map {
    /// The records: a list, one record, or the address of a file in Ion, text or binary.
    from: Expr<Value>,
    /// The fields of the new record, by name. Each is an expression, or a map with `expr`, `type` (`STRING`, `INT`, `FLOAT`,
    /// `DECIMAL`, `BOOLEAN`, `TIMESTAMP`, `LIST` or `STRUCT`) and `optional`. A field without a value is an error unless it is optional.
    /// Results of arithmetic are decimals; a type never cuts anything off.
    fields: Expr<Fields>,
    /// Whether the new record keeps the fields of the old one that have no new value; it does not if nothing is said.
    keep_original_fields: Option<Expr<bool>>,
    /// Whether fields without a value are left out; they are if nothing is said.
    drop_nulls: Option<Expr<bool>>,
    /// What becomes of a field that cannot be made: `FAIL` ends the task, `SKIP` leaves the whole record out, `NULL` leaves the field
    /// without a value; `FAIL` if nothing is said. An expression that is wrong in itself ends the task always.
    on_error: Option<Expr<OnErrorNull>>,
    #[serde(flatten)]
    output: OutputProperties,
}

/// What becomes of records and fields that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum OnErrorNull {
    Fail,
    Skip,
    Null,
}

impl Word for OnErrorNull {}

impl OnErrorNull {
    /// What the log says of such a record; nothing if the task fails.
    pub(super) const fn instead(self) -> Option<&'static str> {
        match self {
            Self::Fail => None,
            Self::Skip => Some("left out"),
            Self::Null => Some("set to null"),
        }
    }
}

impl Task for Map {
    const TYPE: &'static str = "io.kestra.plugin.transform.Map";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Map {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let mapping = Mapping {
            fields: fields(cx, &self.fields, "fields", 0)?,
            keeps_original: cx.filled(self.keep_original_fields.as_ref())?.unwrap_or(false),
            on_error: cx.filled(self.on_error.as_ref())?.unwrap_or(OnErrorNull::Fail),
        };
        let drops_nulls = cx.filled(self.drop_nulls.as_ref())?.unwrap_or(true);
        let input = Input::of(cx, &self.from, "from")?;
        let mut sink = self.output.begin(cx, input.is_file())?;
        let mut records = input.open(cx)?;
        let mut counts = Counts::new(cx);
        while let Some(record) = records.next()? {
            counts.processed += 1;
            match mapping.mapped(&record, records.number(), &mut counts)? {
                Some(made) => {
                    counts.passed += 1;
                    sink.add(if drops_nulls { made.without_nulls() } else { made })?;
                }
                None => counts.dropped += 1,
            }
        }
        counts.tell("passed");
        sink.finish()
    }
}

struct Mapping {
    fields: Vec<Field>,
    keeps_original: bool,
    on_error: OnErrorNull,
}

impl Mapping {
    /// The new record; nothing if it is left out.
    fn mapped(
        &self,
        record: &Record,
        number: u64,
        counts: &mut Counts<'_>,
    ) -> Result<Option<Record>, Broken> {
        let mut made = if self.keeps_original { Fields::clone(&record.fields) } else { Fields::new() };
        let mut problems = Vec::new();
        for field in &self.fields {
            let value = match field.value(Scope::of(&record.fields)) {
                Ok(value) => value,
                Err(reason) => {
                    problems.push(record.reason(reason));
                    if self.on_error != OnErrorNull::Null {
                        break;
                    }
                    Value::Null
                }
            };
            made.insert(Arc::clone(&field.name), value);
        }
        if !problems.is_empty() {
            let reason = format!("row {number}, {}", problems.join("; "));
            counts.fail(&reason, self.on_error.instead())?;
            if self.on_error == OnErrorNull::Skip {
                return Ok(None);
            }
        }
        Ok(Some(Record { fields: Arc::new(made), is_secret: record.is_secret }))
    }
}
