//! Following an execution: an event for each change, and the end once nothing more comes.

use std::sync::Arc;
use std::time::Duration;

use kapelle_model::ExecutionId;
use kapelle_model::execution::Execution;
use serde_json::json;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, interval, sleep, sleep_until};

use super::{shown, whole};
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::hub::{Heard, Topic};
use crate::limits::STREAM_TIME;
use crate::stream::{ALIVE, Events, Gone};

/// How long an execution that is not there is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(100);

/// Events of one execution follow each other at most so fast; what changes faster is told together.
const REST: Duration = Duration::from_millis(20);

/// Waits until there is such an execution that the caller may see.
pub(crate) async fn awaited(call: &Arc<Call>) -> Outcome<ExecutionId> {
    let until = Instant::now() + PATIENCE;
    loop {
        let asking = Arc::clone(call);
        let found = call.app.blocking(move || whole(&asking, asking.variable("id"))).await;
        match found {
            Ok(execution) => return Ok(execution.birth.id),
            Err(error) if Instant::now() >= until => return Err(error),
            Err(_) => sleep(LOOK).await,
        }
    }
}

pub(crate) async fn follow(call: Arc<Call>) -> Outcome<Answer> {
    let place = Arc::clone(&call.app.followers).try_acquire_owned().map_err(|_| ApiError::busy())?;
    let id = awaited(&call).await?;
    let app = Arc::clone(&call.app);
    let (mut events, answer) = Events::begin();
    tokio::spawn(async move {
        // A client that goes away is no mistake.
        let _gone = told(&app, id, &mut events).await;
        drop(place);
    });
    Ok(answer)
}

async fn told(app: &Arc<App>, id: ExecutionId, events: &mut Events) -> Result<(), Gone> {
    let mut changes = app.hub.follow(id, Topic::Changes);
    events.send("start", &json!({"id": id.to_string()})).await?;
    let end = app.runtime.end_of(id);
    tokio::pin!(end);
    let deadline = Instant::now() + STREAM_TIME;
    let mut alive = interval(ALIVE);
    alive.reset();
    let mut version = None;
    loop {
        if let Some(execution) = changed(app, id, &mut version).await
            && !execution.state().is_terminal()
        {
            events.send("progress", &shown(&app.runtime, &execution)).await?;
        }
        tokio::select! {
            _ = &mut end => break,
            heard = next(&mut changes) => if heard.is_none() { break },
            _ = alive.tick() => events.alive().await?,
            () = app.closed() => return Ok(()),
            () = sleep_until(deadline) => return Ok(()),
        }
    }
    version = None;
    if let Some(execution) = changed(app, id, &mut version).await {
        events.send("end", &shown(&app.runtime, &execution)).await?;
    }
    Ok(())
}

/// Waits for news, and takes all that came together.
async fn next(changes: &mut Receiver<Heard>) -> Option<Heard> {
    let heard = changes.recv().await?;
    sleep(REST).await;
    while changes.try_recv().is_ok() {}
    Some(heard)
}

/// The execution, if it is another than the one that was told last.
async fn changed(app: &Arc<App>, id: ExecutionId, version: &mut Option<u64>) -> Option<Execution> {
    let runtime = Arc::clone(&app.runtime);
    let found = app.blocking(move || Ok(runtime.execution(id)?)).await.ok().flatten()?;
    let is_new = version.replace(found.head.version) != Some(found.head.version);
    is_new.then_some(found)
}
