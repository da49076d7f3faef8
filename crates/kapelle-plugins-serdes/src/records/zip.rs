//! `io.kestra.plugin.transform.Zip`: puts the records of several inputs together, first with first.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::aligned::{Aligned, Next};
use super::counts::Counts;
use super::output::{Output, OutputProperties};
use super::record::Record;

/// # Zip records
///
/// Puts the records of several inputs together: the first ones become one record, then the second ones, and so on. The inputs
/// have to have equally many records, whatever `onError` says; they are read side by side, one record of each at a time.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Zip {
    /// Two inputs or more. Each is a list of records, one record, or the address of a file in Ion, text or binary.
    inputs: Vec<Expr<Value>>,
    /// What becomes of records that cannot be put together: `FAIL` ends the task, `SKIP` leaves them out; `FAIL` if nothing is said.
    on_error: Option<Expr<OnErrorSkip>>,
    /// What is done if two of them have a field of the same name: `FAIL` makes it an error, `LEFT` takes the value of the earlier
    /// input, `RIGHT` that of the later one; `FAIL` if nothing is said.
    on_conflict: Option<Expr<OnConflict>>,
    #[serde(flatten)]
    output: OutputProperties,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum OnErrorSkip {
    Fail,
    Skip,
}

impl Word for OnErrorSkip {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum OnConflict {
    Fail,
    Left,
    Right,
}

impl Word for OnConflict {}

impl Task for Zip {
    const TYPE: &'static str = "io.kestra.plugin.transform.Zip";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Zip {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let on_error = cx.filled(self.on_error.as_ref())?.unwrap_or(OnErrorSkip::Fail);
        let on_conflict = cx.filled(self.on_conflict.as_ref())?.unwrap_or(OnConflict::Fail);
        let mut rows = Aligned::open(cx, &self.inputs, 2)?;
        let mut sink = self.output.begin(cx, rows.is_from_file)?;
        let mut counts = Counts::new(cx);
        loop {
            let row = match rows.next()? {
                Next::Row(row) => row,
                Next::End => break,
                Next::Uneven(reason) => return Err(Broken::new(reason)),
            };
            counts.processed += 1;
            match zipped(&row, on_conflict) {
                Ok(record) => {
                    counts.passed += 1;
                    sink.add(record)?;
                }
                Err(reason) => {
                    let instead = (on_error == OnErrorSkip::Skip).then_some("left out");
                    counts.fail(&format!("row {}: {reason}", rows.number()), instead)?;
                    counts.dropped += 1;
                }
            }
        }
        counts.tell("passed");
        sink.finish()
    }
}

fn zipped(row: &[Record], on_conflict: OnConflict) -> Result<Record, String> {
    let mut fields = Map::new();
    for (place, record) in row.iter().enumerate() {
        for (name, value) in record.fields.iter() {
            match (fields.contains_key(name), on_conflict) {
                (true, OnConflict::Fail) => {
                    return Err(format!(
                        "the field `{name}` of input {} is in an earlier one too: `onConflict` says which one counts",
                        place + 1
                    ));
                }
                (true, OnConflict::Left) => {}
                _ => {
                    fields.insert(Arc::clone(name), value.clone());
                }
            }
        }
    }
    Ok(Record { fields: Arc::new(fields), is_secret: row.iter().any(|record| record.is_secret) })
}
