//! Sees to it that a container does not outlive its attempt, however that ends.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::docker::engine::{Asked, Engine};
use crate::docker::trouble::Trouble;

/// How long the removal of a container may hold up the end of its attempt.
const REMOVAL: Duration = Duration::from_secs(20);

pub(super) struct Guard {
    engine: Engine,
    id: Option<String>,
    deletes: bool,
    /// Whether it may still run.
    is_running: bool,
}

impl Guard {
    pub(super) fn new(engine: Engine, deletes: bool) -> Self {
        Self { engine, id: None, deletes, is_running: false }
    }

    pub(super) fn hold(&mut self, id: &str) {
        self.id = Some(id.to_owned());
        self.is_running = true;
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// It ended by itself.
    pub(super) fn is_over(&mut self) {
        self.is_running = false;
    }

    /// It goes on by itself.
    pub(super) fn let_go(&mut self) {
        self.id = None;
    }

    /// Removes the container, or ends it if it is to stay.
    pub(super) async fn end(&mut self) {
        let Some(id) = self.id.clone() else { return };
        // What the engine does not do now it is told again when the guard is dropped.
        let ended = timeout(REMOVAL, end(&self.engine, &id, self.deletes, self.is_running)).await;
        if matches!(ended, Ok(Ok(()))) {
            self.id = None;
        }
    }
}

impl Drop for Guard {
    /// Nobody waits for the attempt any more. A runtime that ends does not do this: the next one finds the container.
    fn drop(&mut self) {
        let (Some(id), Ok(handle)) = (self.id.take(), Handle::try_current()) else { return };
        let (engine, deletes, is_running) = (self.engine.clone(), self.deletes, self.is_running);
        let _detached = handle.spawn(async move { end(&engine, &id, deletes, is_running).await });
    }
}

async fn end(engine: &Engine, id: &str, deletes: bool, is_running: bool) -> Result<(), Trouble> {
    if deletes {
        engine.remove(id).await
    } else if is_running {
        engine.kill(id).await
    } else {
        Ok(())
    }
}

impl Engine {
    /// Removes a container with all that is its own, running or not.
    pub(in crate::docker) async fn remove(&self, id: &str) -> Result<(), Trouble> {
        let asked = Asked::delete(&format!("/containers/{id}")).with("force", "1").with("v", "1");
        gone(self.order(asked).await)
    }

    pub(in crate::docker) async fn kill(&self, id: &str) -> Result<(), Trouble> {
        gone(self.order(Asked::post(&format!("/containers/{id}/kill"))).await)
    }

    /// Asks a container to end, and kills it after the grace.
    pub(in crate::docker) async fn stop(&self, id: &str, grace: Duration) -> Result<(), Trouble> {
        let seconds = grace.as_secs() + u64::from(grace.subsec_nanos() > 0);
        gone(self.order(Asked::post(&format!("/containers/{id}/stop")).with("t", &seconds.to_string())).await)
    }
}

fn gone(done: Result<(), Trouble>) -> Result<(), Trouble> {
    match done {
        Err(trouble) if trouble.is_so_already() => Ok(()),
        done => done,
    }
}
