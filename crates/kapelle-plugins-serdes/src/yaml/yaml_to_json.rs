//! `io.kestra.plugin.serdes.yaml.YamlToJson`: writes a file in YAML as JSON.

use std::io::Write;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_model::{Text, Value};
use kapelle_plugin::files::open;
use kapelle_plugin::ion::ROW_BYTES_MAX;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::documents::{Documents, Part};
use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::json;

/// Parts of a file that becomes one document of JSON.
const PARTS_MAX: usize = 1_000_000;

/// # Convert YAML to JSON
///
/// Writes a file in YAML as JSON: its one document, or a list of its documents. With `jsonl` each document, and each item
/// of a document that is a list, is a line.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct YamlToJson {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// Whether values stand on lines of their own.
    jsonl: Option<Expr<bool>>,
}

impl Task for YamlToJson {
    const TYPE: &'static str = "io.kestra.plugin.serdes.yaml.YamlToJson";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl YamlToJson {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let has_lines = cx.filled(self.jsonl.as_ref())?.unwrap_or(false);
        let mut documents = Documents::new(cx, charset.decode(open(cx, &from)?));
        let mut to = charset.encode(create(cx, if has_lines { ".jsonl" } else { ".json" })?);
        if has_lines {
            let mut items = json::Items::new(to, TimeZone::UTC, false);
            while let Some(part) = documents.next()? {
                items.add(&part.value())?;
            }
            let count = items.count;
            return Converted::file(cx, items.finish()?.finish()?, count);
        }
        let whole = whole(&mut documents)?;
        let count = if let Value::List(items) = &whole { items.len() as u64 } else { 1 };
        to.write_all(json::text(&whole, &TimeZone::UTC, ROW_BYTES_MAX)?.as_bytes())?;
        Converted::file(cx, to.finish()?, count)
    }
}

/// The one document of a file, or the list of all.
fn whole<R: std::io::Read>(documents: &mut Documents<'_, R>) -> Result<Value, Broken> {
    let mut all: Vec<Value> = Vec::new();
    let mut list: Option<Vec<Value>> = None;
    let mut parts = 0;
    while let Some(part) = documents.next()? {
        parts += 1;
        if parts > PARTS_MAX {
            return Err(Broken::new(format!("the file has more than {PARTS_MAX} items: set `jsonl: true`")));
        }
        match part {
            Part::Next(item) => list.get_or_insert_default().push(item),
            Part::First(item) => {
                all.extend(list.replace(vec![item]).map(|items| Value::List(Arc::new(items))));
            }
            Part::Whole(value) => {
                all.extend(list.take().map(|items| Value::List(Arc::new(items))));
                all.push(value);
            }
        }
    }
    all.extend(list.map(|items| Value::List(Arc::new(items))));
    Ok(if all.len() == 1 { all.pop().unwrap_or_default() } else { Value::List(Arc::new(all)) })
}
