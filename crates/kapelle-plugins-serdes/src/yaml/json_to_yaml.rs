//! `io.kestra.plugin.serdes.yaml.JsonToYaml`: writes a file in JSON as YAML.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::List;
use super::writer::document;
use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::json::Reader;

/// # Convert JSON to YAML
///
/// Writes a file in JSON as YAML. With `jsonl` each line becomes a document.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct JsonToYaml {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// Whether the file has a value on each line, and each becomes a document.
    jsonl: Option<Expr<bool>>,
}

impl Task for JsonToYaml {
    const TYPE: &'static str = "io.kestra.plugin.serdes.yaml.JsonToYaml";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl JsonToYaml {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let mut values = Reader::new(cx, charset.decode(open(cx, &from)?));
        let mut to = charset.encode(create(cx, ".yaml")?);
        if cx.filled(self.jsonl.as_ref())?.unwrap_or(false) {
            let mut count = 0;
            while let Some(value) = values.next()? {
                write!(to, "---\n{}", document(&value)?)?;
                count += 1;
            }
            return Converted::file(cx, to.finish()?, count);
        }
        if values.enter_list()? {
            let mut list = List { to, count: 0 };
            while let Some(value) = values.next()? {
                list.add(&value)?;
            }
            let count = list.count;
            return Converted::file(cx, list.finish()?.finish()?, count);
        }
        to.write_all(document(&values.only()?)?.as_bytes())?;
        Converted::file(cx, to.finish()?, 1)
    }
}
