//! `io.kestra.plugin.docker.cli.Stop`: ends a container.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;

/// What a container gets to end by itself, as the command `docker stop` gives it.
const GRACE: Duration = Duration::from_secs(10);

/// # Stop a container
///
/// Asks a container to end, kills it after ten seconds, and removes it. One that ended already, or is gone, is none the
/// worse for it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stop {
    /// The id or the name of the container.
    container_id: Option<Expr<String>>,
    /// Whether it is killed at once.
    kill: Option<Expr<bool>>,
    /// Whether it is removed then; it is unless this says `false`.
    delete: Option<Expr<bool>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

impl Task for Stop {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Stop";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let engine = self.connection.engine(cx)?;
        let id = cx.filled(self.container_id.as_ref())?;
        let id =
            super::engine::percent(&id.ok_or_else(|| Failure::new("the property `containerId` is missing"))?);
        if cx.filled(self.kill.as_ref())?.unwrap_or(false) {
            engine.kill(&id).await?;
        } else {
            engine.stop(&id, GRACE).await?;
        }
        if cx.filled(self.delete.as_ref())?.unwrap_or(true) {
            engine.remove(&id).await?;
        }
        Ok(())
    }
}
