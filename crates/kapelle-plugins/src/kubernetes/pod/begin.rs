//! The beginning: a pod that was left behind, or a new one.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::RunContext;
use serde_json::Value as Json;
use tokio::time::{sleep, timeout};

use super::guard::{self, Guard};
use super::labels::{RUN, label};
use super::manifest::Start;
use super::state::Pod;
use super::{Begun, Order, pods};
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::trouble::Trouble;

/// How long a pod of the same name may take to go away.
const GOING: Duration = Duration::from_mins(1);
const LOOKS: Duration = Duration::from_millis(500);

impl Order {
    pub(super) async fn begin(&self, cx: &RunContext, guard: &mut Guard) -> Result<Begun, Failure> {
        if let Some(pod) = self.leftover(cx).await? {
            let name = pod.metadata.name.clone();
            guard.hold(self.path(&name));
            cx.log(
                Level::Info,
                format!("an attempt that is gone left the pod {name} behind: this one goes on with it"),
            );
            return Ok(Begun { name, sent: Some(super::Sent::new()), has_files: pod.carries_files() });
        }
        let manifest = self.work.pod(&Start {
            place: &cx.place,
            namespace: &self.namespace,
            is_bound: self.life.deletes,
            has_files: self.files.is_some(),
            has_temporary: self.files.as_ref().is_some_and(|files| files.temporary.is_some()),
        });
        let known = manifest["metadata"]["name"].as_str().map(str::to_owned);
        if let Some(name) = &known {
            // Before it is made: whether it was may never be heard.
            guard.hold(self.path(name));
        }
        let made = match self.make(&manifest).await {
            Err(trouble) if trouble.is_there_already() && known.is_some() => {
                self.clear(cx, known.as_deref().unwrap_or_default(), guard).await?;
                self.make(&manifest).await
            }
            made => made,
        };
        let made = made.map_err(|trouble| {
            if !matches!(trouble, Trouble::Away(_)) {
                guard.let_go();
            }
            Failure::new(format!("the pod cannot be made: {}", trouble.words()))
        })?;
        let name = made["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        guard.hold(self.path(&name));
        cx.log(Level::Debug, format!("made the pod {name} in the namespace {}", self.namespace));
        Ok(Begun { name, sent: None, has_files: self.files.is_some() })
    }

    async fn make(&self, manifest: &Json) -> Result<Json, Trouble> {
        self.api.ask(Asked::post(&pods(&self.namespace), manifest)).await
    }

    /// Takes a pod of the same name away, if it is one of this task run.
    async fn clear(&self, cx: &RunContext, name: &str, guard: &mut Guard) -> Result<(), Failure> {
        let path = self.path(name);
        let found = find(&self.api, &path).await?;
        let is_ours = |pod: &Pod| pod.run() == Some(&*label(&cx.place.run_id));
        if let Some(pod) = found.filter(|pod| !pod.is_deleted() && !is_ours(pod)) {
            guard.let_go();
            let whose = pod.metadata.labels.get(RUN).map(|run| format!(" of the task run {run}"));
            return Err(Failure::new(format!(
                "there is a pod `{name}`{} in the namespace `{}` already: leave `metadata.name` out, so that each gets a name \
                 of its own, or remove that one",
                whose.unwrap_or_default(),
                self.namespace
            )));
        }
        guard::delete(&self.api, &path, self.life.grace).await?;
        let going = async {
            while find(&self.api, &path).await?.is_some() {
                sleep(LOOKS).await;
            }
            Ok(())
        };
        timeout(GOING, going).await.unwrap_or_else(|_| {
            Err(Failure::new(format!("the pod `{name}` of an earlier attempt does not go away")))
        })
    }
}

/// What a pod is now; `None` if there is none.
async fn find(api: &Api, path: &str) -> Result<Option<Pod>, Failure> {
    match api.insist::<Json>(|| Asked::get(path)).await {
        Ok(raw) => Ok(Some(Pod::read(raw).unwrap_or_default())),
        Err(trouble) if trouble.is_missing() => Ok(None),
        Err(trouble) => Err(trouble.into()),
    }
}
