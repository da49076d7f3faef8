//! Logs: that of an execution, and all that match.

pub(crate) mod download;
pub(crate) mod find;
pub(crate) mod histogram;
pub(crate) mod windows;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kapelle_model::ExecutionId;
use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_store::listing::Total;
use kapelle_store::logs::{LogFilter, LogLine, LogOrder, LogPage};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, interval, sleep, sleep_until};

use super::executions::follow::awaited;
use super::executions::{header, run_of, seen};
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters;
use crate::hub::{Heard, Topic};
use crate::limits::STREAM_TIME;
use crate::paging::{Paging, Sorting, no_column, page, sortings};
use crate::stream::{ALIVE, Events, Gone};
use crate::views::log;

/// Lines of one read.
const STEP: u32 = 5_000;

/// Lines that one answer has.
const LINES_MAX: usize = 100_000;

/// How long lines may still come once an execution is over.
const LATE: Duration = Duration::from_secs(2);

/// The lines that the query wants of the execution that the path names.
fn filter(call: &Call) -> Outcome<LogFilter> {
    let name = call.variable("id");
    let id = ExecutionId::parse(name)
        .ok_or_else(|| ApiError::not_found(format!("Execution not found: {name}")))?;
    let of_run = "filters[taskRunId][EQUALS]";
    let wanted = filters::logs::read(&call.query.beginning("filters").without(of_run), call.runtime().now())?;
    // Whoever deletes must not delete more than they meant, and whoever reads is not told less.
    if wanted.rest.is_some() || wanted.stored.execution.is_some_and(|other| other != id) {
        let why = "the log of one execution has no such filter; search all logs with executionId instead";
        return Err(ApiError::bad_filter(why));
    }
    let mut filter = LogFilter { execution: Some(id), ..wanted.stored };
    let given = |name: &str| call.query.get(name).filter(|text| !text.is_empty());
    if let Some(run) = given("taskRunId").or_else(|| given(of_run)) {
        filter.run = Some(run_of(call.runtime(), &*seen(call, name)?, run)?);
    }
    if let Some(task) = given("taskId") {
        filter.task.push(kapelle_store::filter::Test::Is(task.to_owned()));
    }
    filter.attempt = call.number("attempt")?;
    if let Some(level) = given("minLevel") {
        let wrong = || ApiError::invalid_entity(format!("minLevel: there is no level `{level}`"));
        filter.level = filter.level.max(Some(Level::from_name(level).ok_or_else(wrong)?));
    }
    Ok(filter)
}

/// All lines that match, the oldest first; also of an execution that was deleted without its log.
fn lines(call: &Call, filter: &LogFilter) -> Outcome<Vec<LogLine>> {
    ordered(call, filter, false)
}

/// As many of the lines that match as one answer has.
fn ordered(call: &Call, filter: &LogFilter, is_newest_first: bool) -> Outcome<Vec<LogLine>> {
    let mut lines: Vec<LogLine> = Vec::new();
    while lines.len() < LINES_MAX {
        let offset = lines.len() as u64;
        let page = LogPage { offset, size: STEP, is_newest_first, is_counted: false };
        let rows = call.store().logs(&call.permit, filter, &page)?.rows;
        let is_last = rows.len() < STEP as usize;
        lines.extend(rows);
        if is_last {
            break;
        }
    }
    Ok(lines)
}

pub(crate) fn shown(app: &App, line: &LogLine) -> Json {
    log::line(line, &|line| run_id(app, line))
}

fn run_id(app: &App, line: &LogLine) -> Option<String> {
    Some(app.runtime.run_id(line.execution?, line.run?))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let lines = lines(call, &filter(call)?)?;
    Ok(Answer::json(&lines.iter().map(|line| shown(&call.app, line)).collect()))
}

/// Lines of all executions and triggers.
pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let is_newest_first = order(call)?;
    let wanted = filters::logs::read(&call.query, call.runtime().now())?;
    let (lines, total) = match &wanted.rest {
        None => {
            let (offset, size) = (paging.offset(), paging.size);
            let page = LogPage { offset, size, is_newest_first, is_counted: true };
            let found = call.store().logs(&call.permit, &wanted.stored, &page)?;
            (found.rows, found.total.map_or(0, Total::number))
        }
        Some(rest) => {
            let mut all = ordered(call, &wanted.stored, is_newest_first)?;
            all.retain(|line| {
                let run = run_id(&call.app, line);
                rest.holds(&|test| test.holds(line, run.as_deref()))
            });
            (paging.of(&all).to_vec(), all.len() as u64)
        }
    };
    let rows: Vec<Json> = lines.iter().map(|line| shown(&call.app, line)).collect();
    let mut answer = page(&rows, total);
    answer["type"] = "OFFSET".into();
    Ok(Answer::json(&answer))
}

