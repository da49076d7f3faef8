//! Errors that an execution logged.

use std::thread;
use std::time::Duration;

use kapelle_core::expression::{Error, Outcome};
use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, Map, Value};
use kapelle_store::limits::PAGE_MAX;
use kapelle_store::logs::{LogFilter, LogLine, LogPage};

use super::DeskSettings;
use crate::clock::timestamp;

/// How long it waits before it looks again.
const PAUSE: Duration = Duration::from_millis(100);

/// The first errors of an execution, the oldest first. Lines are written a moment after they were said, so the first one
/// is waited for.
pub(super) fn errors(
    settings: &DeskSettings,
    execution: ExecutionId,
    limit: usize,
    patience: Duration,
) -> Outcome<Vec<Map>> {
    let mut waited = Duration::ZERO;
    loop {
        let lines = lines(settings, execution, limit)?;
        if !lines.is_empty() || waited >= patience {
            return Ok(lines.iter().map(|line| entry(settings, line)).collect());
        }
        thread::sleep(PAUSE);
        waited += PAUSE;
    }
}

fn lines(settings: &DeskSettings, execution: ExecutionId, limit: usize) -> Outcome<Vec<LogLine>> {
    let filter = LogFilter { level: Some(Level::Error), ..LogFilter::of(execution) };
    let size = u32::try_from(limit).unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let page = LogPage { offset: 0, size, is_newest_first: false, is_counted: false };
    let written = settings.store.flush_logs();
    let read = written.and_then(|()| settings.store.logs(&Permit::system("errorLogs()"), &filter, &page));
    read.map(|listing| listing.rows).map_err(|error| Error::io(format!("the logs cannot be read: {error}")))
}

/// A line with the fields that clients know.
fn entry(settings: &DeskSettings, line: &LogLine) -> Map {
    let run = line.execution.zip(line.run).map(|(execution, run)| (settings.run_ids)(execution, run));
    let text = |text: &str| Some(Value::from(text));
    let fields = [
        ("tenantId", text(&line.tenant)),
        ("namespace", text(&line.namespace)),
        ("flowId", text(&line.flow)),
        ("taskId", line.task.as_deref().and_then(text)),
        ("executionId", line.execution.and_then(|id| text(&id.to_string()))),
        ("taskRunId", run.as_deref().and_then(text)),
        ("attemptNumber", line.run.map(|_| Value::Int(line.attempt.into()))),
        ("triggerId", line.trigger.as_deref().and_then(text)),
        ("timestamp", text(&timestamp(line.at).to_string())),
        ("level", text(line.level.name())),
        ("message", text(&line.message)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}
