//! `io.kestra.plugin.serdes.yaml.IonToYaml`: writes rows as YAML.

use kapelle_model::Text;
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Documents;
use crate::charset::Charset;
use crate::converted::{Converted, create};

/// # Convert Ion to YAML
///
/// Writes rows as documents of YAML, each after `---`; a single row stands alone. Dates are text.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct IonToYaml {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

impl Task for IonToYaml {
    const TYPE: &'static str = "io.kestra.plugin.serdes.yaml.IonToYaml";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl IonToYaml {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let mut documents = Documents::new(charset.encode(create(cx, ".yaml")?));
        let mut rows = Rows::open(cx, &from)?;
        while let Some(row) = rows.next()? {
            documents.add(row)?;
        }
        let count = documents.count;
        Converted::file(cx, documents.finish()?.finish()?, count)
    }
}
