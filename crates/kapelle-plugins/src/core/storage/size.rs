//! `io.kestra.plugin.core.storage.Size`: tells the size of a file.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::absent;
use kapelle_plugin::files::check_address;

/// # Tell the size of a file
///
/// Gives the number of bytes of a file.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Size {
    /// The address of the file.
    uri: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Its bytes.
    size: u64,
}

impl Task for Size {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.Size";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let uri = cx.render(&self.uri)?;
        check_address(cx, &uri)?;
        let size = cx.host.files().size(uri.expose())?;
        Ok(Output { size: size.ok_or_else(|| absent(&uri))? })
    }
}
