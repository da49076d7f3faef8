//! `io.kestra.plugin.docker.cli.Build`: makes an image.

mod request;

use std::collections::BTreeMap;

use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use super::image::Image;
use super::unless_stopped;
use kapelle_plugin::files::{NamespaceFilesProperties, fetch_namespace_files, write_input_files};

/// # Build an image
///
/// Makes an image of a Dockerfile and the files of the task, and pushes it if wanted. What the build writes is in the log.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Build {
    /// The Dockerfile: its text, or its path among the files. Without it, the file `Dockerfile`.
    dockerfile: Option<Expr<String>>,
    /// The names of the image.
    tags: Expr<Vec<String>>,
    /// For which kind of machine, such as `linux/arm64`.
    platforms: Option<Expr<Vec<String>>>,
    /// Whether the image is pushed under all its names.
    push: Option<Expr<bool>>,
    /// Whether newer versions of the images that it is built on are looked for; they are unless this says `false`.
    pull: Option<Expr<bool>>,
    /// Values for `ARG` of the Dockerfile.
    #[serde(rename = "buildArgs")]
    arguments: Option<Expr<BTreeMap<String, String>>>,
    /// Labels of the image.
    labels: Option<Expr<BTreeMap<String, String>>>,
    /// The stage of the Dockerfile that is built last.
    target: Option<Expr<String>>,
    /// Files of namespaces that the build sees.
    namespace_files: Option<NamespaceFilesProperties>,
    /// Files that the build sees: paths with contents or addresses.
    input_files: Option<Expr<Any>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The id of the image.
    image_id: String,
}

impl Task for Build {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Build";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let engine = self.connection.engine(cx)?;
        let credentials = self.connection.credentials(cx)?;
        let tags = cx.render(&self.tags)?;
        let tags = tags.iter().map(|tag| Image::read(tag)).collect::<Result<Vec<_>, _>>()?;
        let request = self.request(cx, &tags, &credentials)?;
        let directory = cx.host.directory()?;
        fetch_namespace_files(cx, &directory, self.namespace_files.as_ref())?;
        write_input_files(cx, &directory, self.input_files.as_ref())?;
        let request = request.with_file(cx, &directory, cx.filled(self.dockerfile.as_ref())?)?;
        let image_id = unless_stopped(cx, request.send(cx, &engine, &directory)).await?;
        cx.log(Level::Info, format!("built the image {image_id}"));
        if cx.filled(self.push.as_ref())?.unwrap_or(false) {
            for tag in &tags {
                unless_stopped(cx, engine.push(cx, tag, &credentials)).await?;
            }
        }
        Ok(Output { image_id })
    }
}
