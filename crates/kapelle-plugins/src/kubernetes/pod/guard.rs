//! Sees to it that a pod does not outlive its attempt, however that ends.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::gone;
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::trouble::Trouble;

/// How long the removal of a pod may hold up the end of its attempt.
const REMOVAL: Duration = Duration::from_secs(20);

pub(super) struct Guard {
    api: Api,
    path: Option<String>,
    grace: Duration,
}

impl Guard {
    pub(super) fn new(api: Api, grace: Duration) -> Self {
        Self { api, path: None, grace }
    }

    pub(super) fn hold(&mut self, path: String) {
        self.path = Some(path);
    }

    /// It stays as it is.
    pub(super) fn let_go(&mut self) {
        self.path = None;
    }

    /// Removes the pod.
    pub(super) async fn end(&mut self) {
        let Some(path) = self.path.clone() else { return };
        // What the cluster does not do now it is told again when the guard is dropped.
        if let Ok(Ok(())) = timeout(REMOVAL, delete(&self.api, &path, self.grace)).await {
            self.path = None;
        }
    }
}

impl Drop for Guard {
    /// Nobody waits for the attempt any more. A runtime that ends does not do this: the next one finds the pod.
    fn drop(&mut self) {
        let (Some(path), Ok(handle)) = (self.path.take(), Handle::try_current()) else { return };
        let (api, grace) = (self.api.clone(), self.grace);
        let _detached = handle.spawn(async move { delete(&api, &path, grace).await });
    }
}

/// Has a pod removed, running or not. It is killed after the grace.
pub(in crate::kubernetes) async fn delete(api: &Api, path: &str, grace: Duration) -> Result<(), Trouble> {
    let options = json!({"gracePeriodSeconds": grace.as_secs(), "propagationPolicy": "Background"});
    gone(api.insist::<Json>(|| Asked::delete(path, &options)).await.map(drop))
}
