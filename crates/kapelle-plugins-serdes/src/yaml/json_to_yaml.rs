//! `io.kestra.plugin.serdes.yaml.JsonToYaml`: writes a file in JSON as YAML.

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Documents;
use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::json::Reader;

/// # Convert JSON to YAML
///
/// Writes a file in JSON as YAML. The items of a list become documents, and with `jsonl` the lines do; a single one stands
/// alone.
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
        let mut documents = Documents::new(charset.encode(create(cx, ".yaml")?));
        if cx.filled(self.jsonl.as_ref())?.unwrap_or(false) || values.enter_list()? {
            while let Some(value) = values.next()? {
                documents.add(value)?;
            }
        } else {
            documents.add(values.only()?)?;
        }
        let count = documents.count;
        Converted::file(cx, documents.finish()?.finish()?, count)
    }
}
