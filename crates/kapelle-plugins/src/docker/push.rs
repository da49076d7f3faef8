//! `io.kestra.plugin.docker.cli.Push`: has images brought to their registries.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use super::image::Image;
use super::unless_stopped;

/// # Push images
///
/// Brings images that the engine has to their registries, one after the other.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Push {
    /// The images, each with its registry and its tag.
    tags: Expr<Vec<String>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

impl Task for Push {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Push";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let engine = self.connection.engine(cx)?;
        let credentials = self.connection.credentials(cx)?;
        let images =
            cx.render(&self.tags)?.iter().map(|tag| Image::read(tag)).collect::<Result<Vec<_>, _>>()?;
        for image in &images {
            unless_stopped(cx, engine.push(cx, image, &credentials)).await?;
        }
        Ok(())
    }
}