/// Whether the newest line comes first: lines are ordered by nothing but their moments.
fn order(call: &Call) -> Outcome<bool> {
    match sortings(call)?.as_slice() {
        [] => Ok(false),
        [Sorting { column, is_descending }, ..] if matches!(column.as_str(), "timestamp" | "date") => {
            Ok(*is_descending)
        }
        [other, ..] => Err(no_column(&other.column)),
    }
}

/// Deletes what the executions of a flow say, or one of its triggers.
pub(crate) fn delete_of_flow(call: &Call) -> Outcome<Answer> {
    let (namespace, flow) = (call.variable("namespace"), call.variable("flow"));
    call.demand(namespace)?;
    let is = |text: &str| vec![kapelle_store::filter::Test::Is(text.to_owned())];
    let trigger = call.query.get("triggerId").filter(|trigger| !trigger.is_empty());
    let filter = LogFilter {
        namespace: is(namespace),
        flow: is(flow),
        trigger: trigger.map(is).unwrap_or_default(),
        ..LogFilter::default()
    };
    let permit = Permit::system("the log of a flow is deleted").within(Arc::clone(&call.tenant));
    call.store().delete_logs(&permit, &filter)?;
    Ok(Answer::no_content())
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let of = header(call, call.variable("id"))?.birth.id;
    let permit = Permit::system("the log of an execution is deleted").within(Arc::clone(&call.tenant));
    call.store().delete_logs(&permit, &filter(call)?)?;
    call.app.outlines.forget(of);
    Ok(Answer::no_content())
}

/// First the lines that are kept, then those that come.
pub(crate) async fn follow(call: Arc<Call>) -> Outcome<Answer> {
    let place = Arc::clone(&call.app.followers).try_acquire_owned().map_err(|_| ApiError::busy())?;
    let id = awaited(&call).await?;
    let asking = Arc::clone(&call);
    let filter = call.app.blocking(move || filter(&asking)).await?;
    let (mut events, answer) = Events::begin();
    tokio::spawn(async move {
        // A client that goes away is no mistake.
        let _gone = told(&call, id, &filter, &mut events).await;
        drop(place);
    });
    Ok(answer)
}

async fn told(
    call: &Arc<Call>,
    id: ExecutionId,
    filter: &LogFilter,
    events: &mut Events,
) -> Result<(), Gone> {
    let app = &call.app;
    let mut news = app.hub.follow(id, Topic::Lines);
    events.send("start", &json!({"namespace": "", "flowId": ""})).await?;
    let mut told = BTreeSet::new();
    kept(call, filter, events, &mut told).await?;
    let end = async {
        // Whether it ended or cannot be asked: nothing more comes.
        let _ended = app.runtime.end_of(id).await;
        sleep(LATE).await;
    };
    tokio::pin!(end);
    let deadline = Instant::now() + STREAM_TIME;
    let mut alive = interval(ALIVE);
    alive.reset();
    loop {
        tokio::select! {
            heard = news.recv() => match heard {
                Some(Heard::Line(line)) => {
                    if filter.matches(&line) && told.insert(line.order()) {
                        events.send("progress", &shown(app, &line)).await?;
                    }
                }
                Some(Heard::Changed(_)) => {}
                None => break,
            },
            () = &mut end => break,
            _ = alive.tick() => events.alive().await?,
            () = app.closed() => return Ok(()),
            () = sleep_until(deadline) => return Ok(()),
        }
    }
    kept(call, filter, events, &mut told).await
}

/// Sends what is kept and was not told yet.
async fn kept(
    call: &Arc<Call>,
    filter: &LogFilter,
    events: &mut Events,
    told: &mut BTreeSet<LogOrder>,
) -> Result<(), Gone> {
    let (asking, wanted) = (Arc::clone(call), filter.clone());
    let found = call.app.blocking(move || lines(&asking, &wanted)).await.unwrap_or_default();
    for line in found {
        if told.insert(line.order()) {
            events.send("progress", &shown(&call.app, &line)).await?;
        }
    }
    Ok(())
}
