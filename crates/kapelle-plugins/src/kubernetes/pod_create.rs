//! `io.kestra.plugin.kubernetes.core.PodCreate`: runs a pod.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::files::{collect_output_files, patterns, with_names, write_input_files};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task, outputs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::data::{metadata, value};
use super::pod::{Done, Files, Life, Order, Work, grace, lasting, manifest};
use super::shared::SharedProperties;
use crate::docker::Own;
use crate::scripts::Room;
use kapelle_plugin::program::Listener;

/// Where the files of the task are in the pod.
const DIRECTORY: &str = "/kestra/working-dir";

/// How long late lines are waited for at least.
const LATE: Duration = Duration::from_secs(30);

/// # Run a pod
///
/// Makes a pod of a manifest, passes on its log, waits for its end and removes it. It gives outputs by lines
/// `::{"outputs": {…}}::`. Files of the task are in `{{ workingDir }}` of each container.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodCreate {
    /// The pod, as a manifest says it.
    spec: Expr<Map>,
    /// Its metadata, as a manifest says it: labels, annotations, a name if it is to have one of its own.
    metadata: Option<Expr<Map>>,
    /// Whether the pod goes away at its end; it does unless this says `false`.
    delete: Option<Expr<bool>>,
    /// Whether a pod that an attempt left behind is used further, when the server died; it is unless this says `false`.
    resume: Option<Expr<bool>>,
    /// How long lines of the log are waited for after the end; 30 seconds without it.
    wait_for_log_interval: Option<Expr<SignedDuration>>,
    #[serde(flatten)]
    shared: SharedProperties,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The metadata of the pod.
    metadata: Any,
    /// What became of the pod, as the cluster tells it.
    status: Any,
    /// The addresses of the files that were kept.
    #[serde(rename = "outputFiles")]
    files: BTreeMap<String, String>,
    /// What the pod gave by lines `::{"outputs": …}::`.
    vars: Any,
}

impl Task for PodCreate {
    const TYPE: &'static str = "io.kestra.plugin.kubernetes.core.PodCreate";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let shared = &self.shared;
        let room = Room::open(&cx.host.directory()?, &cx.place.run_id, false)?;
        let cx = &cx.with([(Arc::from("workingDir"), Value::from(DIRECTORY))]);
        let wanted = patterns(cx, shared.output_files.as_ref())?;
        let cx = &with_names(cx, Path::new(DIRECTORY), &wanted);
        let has_input = !write_input_files(cx, &room.directory, shared.input_files.as_ref())?.is_empty();
        let files = (has_input || !wanted.is_empty()).then(|| Files {
            root: room.directory.clone(),
            own: Own::default(),
            temporary: None,
        });
        let order = self.order(cx, files).await?;
        cx.host.begin().await;
        cx.go_on()?;
        let mut listener = Listener::new(cx);
        let done = order.run(cx, &mut listener).await?;
        let directory = room.directory.clone();
        drop(room);
        let kept = if done.is_killed {
            Ok(BTreeMap::new())
        } else {
            collect_output_files(cx, &directory, &within(&wanted))
        };
        let (files, problem) =
            kept.map_or_else(|broken| (BTreeMap::new(), Some(broken)), |kept| (kept, None));
        finish(&done, files, listener.vars, problem)
    }
}

fn finish(
    done: &Done,
    files: BTreeMap<String, String>,
    vars: Map,
    problem: Option<Broken>,
) -> Result<Output, Broken> {
    let status = done.pod.get("status").unwrap_or(&Json::Null);
    let output = Output { metadata: metadata(&done.pod), status: value(status), files, vars: vars.into() };
    let broken = match (done.is_killed, done.exit_code, problem) {
        (true, ..) => Broken::killed(),
        (false, Some(0), None) => return Ok(output),
        (false, Some(0), Some(problem)) => problem,
        (false, code, _) => Broken::new(format!(
            "the pod `{}` failed: a container ended with exit code {}",
            done.name.as_deref().unwrap_or_default(),
            code.unwrap_or(-1)
        )),
    };
    Err(broken.with_outputs(outputs(&output).map_err(Failure::new)?))
}

impl PodCreate {
    async fn order(&self, cx: &RunContext, files: Option<Files>) -> Result<Order, Failure> {
        let shared = &self.shared;
        let spec = manifest(cx, Some(&self.spec))?;
        if spec.get("containers").and_then(Json::as_array).is_none_or(Vec::is_empty) {
            return Err(Failure::new(
                "`spec` has no containers: write `containers: [{name: …, image: …, command: […]}]`",
            ));
        }
        let truth =
            |property: &Option<Expr<bool>>| Ok::<_, Failure>(cx.filled(property.as_ref())?.unwrap_or(true));
        let until_running = lasting(cx, shared.wait_until_running.as_ref(), Duration::from_mins(10))?;
        let until_ended = lasting(cx, shared.wait_running.as_ref(), Duration::from_hours(1))?;
        let life = Life {
            deletes: truth(&self.delete)?,
            resumes: truth(&self.resume)?,
            until_running: (until_running, "waitUntilRunning"),
            until_ended: (until_ended, "waitRunning"),
            late: lasting(cx, self.wait_for_log_interval.as_ref(), LATE)?.max(LATE),
            grace: grace(&spec),
        };
        let side_car = shared.file_sidecar.as_ref();
        let work = Work {
            metadata: manifest(cx, self.metadata.as_ref())?,
            spec,
            directory: DIRECTORY.to_owned(),
            default: manifest(cx, shared.container_default_spec.as_ref())?,
            side_car: side_car
                .map_or_else(|| super::SideCarProperties::default().read(cx), |car| car.read(cx))?,
        };
        Ok(Order { api: shared.api(cx).await?, namespace: shared.namespace(cx)?, work, life, files })
    }
}

/// Patterns that begin with the directory of the pod, as those of the directory here.
fn within(wanted: &[String]) -> Vec<String> {
    let home = format!("{DIRECTORY}/");
    wanted.iter().map(|pattern| pattern.strip_prefix(&home).unwrap_or(pattern).to_owned()).collect()
}
