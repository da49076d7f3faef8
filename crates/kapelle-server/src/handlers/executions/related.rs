//! Following executions that belong together: an event whenever one of them is in another state.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kapelle_engine::labels::CORRELATION;
use kapelle_model::{ExecutionId, State};
use kapelle_runtime::view;
use kapelle_store::filter::{Condition, Filter, Test};
use kapelle_store::listing::Header;
use serde_json::{Value as Json, json};
use tokio::time::{Instant, interval, sleep};

use super::follow::awaited;
use super::search::all;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::STREAM_TIME;
use crate::stream::{ALIVE, Events, Gone};

/// How often they are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Executions that are followed together.
const TOGETHER_MAX: usize = 500;

pub(crate) async fn follow(call: Arc<Call>) -> Outcome<Answer> {
    let place = Arc::clone(&call.app.followers).try_acquire_owned().map_err(|_| ApiError::busy())?;
    let id = awaited(&call).await?;
    let (mut events, answer) = Events::begin();
    tokio::spawn(async move {
        // A client that goes away is no mistake.
        let _gone = told(&call, id, &mut events).await;
        drop(place);
    });
    Ok(answer)
}

async fn told(call: &Arc<Call>, id: ExecutionId, events: &mut Events) -> Result<(), Gone> {
    let mut states: BTreeMap<ExecutionId, State> = BTreeMap::new();
    let deadline = Instant::now() + STREAM_TIME;
    let mut alive = interval(ALIVE);
    alive.reset();
    events.send("start", &json!({"executionId": id.to_string()})).await?;
    loop {
        let asking = Arc::clone(call);
        let found = call.app.blocking(move || together(&asking, id)).await.unwrap_or_default();
        for header in &found {
            let state = header.head.history.current();
            if states.insert(header.birth.id, state) != Some(state) {
                events.send(if state.is_terminal() { "end" } else { "progress" }, &event(header)).await?;
            }
        }
        // One that was deleted has nothing more to tell.
        if found.iter().all(|header| header.head.history.current().is_terminal()) {
            return events.send("end-all", &json!({})).await;
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            _ = alive.tick() => events.alive().await?,
            () = call.app.closed() => return Ok(()),
        }
        if Instant::now() >= deadline {
            return Ok(());
        }
    }
}

/// Those with the same correlation; only it and what came of it, if that is wanted.
fn together(call: &Call, id: ExecutionId) -> Outcome<Vec<Header>> {
    let Some(own) = call.store().header(id)? else { return Ok(Vec::new()) };
    let Some(value) = own.label(CORRELATION) else { return Ok(vec![own]) };
    let test = Test::Is(value.to_owned());
    let filter = Filter::of([Condition::Label { key: CORRELATION.to_owned(), test }]);
    let mut found = all(call, &filter, TOGETHER_MAX)?;
    if call.query.is_set("destinationOnly") {
        found.retain(|header| header.birth.id >= id);
    }
    Ok(found)
}

fn event(header: &Header) -> Json {
    let birth = &header.birth;
    json!({
        "executionId": birth.id.to_string(),
        "tenantId": &*birth.tenant,
        "namespace": &*birth.namespace,
        "flowId": &*birth.flow,
        "state": view::state(&header.head.history),
    })
}
