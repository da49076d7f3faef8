//! `io.kestra.plugin.serdes.json.IonToJson`: writes rows as JSON.

use std::sync::Arc;

use kapelle_core::expression::form::{iso_date_time_full, iso_instant, iso_offset_full};
use kapelle_model::{Map, Text, Value};
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Items;
use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::moments::zone_of;

/// # Convert Ion to JSON
///
/// Writes rows as JSON: each on a line, or as one list. Decimals and large integers keep their digits, dates are text,
/// bytes are text in base64.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IonToJson {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// Whether each row stands on a line of its own; it does if nothing is said. Otherwise the file is one list.
    new_line: Option<Expr<bool>>,
    /// The zone in which moments are written; that of the server if nothing is said.
    time_zone_id: Option<Expr<String>>,
    /// Whether dates and times tell of what type they are, as maps with `ion_annotations` and `value`.
    should_keep_annotations: Option<Expr<bool>>,
}

impl Task for IonToJson {
    const TYPE: &'static str = "io.kestra.plugin.serdes.json.IonToJson";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl IonToJson {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let zone = zone_of(cx, self.time_zone_id.as_ref())?;
        let has_lines = cx.filled(self.new_line.as_ref())?.unwrap_or(true);
        let keeps_annotations = cx.filled(self.should_keep_annotations.as_ref())?.unwrap_or(false);
        let mut items = Items::new(
            charset.encode(create(cx, if has_lines { ".jsonl" } else { ".json" })?),
            zone,
            !has_lines,
        );
        let mut rows = Rows::open(cx, &from)?;
        while let Some(row) = rows.next()? {
            items.add(&if keeps_annotations { annotated(row) } else { row })?;
        }
        let count = items.count;
        Converted::file(cx, items.finish()?.finish()?, count)
    }
}

/// A value with the types of its dates and times.
fn annotated(value: Value) -> Value {
    let (annotation, text) = match value {
        Value::List(items) => {
            return Value::List(items.iter().cloned().map(annotated).collect::<Vec<_>>().into());
        }
        Value::Map(map) => {
            let entries = map.iter().map(|(key, item)| (Arc::clone(key), annotated(item.clone())));
            return Value::Map(entries.collect::<Map>().into());
        }
        Value::Instant(moment) => ("Instant", iso_instant(moment)),
        Value::Zoned(moment) => ("ZonedDateTime", iso_offset_full(&moment)),
        Value::LocalDateTime(moment) => ("LocalDateTime", iso_date_time_full(moment)),
        Value::LocalDate(date) => ("LocalDate", date.to_string()),
        Value::LocalTime(time) => ("LocalTime", time.to_string()),
        other => return other,
    };
    let entries = [
        ("ion_annotations".into(), Value::List(vec![Value::from(annotation)].into())),
        ("value".into(), Value::Str(text.into())),
    ];
    Value::Map(Map::from_iter(entries).into())
}
