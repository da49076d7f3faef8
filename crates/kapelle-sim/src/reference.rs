//! What the documented semantics say will become of an execution: a second, small and slow reading of them.
//!
//! This is written from sections 3 to 5 of the flow language and knows nothing of the engine. It has no time, no events
//! and no queue: a group is a function that runs its tasks, one after the other, and says how they ended. That works
//! because how a task ends depends only on what it is and how its workers end (the [`Oracle`]), not on when.
//!
//! Where it does depend on who is faster, nothing is said. If one of several tasks that run side by side fails, the
//! group fails; how far the others came is open, and so are the executions that they started. If two of them would end
//! the whole execution in different ways, nothing can be said at all ([`Unclear`]).

mod calls;
mod forecast;
mod groups;
mod life;
mod lists;
mod pauses;
mod render;
mod side_by_side;
mod spot;
mod work;

use std::collections::BTreeMap;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::flow;
use kapelle_model::flow::{Flow, Task};
use kapelle_model::{Node, Span, State};

use crate::oracle::{Oracle, retry_lineage};
pub use forecast::{Forecast, Forecasts, Told};
use life::{Life, Scope};

/// Nothing can be said, since it depends on who is faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclear;

type Clear<T> = Result<T, Unclear>;

/// A flow as it was written.
pub struct Known {
    pub root: Node,
    pub flow: Flow,
}

impl Known {
    /// Reads a flow that has no mistakes in it.
    pub fn read(source: &str) -> Self {
        let reading = kapelle_core::yaml::read(source, Span::new(0, source.len() as u32));
        let root = reading.root.expect("generated flows can be read");
        let flow = flow::read(&root, Catalogue::bundled());
        Self { root, flow }
    }
}

/// Who looks ahead.
pub struct Reference<'a> {
    flows: &'a BTreeMap<String, Known>,
    oracle: Oracle,
    told: Forecasts,
}

/// Says what becomes of an execution of a flow, and of all that it starts.
pub fn foretell(
    flows: &BTreeMap<String, Known>,
    oracle: Oracle,
    flow: &str,
    lineage: &str,
) -> Clear<Forecasts> {
    let mut reference = Reference { flows, oracle, told: Forecasts::default() };
    let known = flows.get(flow).ok_or(Unclear)?;
    reference.execution(known, lineage, None)?;
    Ok(reference.told)
}

impl<'a> Reference<'a> {
    /// The state that an execution ends in; of one that is tried again as a whole, that of the last try.
    fn execution(&mut self, known: &'a Known, lineage: &str, scope: Option<Scope<'a>>) -> Clear<State> {
        let mut attempt = 1;
        loop {
            let lineage = retry_lineage(lineage, attempt);
            let (state, forecast) = Life::new(self, known, &lineage, attempt, scope).run()?;
            self.told.add(lineage, forecast);
            if state != State::Retried {
                return Ok(state);
            }
            attempt += 1;
        }
    }

    /// The flow that a task calls, if it is there and runs.
    fn called(&self, task: &Task) -> Option<&'a Known> {
        let name = task.property("flowId").and_then(Node::scalar_text)?;
        self.flows.get(&name).filter(|known| !known.flow.disabled)
    }
}

#[cfg(test)]
mod tests;
