//! `io.kestra.plugin.scripts.runner.docker.Docker`: a container, by the API of an engine.

use kapelle_model::Failure;
use kapelle_plugin::program::Lines;
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Job, Run, TaskRunner};
use crate::docker::{ConnectionProperties, ContainerProperties, Image, LifeProperties, Order};

/// What a flow says of the runner; of older flows, what it says by `docker`.
#[derive(Default, Deserialize, JsonSchema)]
pub(crate) struct DockerProperties {
    /// The image, in older flows.
    image: Option<Expr<String>>,
    #[serde(flatten)]
    pub(crate) connection: ConnectionProperties,
    #[serde(flatten)]
    container: ContainerProperties,
    #[serde(flatten)]
    life: LifeProperties,
}

/// The runner.
pub(crate) struct Docker(Order);

/// The entry point of an image would get the interpreter as its arguments.
const NO_ENTRY_POINT: [&str; 1] = [""];

impl DockerProperties {
    /// The image that is written here.
    pub(crate) fn image(&self, cx: &RunContext) -> Result<Option<String>, Failure> {
        cx.filled(self.image.as_ref())
    }

    /// The runner for one run.
    pub(crate) fn runner(&self, cx: &RunContext, image: &str) -> Result<Docker, Failure> {
        let mut wanted = self.container.read(cx)?;
        wanted.entry_point.get_or_insert_with(|| NO_ENTRY_POINT.map(str::to_owned).to_vec());
        Ok(Docker(Order {
            engine: self.connection.engine(cx)?,
            image: Image::read(image)?,
            credentials: self.connection.credentials(cx)?,
            wanted,
            life: self.life.read(cx)?,
        }))
    }
}

impl TaskRunner for Docker {
    fn run<'a>(&'a self, cx: &'a RunContext, job: &'a Job, lines: &'a mut dyn Lines) -> Run<'a> {
        Box::pin(self.0.run(cx, job, lines))
    }
}
