//! The log of an execution.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kapelle_model::ExecutionId;
use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_store::logs::{LogFilter, LogLine, LogOrder, LogPage};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, interval, sleep, sleep_until};

use super::executions::follow::awaited;
use super::executions::{header, run_of, whole};
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::hub::{Heard, Topic};
use crate::limits::STREAM_TIME;
use crate::stream::{ALIVE, Events, Gone};
use crate::views::{log, moment};

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
    let mut filter = LogFilter::of(id);
    if let Some(run) = call.query.get("taskRunId").filter(|run| !run.is_empty()) {
        filter.run = Some(run_of(call.runtime(), &whole(call, name)?, run)?);
    }
    if let Some(task) = call.query.get("taskId").filter(|task| !task.is_empty()) {
        filter.task.push(kapelle_store::filter::Test::Is(task.to_owned()));
    }
    filter.attempt = call.number("attempt")?;
    let level = call.query.get("minLevel").or_else(|| call.query.get("filters[level][EQUALS]"));
    let level = level.or_else(|| call.query.get("filters[level][GREATER_THAN_OR_EQUAL_TO]"));
    if let Some(level) = level.filter(|level| !level.is_empty()) {
        let wrong = || ApiError::invalid_entity(format!("minLevel: there is no level `{level}`"));
        filter.level = Some(Level::from_name(level).ok_or_else(wrong)?);
    }
    Ok(filter)
}

/// All lines that match, the oldest first; also of an execution that was deleted without its log.
fn lines(call: &Call, filter: &LogFilter) -> Outcome<Vec<LogLine>> {
    let mut lines: Vec<LogLine> = Vec::new();
    while lines.len() < LINES_MAX {
        let offset = lines.len() as u64;
        let page = LogPage { offset, size: STEP, is_newest_first: false, is_counted: false };
        let rows = call.store().logs(&call.permit, filter, &page)?.rows;
        let is_last = rows.len() < STEP as usize;
        lines.extend(rows);
        if is_last {
            break;
        }
    }
    Ok(lines)
}

fn shown(app: &App, line: &LogLine) -> Json {
    log::line(line, &|line| Some(app.runtime.run_id(line.execution?, line.run?)))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let lines = lines(call, &filter(call)?)?;
    Ok(Answer::json(&lines.iter().map(|line| shown(&call.app, line)).collect()))
}

pub(crate) fn download(call: &Call) -> Outcome<Answer> {
    let lines = lines(call, &filter(call)?)?;
    let mut text = String::new();
    for line in &lines {
        text.push_str(&[&moment(line.at), " ", line.level.name(), " ", &line.message, "\n"].concat());
    }
    Ok(Answer::download(text, "text/plain; charset=utf-8", &format!("{}.log", call.variable("id"))))
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    header(call, call.variable("id"))?;
    let permit = Permit::system("the log of an execution is deleted").within(Arc::clone(&call.tenant));
    call.store().delete_logs(&permit, &filter(call)?)?;
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
    events.send("start", &json!({"namespace": "", "flowId": "", "executionId": id.to_string()})).await?;
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
