//! `io.kestra.plugin.serdes.yaml.YamlToIon`: makes rows of a file in YAML.

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::documents::Documents;
use crate::charset::Charset;
use crate::converted::Converted;

/// # Convert YAML to Ion
///
/// Makes rows of a file in YAML: of its documents, or of the items of documents that are lists.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct YamlToIon {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

impl Task for YamlToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.yaml.YamlToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl YamlToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let mut documents = Documents::new(cx, charset.decode(open(cx, &from)?));
        let mut file = RowFile::create(cx)?;
        while let Some(part) = documents.next()? {
            match part.value() {
                kapelle_model::Value::List(items) => items.iter().try_for_each(|item| file.add(item))?,
                row => file.add(&row)?,
            }
        }
        Converted::rows(cx, file)
    }
}
