//! The types that are built in, by name.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use kapelle_model::Failure;
use schemars::Schema;

use crate::context::RunContext;
use crate::read::{Properties, read};
use crate::schema::schema_of;
use crate::task::{ErasedTask, Running, Task};
use crate::trigger::{ErasedTrigger, PollingTrigger, RealtimeTrigger};

/// All types that are built in.
#[derive(Default)]
pub struct Registry {
    tasks: BTreeMap<&'static str, TaskType>,
    triggers: BTreeMap<&'static str, TriggerType>,
    groups: BTreeMap<&'static str, Arc<dyn Group>>,
}

/// A type of task, as a value.
#[derive(Clone)]
pub struct TaskType {
    pub name: &'static str,
    source: Arc<dyn TaskSource>,
}

/// Where tasks of a type come from: a struct in Rust, or data that describes them.
pub trait TaskSource: Send + Sync {
    /// Whether a second run could do harm; see [`Task::HAS_EFFECTS`].
    fn has_effects(&self) -> bool;

    /// A task with these properties; what is missing or has the wrong shape is told in words.
    fn read(&self, properties: &Properties) -> Result<Arc<dyn ErasedTask>, Failure>;

    /// The schema of its properties, with title and description.
    fn properties(&self) -> Schema;

    /// The schema of what it gives.
    fn outputs(&self) -> Schema;

    /// Whether data describes them.
    fn is_data(&self) -> bool {
        false
    }
}

/// The struct `T`.
struct Struct<T>(PhantomData<fn() -> T>);

impl<T: Task> TaskSource for Struct<T> {
    fn has_effects(&self) -> bool {
        T::HAS_EFFECTS
    }

    fn read(&self, properties: &Properties) -> Result<Arc<dyn ErasedTask>, Failure> {
        Ok(Arc::new(read::<T>(properties)?))
    }

    fn properties(&self) -> Schema {
        schema_of::<T>()
    }

    fn outputs(&self) -> Schema {
        schema_of::<T::Output>()
    }
}

/// A type of trigger, as a value.
#[derive(Clone)]
pub struct TriggerType {
    pub name: &'static str,
    /// It listens, and is never asked to look.
    pub is_realtime: bool,
    source: Arc<dyn TriggerSource>,
}

/// Where triggers of a type come from: a struct in Rust, or data that describes them.
pub trait TriggerSource: Send + Sync {
    /// A trigger with these properties; what is missing or has the wrong shape is told in words.
    fn read(&self, properties: &Properties) -> Result<ErasedTrigger, Failure>;

    /// The schema of its properties, with title and description.
    fn properties(&self) -> Schema;

    /// The schema of what it gives.
    fn outputs(&self) -> Schema;

    /// Whether data describes them.
    fn is_data(&self) -> bool {
        false
    }
}

/// The struct `T` of a trigger that looks from time to time.
struct Looking<T>(PhantomData<fn() -> T>);

impl<T: PollingTrigger> TriggerSource for Looking<T> {
    fn read(&self, properties: &Properties) -> Result<ErasedTrigger, Failure> {
        Ok(ErasedTrigger::Polling(Arc::new(read::<T>(properties)?)))
    }

    fn properties(&self) -> Schema {
        schema_of::<T>()
    }

    fn outputs(&self) -> Schema {
        schema_of::<T::Output>()
    }
}

/// The struct `T` of a trigger that listens.
struct Listening<T>(PhantomData<fn() -> T>);

impl<T: RealtimeTrigger> TriggerSource for Listening<T> {
    fn read(&self, properties: &Properties) -> Result<ErasedTrigger, Failure> {
        Ok(ErasedTrigger::Realtime(Arc::new(read::<T>(properties)?)))
    }

    fn properties(&self) -> Schema {
        schema_of::<T>()
    }

    fn outputs(&self) -> Schema {
        schema_of::<T::Output>()
    }
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
        self.task_from(T::TYPE, Arc::new(Struct::<T>(PhantomData)));
    }

    /// Adds a type of task that comes from elsewhere than a struct.
    ///
    /// # Panics
    /// If it is there already.
    pub fn task_from(&mut self, name: &'static str, source: Arc<dyn TaskSource>) {
        let before = self.tasks.insert(name, TaskType { name, source });
        assert!(before.is_none(), "{name} is registered twice");
    }

    /// Adds a type of trigger that looks from time to time.
    ///
    /// # Panics
    /// If it is there already.
    pub fn polling<T: PollingTrigger>(&mut self) {
        self.polling_from(T::TYPE, Arc::new(Looking::<T>(PhantomData)));
    }

    /// Adds a type of trigger that looks from time to time, and comes from elsewhere than a struct.
    ///
    /// # Panics
    /// If it is there already.
    pub fn polling_from(&mut self, name: &'static str, source: Arc<dyn TriggerSource>) {
        self.trigger(TriggerType { name, is_realtime: false, source });
    }

    /// Adds a type of trigger that listens.
    ///
    /// # Panics
    /// If it is there already.
    pub fn realtime<T: RealtimeTrigger>(&mut self) {
        let source = Arc::new(Listening::<T>(PhantomData));
        self.trigger(TriggerType { name: T::TYPE, is_realtime: true, source });
    }

    fn trigger(&mut self, known: TriggerType) {
        let name = known.name;
        let before = self.triggers.insert(name, known);
        assert!(before.is_none(), "{name} is registered twice");
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

    pub fn find_trigger(&self, name: &str) -> Option<&TriggerType> {
        self.triggers.get(name)
    }

    /// All types of triggers, by name.
    pub fn triggers(&self) -> impl Iterator<Item = &TriggerType> {
        self.triggers.values()
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

impl Deref for TaskType {
    type Target = dyn TaskSource;

    fn deref(&self) -> &Self::Target {
        &*self.source
    }
}

impl Deref for TriggerType {
    type Target = dyn TriggerSource;

    fn deref(&self) -> &Self::Target {
        &*self.source
    }
}
