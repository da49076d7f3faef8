//! The types that are built in, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Failure;
use schemars::{Schema, schema_for};

use crate::context::RunContext;
use crate::read::{Properties, read};
use crate::task::{ErasedTask, Running, Task};

/// All types that are built in.
#[derive(Default)]
pub struct Registry {
    tasks: BTreeMap<&'static str, TaskType>,
    groups: BTreeMap<&'static str, Arc<dyn Group>>,
}

/// A type of task, as a value.
#[derive(Clone, Copy)]
pub struct TaskType {
    pub name: &'static str,
    pub has_effects: bool,
    read: fn(&Properties) -> Result<Arc<dyn ErasedTask>, Failure>,
    properties: fn() -> Schema,
    outputs: fn() -> Schema,
}

/// A task that has a beginning and an end on a worker, and tasks of its own between them: it keeps a directory for them.
pub trait Group: Send + Sync {
    /// Prepares the directory.
    fn open<'a>(&'a self, properties: &'a Properties, cx: &'a RunContext) -> Running<'a>;

    /// Collects what the tasks left in it. The directory is thrown away by whoever calls.
    fn close<'a>(&'a self, properties: &'a Properties, cx: &'a RunContext) -> Running<'a>;

    /// The schema of its properties, with title and description, without those that hold tasks.
    fn properties(&self) -> Schema;

    /// The schema of what it gives.
    fn outputs(&self) -> Schema;
}

impl Registry {
    /// Adds a type of task.
    ///
    /// # Panics
    /// If it is there already.
    pub fn task<T: Task>(&mut self) {
        let known = TaskType {
            name: T::TYPE,
            has_effects: T::HAS_EFFECTS,
            read: |properties| Ok(Arc::new(read::<T>(properties)?)),
            properties: || schema_for!(T),
            outputs: || schema_for!(T::Output),
        };
        let before = self.tasks.insert(T::TYPE, known);
        assert!(before.is_none(), "{} is registered twice", T::TYPE);
    }

    /// Adds a type of group.
    ///
    /// # Panics
    /// If it is there already.
    pub fn group(&mut self, name: &'static str, group: impl Group + 'static) {
        let before = self.groups.insert(name, Arc::new(group));
        assert!(before.is_none(), "{name} is registered twice");
    }

    pub fn find(&self, name: &str) -> Option<&TaskType> {
        self.tasks.get(name)
    }

    pub fn find_group(&self, name: &str) -> Option<&Arc<dyn Group>> {
        self.groups.get(name)
    }

    /// All types of groups, by name.
    pub fn groups(&self) -> impl Iterator<Item = (&'static str, &Arc<dyn Group>)> {
        self.groups.iter().map(|(name, group)| (*name, group))
    }

    /// All types of tasks, by name.
    pub fn tasks(&self) -> impl Iterator<Item = &TaskType> {
        self.tasks.values()
    }
}

impl TaskType {
    /// A task with these properties; what is missing or has the wrong shape is told in words.
    pub fn read(&self, properties: &Properties) -> Result<Arc<dyn ErasedTask>, Failure> {
        (self.read)(properties)
    }

    /// The schema of its properties, with title and description.
    pub fn properties(&self) -> Schema {
        (self.properties)()
    }

    /// The schema of what it gives.
    pub fn outputs(&self) -> Schema {
        (self.outputs)()
    }
}
