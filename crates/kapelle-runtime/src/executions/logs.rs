//! Lines of logs, as tasks read and delete them.

use std::sync::Arc;

use kapelle_model::effect::Level;
use kapelle_model::{ExecutionId, Failure, Map, Value};
use kapelle_plugin::{LogOrigin, LogQuery};
use kapelle_store::filter::{Range, Test};
use kapelle_store::limits::PAGE_MAX;
use kapelle_store::logs::{LogFilter, LogLine, LogPage};

use super::{TenantExecutions, failed, millis};

impl TenantExecutions {
    pub(super) fn each_line(
        &self,
        of: &LogQuery,
        each: &mut dyn FnMut(Map) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let filter = filter(of)?;
        self.grips.store.flush_logs().map_err(failed)?;
        let mut offset = 0;
        loop {
            let page = LogPage { offset, size: PAGE_MAX, is_newest_first: false, is_counted: false };
            let lines = self.grips.store.logs(&self.permit(), &filter, &page).map_err(failed)?.rows;
            let is_wanted = |line: &&LogLine| of.levels.is_empty() || of.levels.contains(&line.level);
            let wanted = lines.iter().filter(is_wanted);
            wanted.map(|line| self.shown(line)).try_for_each(&mut *each)?;
            if lines.len() < PAGE_MAX as usize {
                return Ok(());
            }
            offset += u64::from(PAGE_MAX);
        }
    }

    pub(super) fn delete_lines(&self, of: &LogQuery) -> Result<u64, Failure> {
        let filter = filter(of)?;
        let mut levels = of.levels.clone();
        levels.sort_unstable();
        levels.dedup();
        if levels.is_empty() {
            return self.grips.store.delete_logs(&self.permit(), &filter).map_err(failed);
        }
        let of_level = |level| LogFilter { level: Some(level), level_max: Some(level), ..filter.clone() };
        let deleted = levels.into_iter().map(|level: Level| {
            self.grips.store.delete_logs(&self.permit(), &of_level(level)).map_err(failed)
        });
        deleted.sum()
    }

    /// A line with the fields that clients know.
    fn shown(&self, line: &LogLine) -> Map {
        let text = |text: &Arc<str>| Value::from(&**text);
        let run = line.execution.zip(line.run).map(|(id, run)| (self.grips.run_ids)(id, run));
        let entries = [
            ("tenantId", Some(text(&line.tenant))),
            ("namespace", Some(text(&line.namespace))),
            ("flowId", Some(text(&line.flow))),
            ("taskId", line.task.as_ref().map(text)),
            ("executionId", line.execution.map(|id| Value::from(&*id.to_string()))),
            ("taskRunId", run.map(|run| Value::from(&*run))),
            ("attemptNumber", line.run.map(|_| Value::Int(i64::from(line.attempt)))),
            ("triggerId", line.trigger.as_ref().map(text)),
            ("timestamp", Some(Value::Instant(crate::clock::timestamp(line.at)))),
            ("level", Some(Value::from(line.level.name()))),
            ("message", Some(text(&line.message))),
        ];
        entries.into_iter().filter_map(|(name, value)| Some((Arc::from(name), value?))).collect()
    }
}

fn filter(of: &LogQuery) -> Result<LogFilter, Failure> {
    let is = |text: &Option<String>| text.iter().cloned().map(Test::Is).collect::<Vec<_>>();
    let execution = of.execution.as_ref().map(|id| {
        ExecutionId::parse(id).ok_or_else(|| Failure::new(format!("`{id}` is not the id of an execution")))
    });
    let tasks = (!of.tasks.is_empty()).then(|| Test::In(of.tasks.iter().cloned().collect()));
    Ok(LogFilter {
        execution: execution.transpose()?,
        is_of_execution: match of.origin {
            LogOrigin::All => None,
            LogOrigin::Executions => Some(true),
            LogOrigin::Others => Some(false),
        },
        namespace: is(&of.namespace),
        flow: is(&of.flow),
        task: tasks.into_iter().collect(),
        at: Range { from: of.from.map(millis), until: of.until.map(millis) },
        ..LogFilter::default()
    })
}
