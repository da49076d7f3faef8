//! `io.kestra.plugin.fs.local.Copy`: copies a file of the machine.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::allowed::Allowed;
use super::moving::{Taken, destination, free_target, write};

/// # Copy a file of the machine
///
/// Copies a file from one path to another. Both have to be open to flows.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Copy {
    /// The file.
    from: Expr<String>,
    /// Where it is copied to: a path, or a folder.
    to: Expr<String>,
    /// Whether a file that is there already is replaced.
    #[serde(default)]
    overwrite: Option<Expr<bool>>,
}

impl Task for Copy {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Copy";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let (from, to) = (cx.render(&self.from)?, cx.render(&self.to)?);
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(false));
        cx.blocking(move |cx| {
            let mut file = allowed.open(&from)?;
            let to = destination(&allowed, &to, &from)?;
            write(cx, &mut file, &free_target(&allowed, &to, taken)?)?;
            Ok(())
        })
        .await
    }
}
