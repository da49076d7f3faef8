//! `io.kestra.plugin.transform.Unnest`: makes a record of each item of a list.

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::counts::Counts;
use super::expression::{Expression, Scope};
use super::input::Input;
use super::map::OnErrorNull;
use super::output::{Output, OutputProperties};
use super::record::Record;
use super::values::unfit;

/// # Unnest records
///
/// Makes a record of each item of a list in a record, as `UNNEST` does in SQL. A record whose list is empty or not there gives
/// none. Records of a file go through one by one. The path is an expression of `transform.Filter`; where it gives lists of lists,
/// as `orders[].lines[]` does, the lists within are the items.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unnest {
    /// The records: a list, one record, or the address of a file in Ion, text or binary.
    from: Expr<Value>,
    /// The path to the list, such as `items[]` or `payload.items[]`.
    path: Expr<String>,
    /// The name of the field that gets an item.
    #[serde(rename = "as")]
    name: Expr<String>,
    /// Whether the new records keep the fields of the old one, without the list itself; they do if nothing is said.
    keep_original_fields: Option<Expr<bool>>,
    /// What becomes of a record that has something else than a list there: `FAIL` ends the task, `SKIP` leaves the record out, `NULL`
    /// gives one record without an item; `FAIL` if nothing is said. A path that is wrong in itself ends the task always.
    on_error: Option<Expr<OnErrorNull>>,
    #[serde(flatten)]
    output: OutputProperties,
}

impl Task for Unnest {
    const TYPE: &'static str = "io.kestra.plugin.transform.Unnest";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Unnest {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let on_error = cx.filled(self.on_error.as_ref())?.unwrap_or(OnErrorNull::Fail);
        let keeps_original = cx.filled(self.keep_original_fields.as_ref())?.unwrap_or(true);
        let path = Expression::parse(&cx.render(&self.path)?, 0);
        let path = path.map_err(|reason| Failure::new(format!("`path`, {reason}")))?;
        let name = cx.render(&self.name)?;
        if name.trim().is_empty() {
            return Err(Broken::new("`as` is empty: it is the name of the field that gets an item"));
        }
        let name: Arc<str> = name.into();
        let input = Input::of(cx, &self.from, "from")?;
        let mut sink = self.output.begin(cx, input.is_file())?;
        let mut records = input.open(cx)?;
        let mut counts = Counts::new(cx);
        while let Some(record) = records.next()? {
            counts.processed += 1;
            let items = match items(&path, &record) {
                Ok(items) => items,
                Err(reason) => {
                    counts.fail(&format!("row {}: {reason}", records.number()), on_error.instead())?;
                    if on_error == OnErrorNull::Skip {
                        counts.dropped += 1;
                        continue;
                    }
                    Arc::new(vec![Value::Null])
                }
            };
            let mut rest = if keeps_original { Map::clone(&record.fields) } else { Map::new() };
            if let Some(names) = path.names() {
                remove(&mut rest, &names);
            }
            for item in items.iter() {
                counts.passed += 1;
                let mut fields = rest.clone();
                fields.insert(Arc::clone(&name), item.clone());
                sink.add(Record { fields: Arc::new(fields), is_secret: record.is_secret })?;
            }
        }
        counts.tell("passed");
        sink.finish()
    }
}

fn items(path: &Expression, record: &Record) -> Result<Arc<Vec<Value>>, String> {
    let items = match path.evaluate(Scope::of(&record.fields)) {
        Ok(Value::Null) => return Ok(Arc::default()),
        Ok(Value::List(items)) => return Ok(items),
        Ok(other) => unfit(&other, "a list"),
        Err(reason) => reason,
    };
    Err(format!("`path`: {}", record.reason(items)))
}

/// Takes away what these names lead to.
fn remove(fields: &mut Map, names: &[Arc<str>]) {
    match names {
        [] => {}
        [name] => {
            fields.shift_remove(name);
        }
        [name, rest @ ..] => {
            if let Some(Value::Map(inner)) = fields.get_mut(name) {
                remove(Arc::make_mut(inner), rest);
            }
        }
    }
}
