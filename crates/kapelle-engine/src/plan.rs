//! What the engine knows of a flow: a revision, read once and shared by all its executions.
//!
//! The tasks stand in one list; they know each other by their places in it. Nothing is refused here: what is wrong with
//! a flow is told by the checks, and what they let through fails when its turn comes.

mod flowable;
mod read;
mod retry;
mod subflow;
mod task;

use std::collections::HashMap;
use std::sync::Arc;

use kapelle_core::language::Language;
use kapelle_model::Map;
use kapelle_model::execution::Labels;
use kapelle_model::flow::BranchKind;

use crate::checks::Checks;
use crate::conditions::Conditions;
use crate::flow_trigger::FlowTrigger;
use crate::inputs::Inputs;
use crate::outputs::Outputs;
use crate::quotas::Quotas;
use crate::schedule::Schedule;
use crate::sla::Agreements;
use crate::triggers::Trigger;
use crate::webhook::Webhook;
use kapelle_core::property::Property;

pub use flowable::{Backoff, Dag, Each, GroupRetry, Loop, Pause, PauseEnd, Spread, Template, Until};
pub use retry::{Delay, Retry};
pub use subflow::{Batch, Subflow};
pub use task::{Kind, OnLost, Place, Task, Update};

/// The place of a task in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskIndex(pub u32);

/// A revision of a flow, ready to be run.
#[derive(Debug)]
pub struct Plan {
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub revision: u32,
    pub language: Language,
    pub disabled: bool,
    /// Why it cannot be run as it is written.
    pub failures: Vec<String>,
    pub labels: Labels,
    pub variables: Arc<Map>,
    /// Variables of its namespace and those above it.
    pub namespace_variables: Arc<Map>,
    pub inputs: Inputs,
    pub outputs: Outputs,
    pub retry: Option<Arc<Retry>>,
    pub concurrency: Option<Concurrency>,
    pub quotas: Quotas,
    pub agreements: Agreements,
    pub checks: Checks,
    pub triggers: Box<[Trigger]>,
    pub schedules: Box<[Schedule]>,
    pub flow_triggers: Box<[FlowTrigger]>,
    /// In their order: of those with the same key the first one is called.
    pub webhooks: Box<[Webhook]>,
    pub lists: Lists,
    pub after_execution: Box<[TaskIndex]>,
    pub listeners: Box<[Listener]>,
    pub tasks: Box<[Task]>,
    by_id: HashMap<Arc<str>, TaskIndex>,
}

/// The lists of tasks of a flow or a flowable, without those that are disabled.
#[derive(Debug, Default)]
pub struct Lists {
    /// What runs; of an If or a Switch, of which one list is chosen, there are several.
    pub main: Box<[(BranchKind, Box<[TaskIndex]>)]>,
    pub errors: Box<[TaskIndex]>,
    pub finally: Box<[TaskIndex]>,
}

/// Tasks that run after the end of an execution if their conditions hold.
#[derive(Debug)]
pub struct Listener {
    pub conditions: Conditions,
    pub tasks: Box<[TaskIndex]>,
}

/// How many executions may run at the same time.
#[derive(Debug)]
pub struct Concurrency {
    pub limit: u32,
    pub behavior: Overflow,
    /// Executions with different keys do not count together.
    pub key: Option<Key>,
}

/// What makes the keys of executions.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub source: Arc<str>,
    pub value: Property,
}

/// What becomes of an execution beyond a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    #[default]
    Queue,
    Cancel,
    Fail,
}

impl Plan {
    /// Bytes it takes in memory, roughly: its structures, the texts of its properties, and the trees of its templates as
    /// many times their text as trees usually are.
    pub fn bytes(&self) -> usize {
        let properties =
            |task: &Task| task.properties.iter().map(|(_, property)| property.bytes()).sum::<usize>();
        let tasks: usize = self.tasks.iter().map(|task| size_of::<Task>() + properties(task)).sum();
        let names = self.by_id.capacity() * (size_of::<(Arc<str>, TaskIndex)>() + 1);
        size_of::<Self>() + tasks + names
    }

    pub fn task(&self, index: TaskIndex) -> &Task {
        &self.tasks[index.0 as usize]
    }

    /// What becomes of an execution of this revision beyond the limit.
    pub fn on_full(&self) -> Overflow {
        self.concurrency.as_ref().map_or(Overflow::Queue, |concurrency| concurrency.behavior)
    }

    pub fn find(&self, id: &str) -> Option<TaskIndex> {
        self.by_id.get(id).copied()
    }

    pub fn trigger(&self, id: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| *trigger.id == *id)
    }

    /// The tasks around a task, the nearest first.
    pub fn ancestors(&self, index: TaskIndex) -> impl Iterator<Item = &Task> {
        std::iter::successors(self.task(index).parent, |index| self.task(*index).parent)
            .map(|index| self.task(index))
    }
}

impl Lists {
    /// The one list of tasks of everything that has only one.
    pub fn tasks(&self) -> &[TaskIndex] {
        self.main.first().map_or(&[], |(_, tasks)| tasks)
    }

    pub fn branch(&self, wanted: &BranchKind) -> Option<&[TaskIndex]> {
        self.main.iter().find(|(kind, _)| kind == wanted).map(|(_, tasks)| &**tasks)
    }
}

#[cfg(test)]
pub(crate) mod tests;
