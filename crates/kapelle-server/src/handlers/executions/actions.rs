//! What people do to an execution.

use std::sync::Arc;

use hyper::StatusCode;
use kapelle_engine::plan::Kind;
use kapelle_engine::step::Refused;
use kapelle_model::event::Order;
use kapelle_model::execution::{Execution, Labels};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, State};
use kapelle_runtime::{Declined, Repeat, RepeatRevision};
use kapelle_store::listing::Header;
use serde_json::Value as Json;

use super::create::breakpoints;
use super::given::{self, Owner};
use super::{answer, header, run_of, whole};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::reopened::{newborn, reopened};

/// Does something that waits for disks with the call.
async fn reading<T: Send + 'static>(
    call: &Arc<Call>,
    work: impl FnOnce(&Call) -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let asking = Arc::clone(call);
    call.app.blocking(move || work(&asking)).await
}

/// The execution that the path names.
async fn named(call: &Arc<Call>) -> Outcome<Header> {
    reading(call, |call| header(call, call.variable("id"))).await
}

async fn shown(call: &Arc<Call>, id: ExecutionId) -> Outcome<Answer> {
    reading(call, move |call| answer(call, &id.to_string())).await
}

/// Gives an order; what an execution in the wrong state answers depends on the order.
async fn ordered(call: &Arc<Call>, id: ExecutionId, order: Order, wrong_state: StatusCode) -> Outcome<()> {
    call.app.runtime.order(id, order).await.map_err(|declined| declined_as(declined, wrong_state))
}

pub(crate) fn declined_as(declined: Declined, wrong_state: StatusCode) -> ApiError {
    match declined {
        Declined::Refused(Refused::State(words)) => ApiError::new(wrong_state, words),
        other => other.into(),
    }
}

pub(crate) async fn kill(call: Arc<Call>) -> Outcome<Answer> {
    let header = named(&call).await?;
    let (id, is_over) = (header.birth.id, header.head.history.current().is_terminal());
    let cascade = call.query.flag("isOnKillCascade").unwrap_or(true);
    ordered(&call, id, Order::Kill { cascade }, StatusCode::CONFLICT).await?;
    if is_over { Ok(Answer::empty(StatusCode::ACCEPTED)) } else { shown(&call, id).await }
}

pub(crate) async fn pause(call: Arc<Call>) -> Outcome<Answer> {
    simple(call, Order::Pause, StatusCode::CONFLICT).await
}

