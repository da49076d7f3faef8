//! `io.kestra.plugin.docker.cli.Run`: runs a container.

use std::collections::BTreeMap;

use kapelle_model::{Failure, Text};
use kapelle_plugin::program::Listener;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task, outputs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use super::container::{LifeProperties, Order};
use super::image::Image;
use super::wanted::ContainerProperties;
use crate::runner::{Ended, Job};
use crate::scripts::{Fetched, Room, with_folders};
use kapelle_plugin::files::{
    NamespaceFilesProperties, collect_output_files, fetch_namespace_files, patterns, with_names,
    write_input_files,
};

/// # Run a container
///
/// Runs a container and waits for its end. It gives outputs by lines `::{"outputs": {…}}::`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    /// The image.
    container_image: Expr<String>,
    /// The program and its arguments, in place of what the image says.
    commands: Option<Expr<Vec<Text>>>,
    /// Variables of the environment.
    env: Option<Expr<BTreeMap<String, Text>>>,
    /// Whether the task waits for the end of the container; it does unless this says `false`.
    wait: Option<Expr<bool>>,
    /// Files of namespaces that are copied into the directory first.
    namespace_files: Option<NamespaceFilesProperties>,
    /// Files that are written into the directory first: paths with contents or addresses.
    input_files: Option<Expr<Any>>,
    /// Patterns of files of the directory that are kept.
    output_files: Option<Expr<Vec<String>>>,
    /// Accepted, and without effect.
    #[expect(dead_code, reason = "the schema knows it")]
    warning_on_std_err: Option<Expr<bool>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
    #[serde(flatten)]
    container: ContainerProperties,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// What the program gave by lines `::{"outputs": …}::`.
    vars: Any,
    /// 0 if all went well.
    exit_code: Option<i32>,
    /// The addresses of the files that were kept.
    #[serde(rename = "outputFiles")]
    files: BTreeMap<String, String>,
    /// What is known of the container.
    task_runner: Details,
}

/// What is known of the container.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Details {
    /// Its id.
    container_id: Option<String>,
}

impl Task for Run {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Run";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let order = self.order(cx)?;
        let room = Room::open(&cx.host.directory()?, &cx.place.run_id, false)?;
        let wanted = patterns(&with_folders(cx, &room), self.output_files.as_ref())?;
        let cx = &with_names(&with_folders(cx, &room), &room.directory, &wanted);
        fetch_namespace_files(cx, &room.directory, self.namespace_files.as_ref())?;
        write_input_files(cx, &room.directory, self.input_files.as_ref())?;
        let job = self.job(cx, &room)?;
        cx.host.begin().await;
        cx.go_on()?;
        let mut listener = Listener::new(cx);
        let ended = order.run(cx, &job, &mut listener).await?;
        let directory = room.directory.clone();
        drop(room);
        let Ended { exit_code, is_killed, container_id, .. } = ended;
        let kept =
            if is_killed { Ok(BTreeMap::new()) } else { collect_output_files(cx, &directory, &wanted) };
        let (files, problem) =
            kept.map_or_else(|broken| (BTreeMap::new(), Some(broken)), |kept| (kept, None));
        let output =
            Output { vars: listener.vars.into(), exit_code, files, task_runner: Details { container_id } };
        let broken = match (is_killed, exit_code, problem) {
            (true, ..) => Broken::killed(),
            (false, Some(0), None) => return Ok(output),
            (false, Some(0), Some(problem)) => problem,
            (false, code, _) => Broken::new(format!("Command failed with exit code {}", code.unwrap_or(-1))),
        };
        Err(broken.with_outputs(outputs(&output).map_err(Failure::new)?))
    }
}

impl Run {
    fn order(&self, cx: &RunContext) -> Result<Order, Failure> {
        let mut life = LifeProperties::default().read(cx)?;
        life.waits = cx.filled(self.wait.as_ref())?.unwrap_or(true);
        Ok(Order {
            engine: self.connection.engine(cx)?,
            image: Image::read(&cx.render(&self.container_image)?)?,
            credentials: self.connection.credentials(cx)?,
            wanted: self.container.read(cx)?,
            life,
        })
    }

    fn job(&self, cx: &RunContext, room: &Room) -> Result<Job, Broken> {
        let mut environment = cx.filled(self.env.as_ref())?.unwrap_or_default();
        environment.insert("WORKING_DIR".to_owned(), Text::from(room.directory.display().to_string()));
        let (mut fetched, commands) =
            (Fetched::default(), cx.filled(self.commands.as_ref())?.unwrap_or_default());
        let command =
            commands.iter().map(|word| fetched.replace(cx, room, word)).collect::<Result<_, _>>()?;
        Ok(Job { command, directory: room.directory.clone(), temporary: room.temporary(), environment })
    }
}
