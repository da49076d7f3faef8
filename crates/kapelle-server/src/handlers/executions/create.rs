//! New executions.

use std::sync::Arc;

use kapelle_model::effect::Request;
use kapelle_model::execution::{Breakpoint, Execution, Kind, Start, StartReason};
use kapelle_model::{ExecutionId, Map};
use serde_json::Value as Json;

use super::given::{self, Owner};
use super::shown;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::test::demanded;
use crate::views::reopened::newborn;

/// Creates an execution, and waits for its end if that is wanted.
pub(crate) async fn create(call: Arc<Call>) -> Outcome<Answer> {
    let request = if call.parts().is_empty() {
        request(&call)?
    } else {
        // What comes in parts may be files.
        let asking = Arc::clone(&call);
        call.app.blocking(move || request(&asking)).await?
    };
    let runtime = &call.app.runtime;
    let execution = if call.query.is_set("wait") {
        runtime.run_to_end(&call.tenant, &request).await?
    } else {
        Arc::new(newborn(runtime.born(&call.tenant, &request).await?))
    };
    Ok(Answer::json(&created(&call, &execution)))
}

fn created(call: &Call, execution: &Execution) -> Json {
    let mut shown = shown(call.runtime(), execution);
    if let Some(url) = &call.app.url {
        let birth = &execution.birth;
        let id = birth.id;
        let url = url.trim_end_matches('/');
        let link = format!("{url}/ui/{}/executions/{}/{}/{id}", birth.tenant, birth.namespace, birth.flow);
        shown["url"] = link.into();
    }
    shown
}

/// What is asked for, with its files kept.
fn request(call: &Call) -> Outcome<Request> {
    let (namespace, flow) = (call.variable("namespace"), call.variable("flow"));
    call.demand(namespace)?;
    let revision = call.number("revision")?;
    // Files are not kept for a flow that is not there.
    let known = call.runtime().definition(&call.tenant, namespace, flow, revision)?;
    let known = known.ok_or_else(|| ApiError::not_found("Flow not found"))?;
    if known.plan.disabled {
        return Err(ApiError::conflict("Cannot execute a disabled flow"));
    }
    let id = call.runtime().fresh_id();
    Ok(Request { inputs: Arc::new(inputs(call, namespace, flow, id)?), ..asked(call, namespace, flow, id)? })
}

fn inputs(call: &Call, namespace: &str, flow: &str, id: ExecutionId) -> Outcome<Map> {
    given::inputs(call, &Owner { namespace, flow, id })
}

/// What the query says.
pub(crate) fn asked(call: &Call, namespace: &str, flow: &str, id: ExecutionId) -> Outcome<Request> {
    let start = match call.query.get("scheduleDate").filter(|text| !text.is_empty()) {
        Some(text) => Some(Start { at: demanded("scheduleDate", text)?, reason: StartReason::Scheduled }),
        None => None,
    };
    let kind = match call.query.get("kind").filter(|text| !text.is_empty()) {
        None | Some("NORMAL") => Kind::Normal,
        Some("TEST") => Kind::Test,
        Some("PLAYGROUND") => Kind::Playground,
        Some(other) => return Err(ApiError::invalid_entity(format!("kind: there is no kind `{other}`"))),
    };
    Ok(Request {
        revision: call.number("revision")?,
        labels: given::labels(call)?,
        start,
        kind,
        breakpoints: breakpoints(call),
        ..Request::new(id, namespace.into(), flow.into())
    })
}

/// Breakpoints of the query: `task`, or `task.value`, several with commas.
pub(crate) fn breakpoints(call: &Call) -> Arc<[Breakpoint]> {
    let texts = call.query.all("breakpoints").flat_map(|text| text.split(',')).map(str::trim);
    texts
        .filter(|text| !text.is_empty())
        .map(|text| match text.split_once('.') {
            Some((task, value)) => Breakpoint { task: task.into(), value: Some(value.into()) },
            None => Breakpoint { task: text.into(), value: None },
        })
        .collect()
}
