//! `io.kestra.plugin.docker.cli.Rm`: removes containers and images.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use super::engine::{Asked, percent};
use super::image::Image;

/// # Remove containers and images
///
/// Removes containers, then images. One that is not there is a failure, so that a wrong name is seen.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rm {
    /// Ids or names of containers.
    container_ids: Option<Expr<Vec<String>>>,
    /// Ids or names of images.
    image_ids: Option<Expr<Vec<String>>>,
    /// Whether volumes without a name go with their containers.
    remove_volumes: Option<Expr<bool>>,
    /// Whether containers that run and images that are in use are removed too.
    force: Option<Expr<bool>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

impl Task for Rm {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Rm";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let engine = self.connection.engine(cx)?;
        let force = cx.filled(self.force.as_ref())?.unwrap_or(false).to_string();
        let volumes = cx.filled(self.remove_volumes.as_ref())?.unwrap_or(false).to_string();
        for id in cx.filled(self.container_ids.as_ref())?.unwrap_or_default() {
            let asked = Asked::delete(&format!("/containers/{}", percent(&id)));
            engine.order(asked.with("force", &force).with("v", &volumes)).await?;
        }
        for id in cx.filled(self.image_ids.as_ref())?.unwrap_or_default() {
            // Ids are written like names.
            Image::read(&id)?;
            engine.order(Asked::delete(&format!("/images/{}", id.trim())).with("force", &force)).await?;
        }
        Ok(())
    }
}
