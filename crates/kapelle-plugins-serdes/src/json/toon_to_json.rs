//! `io.kestra.plugin.serdes.json.ToonToJson`: writes a document in TOON as JSON.

use std::io::Write;

use jiff::tz::TimeZone;
use kapelle_model::{Text, Value};
use kapelle_plugin::files::open;
use kapelle_plugin::ion::ROW_BYTES_MAX;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::text;
use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::toon;

/// # Convert TOON to JSON
///
/// Writes a document in TOON as JSON. The document has to fit into memory.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ToonToJson {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

impl Task for ToonToJson {
    const TYPE: &'static str = "io.kestra.plugin.serdes.json.ToonToJson";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let charset = Charset::read(cx, task.charset.as_ref())?;
            let value = toon::decode(&charset.text(open(cx, &from)?, ROW_BYTES_MAX)?)?;
            let count = if let Value::List(items) = &value { items.len() as u64 } else { 1 };
            let mut to = charset.encode(create(cx, ".json")?);
            to.write_all(text(&value, &TimeZone::UTC, ROW_BYTES_MAX)?.as_bytes())?;
            Converted::file(cx, to.finish()?, count)
        })
        .await
    }
}
