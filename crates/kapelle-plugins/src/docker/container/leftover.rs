//! Containers that earlier attempts of the same task run left behind, since the server died.

use std::collections::BTreeMap;

use kapelle_model::Failure;
use kapelle_plugin::RunContext;
use serde::Deserialize;
use serde_json::json;

use super::labels::{BOUND, DIRECTORY, EXECUTION, RUN};
use super::{Begun, Order};
use crate::docker::archive::Sent;
use crate::docker::engine::{Asked, Engine};
use crate::docker::trouble::Trouble;

/// A container as engines list it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::docker) struct Listed {
    pub(in crate::docker) id: String,
    /// `created`, `running`, `exited` and others.
    state: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// What becomes of a container that was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It goes on, or gives what it has.
    Adopted,
    /// It has no business any more.
    Removed,
    /// It is to stay as it is.
    Kept,
}

impl Listed {
    fn is_bound(&self) -> bool {
        self.labels.get(BOUND).is_some_and(|word| word == "true")
    }

    /// Of one that is kept when it ends, nobody knows whether what it has was taken already.
    fn fate(&self, resumes: bool) -> Fate {
        match (&*self.state, self.is_bound()) {
            ("running" | "paused" | "restarting", _) | ("exited" | "dead", true) if resumes => Fate::Adopted,
            ("exited" | "dead", false) => Fate::Kept,
            _ => Fate::Removed,
        }
    }

    /// The execution for which it works, if it has no business without it.
    pub(in crate::docker) fn execution(&self) -> Option<&str> {
        self.labels.get(EXECUTION).filter(|_| self.is_bound()).map(|id| &**id)
    }

    /// The task run for which it works.
    pub(in crate::docker) fn run(&self) -> Option<&str> {
        self.labels.get(RUN).map(|id| &**id)
    }
}

impl Engine {
    /// All containers that have a label, the latest first.
    pub(in crate::docker) async fn labelled(&self, label: &str) -> Result<Vec<Listed>, Trouble> {
        let filters = json!({"label": [label]}).to_string();
        self.ask(Asked::get("/containers/json").with("all", "1").with("filters", &filters)).await
    }
}

impl Order {
    /// The container that an attempt left behind, if it is to be used further. All others are removed.
    pub(super) async fn leftover(&self, cx: &RunContext) -> Result<Option<Begun>, Failure> {
        // Without waiting, nothing is left behind: what runs is meant to.
        if cx.place.attempt == 0 || !self.life.waits {
            return Ok(None);
        }
        let mut adopted = None;
        for listed in self.engine.labelled(&format!("{RUN}={}", cx.place.run_id)).await? {
            match listed.fate(self.life.resumes && adopted.is_none()) {
                Fate::Adopted => adopted = Some(listed),
                Fate::Removed => self.engine.remove(&listed.id).await?,
                Fate::Kept => {}
            }
        }
        Ok(adopted.map(|listed| Begun {
            directory: listed.labels.get(DIRECTORY).cloned().unwrap_or_default(),
            id: listed.id,
            sent: Sent::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_behind_is_used_kept_or_removed() {
        for (state, is_bound, resumes, fate) in [
            ("running", true, true, Fate::Adopted),
            ("running", false, true, Fate::Adopted),
            ("exited", true, true, Fate::Adopted),
            ("exited", false, true, Fate::Kept),
            ("exited", false, false, Fate::Kept),
            ("created", true, true, Fate::Removed),
            ("created", false, true, Fate::Removed),
            ("running", true, false, Fate::Removed),
            ("running", false, false, Fate::Removed),
            ("exited", true, false, Fate::Removed),
        ] {
            let labels = BTreeMap::from([(BOUND.to_owned(), is_bound.to_string())]);
            let listed = Listed { id: "i".to_owned(), state: state.to_owned(), labels };
            assert_eq!(listed.fate(resumes), fate, "{state} {is_bound} {resumes}");
        }
    }
}