pub(crate) async fn force_run(call: Arc<Call>) -> Outcome<Answer> {
    simple(call, Order::ForceRun, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn simple(call: Arc<Call>, order: Order, wrong_state: StatusCode) -> Outcome<Answer> {
    let id = named(&call).await?.birth.id;
    ordered(&call, id, order, wrong_state).await?;
    shown(&call, id).await
}

pub(crate) async fn unqueue(call: Arc<Call>) -> Outcome<Answer> {
    let state = state_of(call.query.get("state").or_else(|| call.query.get("newState")), State::Running)?;
    simple(call, Order::Unqueue(state), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The state that a text names; this one without any.
pub(crate) fn state_of(text: Option<&str>, default: State) -> Outcome<State> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(default),
        Some(text) => {
            let wrong = || ApiError::invalid_entity(format!("state: there is no state `{text}`"));
            State::from_name(text).ok_or_else(wrong)
        }
    }
}

pub(crate) async fn change_status(call: Arc<Call>) -> Outcome<Answer> {
    let wanted = call.query.get("status").or_else(|| call.query.get("newStatus"));
    let missing = || ApiError::bad_request("Required QueryValue [status] not specified");
    let state = state_of(Some(wanted.ok_or_else(missing)?), State::Success)?;
    simple(call, Order::ChangeStatus(state), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Sets the state of a task run, and goes on from there.
pub(crate) async fn change_state(call: Arc<Call>) -> Outcome<Answer> {
    let (before, run, state) = reading(&call, |call| {
        let body = call.json()?;
        let text = |key: &str| {
            let missing = || ApiError::invalid_entity(format!("{key}: must not be null"));
            body[key].as_str().ok_or_else(missing)
        };
        let execution = whole(call, call.variable("id"))?;
        let run = run_of(call.runtime(), &execution, text("taskRunId")?)?;
        Ok((execution, run, state_of(Some(text("state")?), State::Success)?))
    })
    .await?;
    let order = Order::ChangeTaskState { run, state };
    ordered(&call, before.birth.id, order, StatusCode::UNPROCESSABLE_ENTITY).await?;
    let id = before.birth.id;
    shown_reopened(&call, before, id).await
}

/// Starts an execution again from what failed. It keeps its revision; with another one it goes on as a new execution.
pub(crate) async fn restart(call: Arc<Call>) -> Outcome<Answer> {
    let before = reading(&call, |call| whole(call, call.variable("id"))).await?;
    let revision = call.number::<u32>("revision")?.filter(|revision| *revision != before.birth.revision);
    let Some(revision) = revision else {
        ordered(&call, before.birth.id, Order::Restart, StatusCode::CONFLICT).await?;
        let id = before.birth.id;
        return shown_reopened(&call, before, id).await;
    };
    let state = before.state();
    if state == State::Killed {
        let words = "Execution must be terminated or paused and not killed to be restarted";
        return Err(ApiError::conflict(words));
    }
    let fresh = call.app.runtime.fresh_id();
    let revision = RepeatRevision::Exactly(revision);
    let repeat = Repeat { restarts: true, revision, ..Repeat::default() };
    call.app.runtime.repeat(before.birth.id, &repeat, fresh).await?;
    shown_reopened(&call, before, fresh).await
}

/// The answer that is an execution which just went on from where another one stood, or itself before.
async fn shown_reopened(call: &Arc<Call>, before: Execution, id: ExecutionId) -> Outcome<Answer> {
    reading(call, move |call| {
        let now = whole(call, &id.to_string())?;
        let birth = &now.birth;
        let (flow, revision) = (&birth.flow, Some(birth.revision));
        let definition = call.runtime().definition(&birth.tenant, &birth.namespace, flow, revision)?;
        let is_group = |task: &str| {
            let plan = definition.as_ref().map(|definition| &definition.plan);
            let kind = plan.and_then(|plan| Some(&plan.task(plan.find(task)?).kind));
            // A pause waits for a person, and a working directory for its worker.
            kind.is_some_and(|kind| kind.is_group() && !matches!(kind, Kind::Pause(_) | Kind::Directory))
        };
        let shown = reopened(&before, now, &is_group);
        Ok(Answer::json(&super::shown(call.runtime(), &shown)))
    })
    .await
}

pub(crate) async fn resume(call: Arc<Call>) -> Outcome<Answer> {
    let header = named(&call).await?;
    let id = header.birth.id;
    let given = reading(&call, move |call| inputs(call, &header, id)).await?;
    // Clients of the open edition are not told who let it go on.
    call.app.runtime.resume(id, &given, None).await?;
    shown(&call, id).await
}

pub(crate) fn inputs(call: &Call, header: &Header, id: ExecutionId) -> Outcome<kapelle_model::Map> {
    let (namespace, flow) = (&*header.birth.namespace, &*header.birth.flow);
    given::inputs(call, &Owner { namespace, flow, id })
}

pub(crate) async fn resume_from_breakpoint(call: Arc<Call>) -> Outcome<Answer> {
    let next = call.query.get("breakpoints").map(|_| breakpoints(&call));
    simple(call, Order::ResumeBreakpoint { next }, StatusCode::CONFLICT).await
}

pub(crate) async fn replay(call: Arc<Call>) -> Outcome<Answer> {
    replayed(call, false).await
}

pub(crate) async fn replay_with_inputs(call: Arc<Call>) -> Outcome<Answer> {
    replayed(call, true).await
}

async fn replayed(call: Arc<Call>, takes_inputs: bool) -> Outcome<Answer> {
    let fresh = call.app.runtime.fresh_id();
    let (before, repeat) = reading(&call, move |call| {
        let execution = whole(call, call.variable("id"))?;
        let birth = &execution.birth;
        let owner = Owner { namespace: &birth.namespace, flow: &birth.flow, id: fresh };
        let from = call.query.get("taskRunId").filter(|name| !name.is_empty());
        let repeat = Repeat {
            from: from.map(|name| replayed_run(call, &execution, name)).transpose()?,
            revision: call.number("revision")?.map_or(RepeatRevision::Same, RepeatRevision::Exactly),
            inputs: if takes_inputs { Some(given::inputs(call, &owner)?) } else { None },
            breakpoints: breakpoints(call),
            ..Repeat::default()
        };
        Ok((execution, repeat))
    })
    .await?;
    call.app.runtime.repeat(before.birth.id, &repeat, fresh).await?;
    if repeat.from.is_some() {
        return shown_reopened(&call, before, fresh).await;
    }
    reading(&call, move |call| {
        let now = newborn(whole(call, &fresh.to_string())?);
        Ok(Answer::json(&super::shown(call.runtime(), &now)))
    })
    .await
}

fn replayed_run(call: &Call, execution: &Execution, name: &str) -> Outcome<RunIndex> {
    let wrong = |_| {
        ApiError::illegal_argument(format!(
            "No task found to replay the execution from: there is no task run `{name}`"
        ))
    };
    run_of(call.runtime(), execution, name).map_err(wrong)
}

pub(crate) async fn labels(call: Arc<Call>) -> Outcome<Answer> {
    let header = named(&call).await?;
    // What was there goes, but for what the system set.
    let labels = merged(&Labels::default(), &labels_of(&call.json()?)?);
    let id = header.birth.id;
    ordered(&call, id, Order::SetLabels(labels), StatusCode::BAD_REQUEST).await?;
    shown(&call, id).await
}

/// Labels as clients send them: a list, or a map.
pub(crate) fn labels_of(body: &Json) -> Outcome<Vec<(String, String)>> {
    let wrong = || ApiError::invalid_entity("labels are a list of {key, value}");
    let text = |value: &Json| value.as_str().map(str::to_owned).filter(|text| !text.is_empty());
    let labels: Vec<(String, String)> = match body {
        Json::Array(labels) => labels
            .iter()
            .map(|label| Some((text(&label["key"])?, text(&label["value"])?)))
            .collect::<Option<_>>()
            .ok_or_else(wrong)?,
        Json::Object(labels) => labels
            .iter()
            .map(|(key, value)| Some((key.clone(), text(value)?)))
            .collect::<Option<_>>()
            .ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    labels.iter().try_for_each(|(key, value)| given::check_label(key, value))?;
    Ok(labels)
}

/// Labels with others, which hold where both have the same key.
pub(crate) fn merged(known: &Labels, more: &[(String, String)]) -> Labels {
    let mut labels: Vec<(Arc<str>, Arc<str>)> = known.to_vec();
    for (key, value) in more {
        match labels.iter_mut().find(|(known, _)| **known == **key) {
            Some(label) => label.1 = value.as_str().into(),
            None => labels.push((key.as_str().into(), value.as_str().into())),
        }
    }
    labels.into()
}
