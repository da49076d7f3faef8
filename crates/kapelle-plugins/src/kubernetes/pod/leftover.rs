//! Pods that earlier attempts of the same task run left behind, since the server died.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::RunContext;
use serde::Deserialize;
use serde_json::Value as Json;

use super::labels::{RUN, label};
use super::state::Pod;
use super::{Order, guard, pods};
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::trouble::Trouble;

/// Those that are listed at once; no task run has more, and a sweep comes back.
const PAGE: &str = "500";

/// What becomes of a pod that was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It goes on, or gives what it has.
    Adopted,
    /// It has no business any more.
    Removed,
    /// It is to stay as it is.
    Kept,
}

impl Pod {
    /// One that waits for files gets none any more. Of one that is kept when it ends, nobody knows whether what it has was
    /// taken already.
    fn fate(&self, resumes: bool) -> Fate {
        let mains = self.mains();
        if self.is_deleted() {
            return Fate::Kept;
        }
        match (self.has_ended(&mains), self.is_bound()) {
            (true, false) => Fate::Kept,
            (false, _) | (true, true) if resumes && self.has_files() => Fate::Adopted,
            _ => Fate::Removed,
        }
    }
}

#[derive(Deserialize)]
struct List {
    items: Vec<Json>,
}

/// The pods with a label; of all namespaces, where none is named.
pub(in crate::kubernetes) async fn labelled(
    api: &Api,
    namespace: Option<&str>,
    label: &str,
) -> Result<Vec<Pod>, Trouble> {
    let path = namespace.map_or_else(|| "/api/v1/pods".to_owned(), pods);
    let list: List =
        api.insist(|| Asked::get(&path).with("labelSelector", label).with("limit", PAGE)).await?;
    Ok(list.items.into_iter().filter_map(|raw| Pod::read(raw).ok()).collect())
}

impl Order {
    /// The pod that an attempt left behind, if it is to be used further. All others are removed.
    pub(super) async fn leftover(&self, cx: &RunContext) -> Result<Option<Pod>, Failure> {
        if cx.place.attempt == 0 {
            return Ok(None);
        }
        let selector = format!("{RUN}={}", label(&cx.place.run_id));
        let mut adopted = None;
        for pod in labelled(&self.api, Some(&self.namespace), &selector).await? {
            match pod.fate(self.life.resumes && adopted.is_none()) {
                Fate::Adopted => adopted = Some(pod),
                Fate::Removed => {
                    let path = self.path(&pod.metadata.name);
                    guard::delete(&self.api, &path, Duration::from_secs(1)).await?;
                }
                Fate::Kept => {}
            }
        }
        Ok(adopted)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::labels::BOUND;
    use super::super::state::tests::pod;
    use super::*;

    #[test]
    fn what_was_left_behind_is_used_kept_or_removed() {
        let runs = json!({"running": {}});
        let over = json!({"terminated": {"exitCode": 0}});
        for (main, has_files, is_bound, resumes, fate) in [
            (&runs, true, true, true, Fate::Adopted),
            (&runs, true, false, true, Fate::Adopted),
            (&over, true, true, true, Fate::Adopted),
            (&over, true, false, true, Fate::Kept),
            (&over, true, false, false, Fate::Kept),
            (&over, true, true, false, Fate::Removed),
            (&runs, true, true, false, Fate::Removed),
            (&runs, false, true, true, Fate::Removed),
        ] {
            let into = if has_files { &over } else { &runs };
            let found = pod(json!({
                "metadata": {"labels": {BOUND: is_bound.to_string()}},
                "spec": {
                    "containers": [{"name": "main"}, {"name": "kapelle-files-out"}],
                    "initContainers": [{"name": "kapelle-files-in"}],
                },
                "status": {
                    "initContainerStatuses": [{"name": "kapelle-files-in", "state": into}],
                    "containerStatuses": [{"name": "main", "state": main}],
                },
            }));
            assert_eq!(found.fate(resumes), fate, "{main} {has_files} {is_bound} {resumes}");
        }
    }
}
