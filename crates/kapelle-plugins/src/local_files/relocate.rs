//! `io.kestra.plugin.fs.local.Move`: moves a file or a folder of the machine.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::allowed::Allowed;
use super::moving::{Taken, absent, destination, free_target, relocate};

/// # Move a file of the machine
///
/// Moves a file or a folder from one path to another. Both have to be open to flows.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Move {
    /// The file or folder.
    from: Expr<String>,
    /// Where it is moved to: a path, or a folder.
    to: Expr<String>,
    /// Whether a file that is there already is replaced.
    #[serde(default)]
    overwrite: Option<Expr<bool>>,
}

impl Task for Move {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Move";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let (from, to) = (cx.render(&self.from)?, cx.render(&self.to)?);
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(false));
        cx.blocking(move |cx| {
            let place = allowed.entry(&from)?.ok_or_else(|| absent(&from))?;
            let to = destination(&allowed, &to, &from)?;
            relocate(cx, &place, &free_target(&allowed, &to, taken)?)
        })
        .await
    }
}
