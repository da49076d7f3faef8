//! The life of a pod that works for a task: it is made, gets files, runs, is listened to, gives files back, goes.
//!
//! Beside the containers of the task there are two of ours: one that begins first and waits for the files, and one that
//! stays until they have been taken back. Whatever ends the attempt ends the pod. Only a server that dies leaves one
//! behind: the next attempt of the same task run finds it by its labels, and goes on with it.

mod attend;
mod begin;
mod files;
mod guard;
mod labels;
mod leftover;
mod life;
mod listen;
mod manifest;
mod name;
mod stamps;
mod state;
mod told;
mod watcher;

use std::path::PathBuf;
use std::time::Duration;

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::RunContext;
use serde_json::Value as Json;
use tokio::time::timeout;

use super::api::Api;
use super::trouble::Trouble;
use crate::docker::{Own, Sent};
use guard::Guard;
pub(super) use guard::delete;
use kapelle_plugin::program::Lines;
pub(super) use labels::BOUND;
pub(super) use leftover::labelled;
pub(crate) use life::{Life, SideCarProperties, grace, lasting, manifest, resources};
pub(crate) use manifest::{Work, literal};
pub(super) use state::Pod;

/// How long what a pod that is killed wrote may take to arrive, beside its grace.
const AFTERMATH: Duration = Duration::from_secs(5);

/// Everything that is known before it begins.
pub(crate) struct Order {
    pub(crate) api: Api,
    pub(crate) namespace: String,
    pub(crate) work: Work,
    pub(crate) life: Life,
    /// Nothing, if none go in or out.
    pub(crate) files: Option<Files>,
}

/// The files of a task on this machine.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) root: PathBuf,
    pub(crate) own: Own,
    /// What becomes the `/tmp` of the pod, if it has one of its own. Files that other tasks ask for come back from there.
    pub(crate) temporary: Option<PathBuf>,
}

/// A pod at work.
struct Begun {
    name: String,
    /// The files that it got; `None` as long as it got none. Nothing is known of them if another attempt made it.
    sent: Option<Sent>,
    has_files: bool,
}

/// How a pod ended.
pub(crate) struct Done {
    pub(crate) name: Option<String>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) is_killed: bool,
    /// What it was at its end, as the cluster tells it.
    pub(crate) pod: Json,
}

impl Order {
    /// The path of one of its pods.
    fn path(&self, name: &str) -> String {
        format!("{}/{name}", pods(&self.namespace))
    }

    /// Runs a pod from its beginning, or from where an attempt that is gone left it, to its end.
    pub(crate) async fn run(&self, cx: &RunContext, lines: &mut dyn Lines) -> Result<Done, Failure> {
        let mut guard = Guard::new(self.api.clone(), self.life.grace);
        let done = self.live(cx, lines, &mut guard).await;
        guard.end().await;
        done
    }

    async fn live(&self, cx: &RunContext, lines: &mut dyn Lines, guard: &mut Guard) -> Result<Done, Failure> {
        let mut begun = tokio::select! {
            begun = self.begin(cx, guard) => begun?,
            () = cx.stopped() => return Ok(Done::killed(None, None)),
        };
        let name = begun.name.clone();
        let ended = self.heed(cx, &mut begun, lines).await?;
        let Some(pod) = ended else { return Ok(Done::killed(Some(name), None)) };
        if cx.is_stopped() {
            return Ok(Done::killed(Some(name), Some(pod)));
        }
        if begun.has_files {
            match self.fetch(cx, &begun, &pod).await {
                Err(broken) if broken.is_killed => return Ok(Done::killed(Some(name), Some(pod))),
                fetched => fetched.map_err(|broken| broken.failure)?,
            }
        }
        if !self.life.deletes {
            self.release(cx, &begun, &pod).await;
            guard.let_go();
        }
        let mains = self.mains();
        for words in told::endings(&pod, &mains) {
            cx.log(Level::Error, words);
        }
        if let Some(words) = told::failure(&pod, &mains) {
            return Err(Failure::new(words));
        }
        Ok(Done {
            name: Some(name),
            exit_code: pod.exit_code(&mains),
            is_killed: false,
            pod: pod.raw.clone(),
        })
    }

    /// Attends to the pod until it ends by itself, or because the attempt has to. What it was then, if that was seen.
    async fn heed(
        &self,
        cx: &RunContext,
        begun: &mut Begun,
        lines: &mut dyn Lines,
    ) -> Result<Option<Pod>, Failure> {
        let path = self.path(&begun.name);
        let mut work = Box::pin(self.attend(cx, begun, lines));
        tokio::select! {
            pod = &mut work => return pod.map(Some),
            () = cx.stopped() => {}
        }
        // What it writes meanwhile is heard.
        let ended = async {
            let told = guard::delete(&self.api, &path, self.life.grace).await;
            timeout(self.life.grace + AFTERMATH, &mut work).await.ok().and_then(Result::ok).ok_or(told)
        };
        match ended.await {
            Ok(pod) => Ok(Some(pod)),
            Err(told) => told.map(|()| None).map_err(Failure::from),
        }
    }

    fn mains(&self) -> Vec<String> {
        self.work.containers()
    }
}

impl Done {
    fn killed(name: Option<String>, pod: Option<Pod>) -> Self {
        let exit_code = pod.as_ref().and_then(|pod| pod.exit_code(&pod.mains()));
        Self { name, exit_code, is_killed: true, pod: pod.map(|pod| pod.raw).unwrap_or_default() }
    }
}

/// The path of the pods of a namespace.
pub(super) fn pods(namespace: &str) -> String {
    format!("/api/v1/namespaces/{}/pods", super::api::percent(namespace))
}

/// The path of a pod.
pub(super) fn path_of(pod: &Pod) -> String {
    format!("{}/{}", pods(&pod.metadata.namespace), pod.metadata.name)
}

/// Random bytes.
fn chance(cx: &RunContext) -> Result<[u8; 20], Failure> {
    let mut bytes = [0; 20];
    cx.services.random(&mut bytes).map_err(|error| Failure::new(error.text()))?;
    Ok(bytes)
}

/// Passes over what is gone already.
fn gone(done: Result<(), Trouble>) -> Result<(), Trouble> {
    match done {
        Err(trouble) if trouble.is_missing() => Ok(()),
        done => done,
    }
}
