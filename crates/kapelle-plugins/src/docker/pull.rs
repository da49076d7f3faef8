//! `io.kestra.plugin.docker.cli.Pull`: has an image brought to the engine.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use super::image::Image;
use super::unless_stopped;

/// # Pull an image
///
/// Brings an image from its registry to the engine, also if the engine has one of that name.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Pull {
    /// The image, such as `ghcr.io/acme/report:1.2`.
    image: Expr<String>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

impl Task for Pull {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Pull";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let (engine, image) = (self.connection.engine(cx)?, Image::read(&cx.render(&self.image)?)?);
        let credentials = self.connection.credentials(cx)?;
        unless_stopped(cx, engine.pull(cx, &image, &credentials)).await
    }
}
