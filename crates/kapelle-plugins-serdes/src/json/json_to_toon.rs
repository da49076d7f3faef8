//! `io.kestra.plugin.serdes.json.JsonToToon`: writes a document in JSON as TOON.

use std::io::Write;

use kapelle_model::{Text, Value};
use kapelle_plugin::files::open;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Reader;
use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::toon;

/// # Convert JSON to TOON
///
/// Writes a document in JSON as TOON, which takes fewer tokens of a model of language. The document has to fit into
/// memory.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct JsonToToon {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

impl Task for JsonToToon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.json.JsonToToon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let charset = Charset::read(cx, task.charset.as_ref())?;
            let value = Reader::new(cx, charset.decode(open(cx, &from)?)).only()?;
            let count = if let Value::List(items) = &value { items.len() as u64 } else { 1 };
            let mut to = charset.encode(create(cx, ".toon")?);
            to.write_all(toon::encode(&value)?.as_bytes())?;
            Converted::file(cx, to.finish()?, count)
        })
        .await
    }
}
