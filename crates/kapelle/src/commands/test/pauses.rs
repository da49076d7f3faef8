//! Somebody who resumes what is paused, as the fixtures of a test say.

use std::sync::Arc;

use kapelle_engine::plan::Kind;
use kapelle_engine::step::Refused;
use kapelle_model::execution::Execution;
use kapelle_model::permit::Permit;
use kapelle_model::task_run::TaskRun;
use kapelle_model::{Failure, Map, State, Value};
use kapelle_runtime::{Declined, Definition, NotResumed};
use kapelle_store::filter::{Condition, Filter};
use kapelle_store::limits::PAGE_MAX;
use kapelle_store::listing::Page;

use super::results::RunError;
use super::world::{World, broken};

impl World<'_> {
    /// Resumes what is paused and has a fixture. Whether there was anything.
    pub(super) fn resume_pauses(&self) -> Result<bool, RunError> {
        let mut has_resumed = false;
        for execution in self.paused()? {
            has_resumed |= self.resume(&execution)?;
        }
        Ok(has_resumed)
    }

    /// All executions that are paused and that fixtures are for.
    fn paused(&self) -> Result<Vec<Execution>, RunError> {
        let permit = Permit::system("resume what a test wants to be resumed");
        let filter = Filter::of([Condition::State([State::Paused].into())]);
        let page = Page::oldest(PAGE_MAX, None);
        let listing =
            self.runtime.store().executions(&permit, &filter, &page).map_err(|error| broken(&error))?;
        let births = listing.rows.iter().map(|header| &header.birth);
        let wanted = births.filter(|birth| self.stand_ins.is_for(&birth.namespace, &birth.flow));
        let read = wanted.map(|birth| self.runtime.execution(birth.id).map_err(|error| broken(&error)));
        let read: Result<Vec<Option<Execution>>, RunError> = read.collect();
        Ok(read?.into_iter().flatten().collect())
    }

    fn resume(&self, execution: &Execution) -> Result<bool, RunError> {
        let birth = &execution.birth;
        let revision = Some(birth.revision);
        let found = self.runtime.definition(&birth.tenant, &birth.namespace, &birth.flow, revision);
        let Some(definition) = found.map_err(|error| broken(&error))? else { return Ok(false) };
        let mut paused = execution.runs.iter().filter(|run| run.state() == State::Paused);
        // Who resumes an execution means the first one.
        let first = paused.find(|run| is_pause(&definition, &run.task));
        let Some(run) = first.filter(|run| self.stand_ins.has(&run.task, run.value.as_deref())) else {
            return Ok(false);
        };
        let given = self.given(execution, run)?;
        let resumed = self.ground.tokio.block_on(self.runtime.resume(birth.id, &given, None));
        resumed.map_err(|why| declined(run, &why))?;
        Ok(true)
    }

    /// What the fixture gives to a pause.
    fn given(&self, execution: &Execution, run: &TaskRun) -> Result<Arc<Map>, RunError> {
        let given = self.runtime.with_variables(execution.birth.id, Some(run.index), |all| {
            let next = self.stand_ins.next(&run.task, run.value.as_deref(), all.environment());
            let outputs = next.map_or_else(|| Ok(Map::new()), |(_, outputs)| outputs)?;
            Ok::<_, Failure>(match outputs.get("onResume") {
                Some(Value::Map(given)) => Arc::clone(given),
                _ => Arc::default(),
            })
        });
        let given = given.map_err(|error| broken(&error))?.unwrap_or_else(|| Ok(Arc::default()));
        given.map_err(|failure| unfit(run, &failure.to_string()))
    }
}

fn unfit(run: &TaskRun, reason: &str) -> RunError {
    RunError::new(format!("`{}` cannot be resumed with the values of its fixture", run.task)).details(reason)
}

fn is_pause(definition: &Definition, task: &str) -> bool {
    let task = definition.plan.find(task).map(|task| definition.plan.task(task));
    task.is_some_and(|task| matches!(task.kind, Kind::Pause(_)))
}

fn declined(run: &TaskRun, why: &NotResumed) -> RunError {
    let reason = match why {
        NotResumed::Inputs(reason) => return unfit(run, reason),
        NotResumed::Declined(Declined::Refused(Refused::State(words) | Refused::Invalid(words))) => {
            words.clone()
        }
        NotResumed::Declined(Declined::Refused(Refused::Late) | Declined::Missing) => {
            "it has gone on already".to_owned()
        }
        NotResumed::Declined(Declined::Store(error)) => error.to_string(),
    };
    RunError::new(format!("`{}` could not be resumed", run.task)).details(reason)
}
