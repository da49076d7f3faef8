//! `io.kestra.plugin.core.storage.Write`: writes a text to a new file.

use std::io::Write as _;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Write a file
///
/// Renders a text and writes it to a new file of the internal storage.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct Write {
    /// The text.
    content: Expr<Text>,
    /// How the name of the file ends; `.tmp` if nothing is said.
    extension: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of the new file.
    uri: String,
}

impl Task for Write {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.Write";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Write {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let content = cx.render(&self.content)?;
        let extension = cx.optional(self.extension.as_ref())?.unwrap_or_else(|| ".tmp".to_owned());
        let mut file = cx.host.files().create(Name::Ending(&extension))?;
        file.write_all(content.expose().as_bytes())?;
        Ok(Output { uri: file.finish()? })
    }
}
