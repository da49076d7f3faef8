//! `io.kestra.plugin.docker.cli.Tag`: gives an image a further name.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use super::engine::Asked;
use super::image::Image;

/// # Tag an image
///
/// Gives an image that the engine has a further name.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tag {
    /// The image, by a name that it has.
    source_image: Expr<String>,
    /// The name that it gets too. One that has it loses it.
    target_image: Expr<String>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

impl Task for Tag {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Tag";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let source = Image::read(&cx.render(&self.source_image)?)?;
        let target = Image::read(&cx.render(&self.target_image)?)?;
        let asked = Asked::post(&format!("/images/{source}/tag"));
        let asked = asked.with("repo", target.name()).with("tag", target.version());
        Ok(self.connection.engine(cx)?.order(asked).await?)
    }
}
