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
    let mut known = read(app, id).await;
    let mut told = None;
    loop {
        if let Some(execution) = &known
            && !execution.state().is_terminal()
            && told.replace(execution.head.version) != Some(execution.head.version)
        {
            events.send("progress", &shown(&app.runtime, execution)).await?;
        }
        tokio::select! {
            _ = &mut end => break,
            heard = next(&mut changes) => match heard {
                Next::Changed(execution) => known = Some(execution),
                Next::TooMany => known = read(app, id).await,
                Next::Nothing => break,
            },
            _ = alive.tick() => events.alive().await?,
            () = app.closed() => return Ok(()),
            () = sleep_until(deadline) => return Ok(()),
        }
    }
    // Its last change was told before its end.
    let last = match newest(&mut changes, None) {
        Next::Changed(execution) => Some(execution),
        Next::Nothing if known.as_ref().is_some_and(|execution| execution.state().is_terminal()) => known,
        Next::TooMany | Next::Nothing => read(app, id).await,
    };
    if let Some(execution) = last {
        events.send("end", &shown(&app.runtime, &execution)).await?;
    }
    Ok(())
}

/// What the news of an execution come to.
enum Next {
    Changed(Arc<Execution>),
    /// More than were kept.
    TooMany,
    Nothing,
}

/// Waits for news, and takes all that came together.
async fn next(changes: &mut Receiver<Heard>) -> Next {
    let Some(heard) = changes.recv().await else { return Next::Nothing };
    sleep(REST).await;
    newest(changes, Some(heard))
}

/// The newest of what has come.
fn newest(changes: &mut Receiver<Heard>, mut heard: Option<Heard>) -> Next {
    if changes.len() >= changes.max_capacity() {
        while changes.try_recv().is_ok() {}
        return Next::TooMany;
    }
    while let Ok(newer) = changes.try_recv() {
        heard = Some(newer);
    }
    match heard {
        Some(Heard::Changed(execution)) => Next::Changed(execution),
        Some(Heard::Line(_)) | None => Next::Nothing,
    }
}

/// The execution as it is kept.
async fn read(app: &Arc<App>, id: ExecutionId) -> Option<Arc<Execution>> {
    let runtime = Arc::clone(&app.runtime);
    app.blocking(move || Ok(runtime.execution(id)?)).await.ok().flatten().map(Arc::new)
}
