//! What a task may know of an execution.

use jiff::Timestamp;
use kapelle_model::execution::Execution;
use kapelle_model::{ExecutionId, Failure, Millis};
use kapelle_plugin::{Told, ToldRun};
use kapelle_store::store::Values;

use super::{TenantExecutions, failed};

impl TenantExecutions {
    pub(super) fn tell_of(&self, id: &str) -> Result<Option<Told>, Failure> {
        let Some(id) = ExecutionId::parse(id) else { return Ok(None) };
        let found = self.grips.store.execution(id, Values::Named).map_err(failed)?;
        let found = found.filter(|execution| execution.birth.tenant == self.tenant);
        Ok(found.map(|execution| self.told_of(&execution)))
    }

    fn told_of(&self, execution: &Execution) -> Told {
        let (birth, head) = (&execution.birth, &execution.head);
        let runs = execution.runs.iter().map(|run| ToldRun {
            id: (self.grips.run_ids)(birth.id, run.index),
            task: run.task.to_string(),
            value: run.value.as_deref().map(Into::into),
            state: run.state(),
            failure: run.failure().map(|failure| failure.message.clone()),
        });
        Told {
            id: birth.id.to_string(),
            namespace: birth.namespace.to_string(),
            flow: birth.flow.to_string(),
            revision: birth.revision,
            state: execution.state(),
            start: moment(head.history.started()),
            end: head.history.ended().map(moment),
            labels: head.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            runs: runs.collect(),
        }
    }
}

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at.0).unwrap_or_default()
}
