//! `io.kestra.plugin.core.storage.Concat`: appends files to each other.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use kapelle_plugin::files::{copy, open};

/// # Join files
///
/// Writes several files one after the other into a new one.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct Concat {
    /// The addresses of the files: a list, or a text that is one in JSON.
    files: Expr<Vec<Text>>,
    /// What is written after each file.
    separator: Option<Expr<Text>>,
    /// How the name of the new file ends; `.tmp` if nothing is said.
    extension: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of the new file.
    uri: String,
}

impl Task for Concat {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.Concat";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Concat {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let files = cx.render(&self.files)?;
        let separator = cx.optional(self.separator.as_ref())?.unwrap_or_default();
        let extension = cx.optional(self.extension.as_ref())?.unwrap_or_else(|| ".tmp".to_owned());
        let mut joined = cx.host.files().create(Name::Ending(&extension))?;
        for uri in &files {
            copy(cx, &mut open(cx, uri)?, &mut joined)?;
            joined.write_all(separator.expose().as_bytes())?;
        }
        Ok(Output { uri: joined.finish()? })
    }
}
