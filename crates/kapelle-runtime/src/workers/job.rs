//! A dispatch with everything that a worker needs for it, taken from the execution at the moment of the dispatch.

use std::sync::Arc;

use kapelle_core::property::Property;
use kapelle_engine::live::Live;
use kapelle_engine::plan::{Task, TaskIndex};
use kapelle_engine::variables::Variables;
use kapelle_engine::world::World;
use kapelle_model::effect::{Dispatch, Level, Work};
use kapelle_model::execution::Birth;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{Map, Value};
use kapelle_plugin::Place;

use super::Key;
use crate::activity::Busy;
use crate::definitions::Definition;

pub(crate) struct Job {
    pub(super) definition: Arc<Definition>,
    pub(super) task: TaskIndex,
    pub(super) dispatch: Dispatch,
    pub(super) place: Arc<Place>,
    pub(super) birth: Arc<Birth>,
    /// What expressions see.
    pub(super) variables: Map,
    pub(super) busy: Busy,
}

impl Job {
    /// Nothing, if the execution has no such task run.
    pub(crate) fn new(
        definition: &Arc<Definition>,
        live: &Live,
        dispatch: &Dispatch,
        world: &World<'_>,
        busy: Busy,
    ) -> Option<Self> {
        let birth = &live.execution().birth;
        let task = definition.plan.find(&live.execution().run(dispatch.run)?.task)?;
        let place = place(definition, live, dispatch.run, world)?;
        let variables = Variables::new(&definition.plan, live, Some(dispatch.run), world, &[]);
        let place = Place { attempt: dispatch.attempt, fence: dispatch.fence, ..place };
        Some(Self {
            definition: Arc::clone(definition),
            task,
            dispatch: dispatch.clone(),
            place: Arc::new(place),
            birth: Arc::clone(birth),
            variables: variables.snapshot(definition.reads_states(task)),
            busy,
        })
    }

    pub(super) fn key(&self) -> Key {
        (self.birth.id, self.dispatch.run, self.dispatch.fence)
    }

    /// Whether the lines of the attempt go into a file instead of the log.
    pub(super) fn logs_to_file(&self) -> bool {
        self.dispatch.work == Work::Run && logs_to_file(self.definition.plan.task(self.task))
    }

    /// The level from which the task wants its lines to be kept.
    pub(super) fn least_level(&self) -> Level {
        let written = match self.definition.plan.task(self.task).property("logLevel") {
            Some(Property::Fixed(Value::Str(text))) => Level::from_name(text.expose()),
            _ => None,
        };
        written.unwrap_or(Level::Trace)
    }
}

/// Whether what a task says goes into files.
pub(crate) fn logs_to_file(task: &Task) -> bool {
    matches!(task.property("logToFile"), Some(Property::Fixed(Value::Bool(true))))
}

/// The place of the last attempt of a task run.
pub(crate) fn place(definition: &Definition, live: &Live, run: RunIndex, world: &World<'_>) -> Option<Place> {
    let execution = live.execution();
    let birth = &execution.birth;
    let run = execution.run(run)?;
    let planned = definition.plan.task(definition.plan.find(&run.task)?);
    Some(Place {
        tenant: Arc::clone(&birth.tenant),
        namespace: Arc::clone(&birth.namespace),
        flow: Arc::clone(&birth.flow),
        revision: birth.revision,
        execution: birth.id,
        task: Arc::clone(&planned.id),
        is_trigger: false,
        type_name: Arc::clone(&planned.type_name),
        run: run.index,
        run_id: world.chance.run(birth.id, run.index).into(),
        value: run.value.clone(),
        attempt: (run.attempts.len() as u32).saturating_sub(1),
        fence: run.fence,
    })
}
