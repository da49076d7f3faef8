//! What stays when the process dies.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use kapelle_model::event::Order;
use kapelle_model::execution::{Child, Execution, Parent};
use kapelle_model::{ExecutionId, State};

/// Executions, and orders from one to another that are not carried out yet.
#[derive(Default)]
pub struct Disk {
    pub rows: BTreeMap<ExecutionId, Row>,
    pub parcels: VecDeque<Parcel>,
    /// Executions by flow and state, as they are counted with every change.
    pub counts: BTreeMap<(Arc<str>, State), i64>,
    sent: u64,
}

/// An execution, and where it comes from.
pub struct Row {
    pub execution: Execution,
    /// As the last change of it said.
    pub is_at_rest: bool,
    pub flow: Arc<str>,
    /// The lineage of the first of those that try the same again.
    pub stem: String,
    pub lineage: String,
}

/// An order from one execution to another. It is written with what caused it, and taken away with what it causes.
pub struct Parcel {
    pub number: u64,
    pub to: ExecutionId,
    pub order: Order,
    /// Who has to know if it could not be carried out.
    pub from: Parent,
}

impl Disk {
    pub fn send(&mut self, to: ExecutionId, order: Order, from: Parent) {
        self.sent += 1;
        self.parcels.push_back(Parcel { number: self.sent, to, order, from });
    }

    /// The version of an execution that is kept.
    pub fn version(&self, id: ExecutionId) -> Option<u64> {
        self.rows.get(&id).map(|row| row.execution.head.version)
    }

    pub fn take_parcel(&mut self, number: u64) {
        self.parcels.retain(|parcel| parcel.number != number);
    }

    /// Counts a change of state.
    pub fn count(&mut self, id: ExecutionId, from: State, to: State) {
        let Some(row) = self.rows.get(&id) else { return };
        *self.counts.entry((Arc::clone(&row.flow), from)).or_default() -= 1;
        *self.counts.entry((Arc::clone(&row.flow), to)).or_default() += 1;
    }

    /// What another execution knows of a child, if it is still about this one.
    pub fn child(&self, parent: Parent, id: ExecutionId) -> Option<&Child> {
        let row = self.rows.get(&parent.execution)?;
        let child = row.execution.children.get(&(parent.run, parent.iteration))?;
        (child.id == id).then_some(child)
    }

    /// Executions that task runs of this one started, also those that took over from one of them.
    pub fn started_by(&self, id: ExecutionId) -> Vec<ExecutionId> {
        let is_child = |row: &&Row| row.execution.birth.parent.is_some_and(|parent| parent.execution == id);
        self.rows.values().filter(is_child).map(|row| row.execution.birth.id).collect()
    }
}

impl Row {
    /// Nothing of it is left to be done: it has ended, and so has everything that comes after its end.
    pub fn is_over(&self) -> bool {
        self.execution.state().is_terminal()
            && self.execution.runs.iter().all(|run| run.state().is_terminal())
    }
}
