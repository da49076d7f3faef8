//! `io.kestra.plugin.serdes.yaml.IonToYaml`: writes rows as YAML.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::writer::document;
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
        let mut to = charset.encode(create(cx, ".yaml")?);
        let mut rows = Rows::open(cx, &from)?;
        let mut count = 0;
        let mut next = rows.next()?;
        while let Some(row) = next {
            next = rows.next()?;
            if count > 0 || next.is_some() {
                to.write_all(b"---\n")?;
            }
            to.write_all(document(&row)?.as_bytes())?;
            count += 1;
        }
        Converted::file(cx, to.finish()?, count)
    }
}
