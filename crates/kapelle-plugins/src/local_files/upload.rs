//! `io.kestra.plugin.fs.local.Upload`: writes a file of the internal storage to the machine.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allowed::{Allowed, plain};
use super::file::address;
use super::moving::{Taken, destination, free_target, write};
use kapelle_plugin::files::open;

/// # Write a file to the machine
///
/// Copies a file of the internal storage to a path of the machine.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Upload {
    /// The file, as its address.
    from: Expr<Text>,
    /// Where it is written to: a path, or a folder. Where it is not said, the first folder that is open to flows.
    #[serde(default)]
    to: Option<Expr<String>>,
    /// Whether a file that is there already is replaced; it is, unless this says `false`.
    #[serde(default)]
    overwrite: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Where it is now.
    uri: String,
    /// Its size in bytes.
    size: u64,
}

impl Task for Upload {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Upload";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let (from, to) = (cx.render(&self.from)?, cx.filled(self.to.as_ref())?);
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(true));
        cx.blocking(move |cx| {
            let to = to.unwrap_or_else(|| allowed.first());
            let to = destination(&allowed, plain(&to), from.expose())?;
            let mut file = open(cx, &from)?;
            let size = write(cx, &mut file, &free_target(&allowed, &to, taken)?)?;
            Ok(Output { uri: address(&to), size })
        })
        .await
    }
}
