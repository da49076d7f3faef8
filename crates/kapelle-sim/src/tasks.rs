//! Stand-ins for the plugins of the core tasks: what they give, log and refuse, over the files and keys of a shelf.
//!
//! Tasks that only the engine understands (flowables, subflows, labels, variables, exits) are not here. A task of a
//! type that nobody stands in for fails and says so.

mod batches;
mod debug;
mod directory;
mod execution;
mod files;
mod items;
mod keys;
mod log;
mod metric;
mod output;
mod properties;
mod sleep;
mod storage;
mod templated;

use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_core::expression::environment::Environment;
use kapelle_core::property::Property;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};

pub use directory::Directory;
pub use files::{execution_folder, slug};
pub use items::outputs_uri;

use crate::shelf::Shelf;

/// What a worker was given: a task with the moment's view on its execution.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The full current name of the type.
    pub type_name: &'a str,
    /// With what plugin defaults add.
    pub properties: &'a [(Arc<str>, Property)],
    pub environment: Environment<'a>,
    pub place: Place<'a>,
    pub shelf: &'a Shelf,
}

/// Whose task it is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub namespace: &'a str,
    pub flow: &'a str,
    pub execution: &'a str,
    pub task: &'a str,
    pub run: &'a str,
}

/// What a task did. It failed if there is a failure; outputs made before stay.
#[derive(Debug, Default, PartialEq)]
pub struct Done {
    pub outputs: Map,
    pub logs: Vec<(Level, Text)>,
    pub failure: Option<Failure>,
    /// How long it keeps its worker. Time passes only in the host.
    pub sleep: SignedDuration,
    pub metrics: Vec<Metric>,
}

/// A number that a task recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub name: Text,
    pub value: f64,
}

impl Done {
    /// It failed before it did anything.
    pub(crate) fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    fn log(&mut self, level: Level, message: impl Into<Text>) {
        self.logs.push((level, message.into()));
    }

    fn output(&mut self, name: &str, value: impl Into<Value>) {
        self.outputs.insert(name.into(), value.into());
    }

    fn count(&mut self, name: &str, count: u32) {
        self.metrics.push(Metric { name: name.into(), value: f64::from(count) });
    }
}

/// Runs a task to its end.
pub fn run(work: &Work<'_>) -> Done {
    let mut done = Done::default();
    if let Err(failure) = perform(work, &mut done) {
        done.failure = Some(failure);
    }
    done
}

fn perform(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let name = work.type_name.strip_prefix("io.kestra.plugin.core.").unwrap_or(work.type_name);
    match name {
        "debug.Echo" => debug::echo(work, done),
        "debug.Return" => debug::give(work, done),
        "execution.Assert" => execution::assert(work, done),
        "execution.Fail" => execution::fail(work, done),
        "flow.ForEachItem$ForEachItemSplit" => items::split(work, done),
        "flow.ForEachItem$ForEachItemMergeOutputs" => items::merge(work, done),
        "flow.Sleep" => sleep::sleep(work, done),
        "kv.Delete" => keys::delete(work, done),
        "kv.Get" => keys::get(work, done),
        "kv.Set" => keys::set(work),
        "log.Log" => log::log(work, done),
        "metric.Publish" => metric::publish(work, done),
        "output.OutputValues" => output::values(work, done),
        "storage.Concat" => storage::concat(work, done),
        "storage.DeduplicateItems" => storage::deduplicate(work, done),
        "storage.Delete" => storage::delete(work, done),
        "storage.FilterItems" => storage::filter(work, done),
        "storage.Reverse" => storage::reverse(work, done),
        "storage.Size" => storage::size(work, done),
        "storage.Split" => storage::split(work, done),
        "storage.Write" => storage::write(work, done),
        "templating.TemplatedTask" => templated::run(work, done),
        _ => Err(Failure::new(format!(
            "nothing stands in for a task of type `{}`: add it to the stand-ins, or use another type",
            work.type_name
        ))),
    }
}

#[cfg(test)]
mod tests;
