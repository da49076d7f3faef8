//! The state of one rendering: what it may use, what it has used, and its local variables.

use super::environment::{Environment, Settings};
use super::error::{Error, Outcome};
use super::services::Services;

pub struct Run<'e> {
    environment: Environment<'e>,
    steps_left: u64,
    bytes_left: usize,
}

/// Steps between two looks at the clock.
const STEPS_PER_LOOK: u64 = 1024;

/// Bytes that cost one step, so that work on large values counts as work.
const BYTES_PER_STEP: usize = 64;

impl<'e> Run<'e> {
    pub fn new(environment: Environment<'e>) -> Self {
        let limits = environment.settings.limits;
        Self { environment, steps_left: limits.steps, bytes_left: limits.memory_bytes }
    }

    pub fn settings(&self) -> &'e Settings {
        self.environment.settings
    }

    pub fn services(&self) -> &'e dyn Services {
        self.environment.services
    }

    /// The value of a name of the context; local variables are not looked at.
    pub fn context(&self, name: &str) -> Option<&'e kapelle_model::Value> {
        self.environment.context.get(name)
    }

    /// A map of all names there are with their values.
    pub fn all_variables(&mut self) -> Outcome<kapelle_model::Map> {
        let names = self.environment.context.names();
        self.allocate(names.len() * size_of::<kapelle_model::Value>())?;
        let values =
            names.into_iter().map(|name| (name.into(), self.context(name).cloned().unwrap_or_default()));
        Ok(values.collect())
    }

    /// Takes `count` steps from the budget. Loops of builtins over their input need none: [`Run::allocate`] counts them.
    pub fn step(&mut self, count: u64) -> Outcome<()> {
        let before = self.steps_left;
        self.steps_left = before.checked_sub(count).ok_or_else(|| {
            Error::limit(format!("the expression takes more than {} steps", self.settings().limits.steps))
                .help("do less in one expression: loop over less, or leave the work to a task")
        })?;
        if before / STEPS_PER_LOOK != self.steps_left / STEPS_PER_LOOK && self.services().is_late() {
            return Err(Error::limit("the expression takes too long").help("leave the work to a task"));
        }
        Ok(())
    }

    /// Takes the bytes of a value about to be made from the budget.
    pub fn allocate(&mut self, bytes: usize) -> Outcome<()> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or_else(|| {
            let limit = self.settings().limits.memory_bytes;
            Error::limit(format!("the values of the expression take more than {limit} bytes"))
                .help("work on smaller values, or leave the work to a task")
        })?;
        self.step((bytes / BYTES_PER_STEP) as u64)
    }

    /// The most bytes that the next value may have.
    pub fn bytes_left(&self) -> usize {
        self.bytes_left
    }
}
