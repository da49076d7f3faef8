//! Executions: how they change, and how they go.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::delta::Delta;
use kapelle_model::event::Due;
use kapelle_model::execution::{Head, Slot};
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;

use super::rows::{Kept, RUN_FIRST, RUN_LAST, Rows};
use crate::error::{Conflict, Result};
use crate::listing::Header;
use crate::store::Counted;
use crate::transaction::{OrderId, Wake};

impl Rows {
    pub(super) fn change_execution(&mut self, delta: Delta) -> Result<()> {
        let id = delta.id;
        let old = self.executions.get(&id).map(|kept| kept.header.clone());
        let birth = match (&old, delta.birth) {
            (None, Some(birth)) => birth,
            (Some(old), None) if old.head.version + 1 == delta.head.version => Arc::clone(&old.birth),
            _ => {
                let kept = old.map(|old| old.head.version);
                return Err(Conflict::Version { execution: id, kept, written: delta.head.version }.into());
            }
        };
        for index in &delta.removed {
            self.runs.remove(&(id, *index));
            self.remove_children(id, *index, *index);
        }
        for run in delta.runs {
            self.runs.put((id, run.index), run);
        }
        for ((run, iteration), child) in delta.children {
            self.children.put((id, run, iteration), child);
        }
        if let Some(old) = &old {
            self.count(old, false);
        }
        if let Some(parent) = &birth.parent {
            self.born_by.put((parent.execution, id), ());
        }
        self.note_work(id, &delta.head, delta.is_at_rest);
        let header = Header { birth, head: delta.head };
        self.count(&header, true);
        self.executions.put(id, Kept { header, is_at_rest: delta.is_at_rest });
        Ok(())
    }

    /// Deletes executions, each of which must be at rest with all that it hangs together with.
    pub(super) fn purge(&mut self, ids: &[ExecutionId]) -> Result<()> {
        ids.iter().try_for_each(|id| self.check_rest(*id))?;
        for id in ids {
            self.remove_execution(*id);
        }
        Ok(())
    }

    fn check_rest(&self, id: ExecutionId) -> Result<()> {
        let Some(kept) = self.executions.get(&id) else { return Ok(()) };
        let is_open = |id: &ExecutionId| self.executions.get(id).is_some_and(|kept| !kept.is_at_rest);
        let parent = kept.header.birth.parent.map(|parent| parent.execution);
        let mut children = self.children_of(id);
        let why = if !kept.is_at_rest {
            "it is not over"
        } else if parent.is_some_and(|parent| is_open(&parent)) {
            "the execution that started it is not over"
        } else if children.any(|child| is_open(&child)) {
            "an execution that it started is not over"
        } else {
            return Ok(());
        };
        Err(Conflict::Held { execution: id, why }.into())
    }

    fn children_of(&self, id: ExecutionId) -> impl Iterator<Item = ExecutionId> {
        let all = (id, ExecutionId(0))..=(id, ExecutionId(u128::MAX));
        self.born_by.range(all).map(|((_, child), ())| *child)
    }

    fn remove_execution(&mut self, id: ExecutionId) {
        let Some(kept) = self.executions.get(&id).cloned() else { return };
        self.count(&kept.header, false);
        let runs: Vec<_> = self.runs.range((id, RUN_FIRST)..=(id, RUN_LAST)).map(|(key, _)| *key).collect();
        self.runs.remove_all(runs);
        self.remove_children(id, RUN_FIRST, RUN_LAST);
        self.remove_waiting(id);
        if let Some(parent) = &kept.header.birth.parent {
            self.born_by.remove(&(parent.execution, id));
        }
        self.unfinished.remove(&id);
        self.slots.remove(&id);
        self.executions.remove(&id);
    }

    fn remove_children(&mut self, id: ExecutionId, first: RunIndex, last: RunIndex) {
        let all = (id, first, 0)..=(id, last, u32::MAX);
        let children: Vec<_> = self.children.range(all).map(|(key, _)| *key).collect();
        self.children.remove_all(children);
    }

    /// Moments that it waits for, and orders that it would get.
    fn remove_waiting(&mut self, id: ExecutionId) {
        let first = (id, Wake { at: Millis(i64::MIN), execution: id, due: Due::Start });
        let of_it = self.wakes_of.range(first..).map(|(key, ())| *key).take_while(|(of, _)| *of == id);
        let wakes: Vec<_> = of_it.map(|(_, wake)| wake).collect();
        for wake in wakes {
            self.remove_wake(wake);
        }
        let to_it = (id, OrderId(0))..=(id, OrderId(u128::MAX));
        let orders: Vec<_> = self.orders_to.range(to_it).map(|((_, order), ())| *order).collect();
        for order in orders {
            self.remove_order(order);
        }
    }

    fn note_work(&mut self, id: ExecutionId, head: &Head, is_at_rest: bool) {
        if is_at_rest {
            self.unfinished.remove(&id);
        } else {
            self.unfinished.put(id, ());
        }
        match head.slot {
            Slot::None => self.slots.remove(&id),
            slot => self.slots.put(id, slot),
        }
    }

    fn count(&mut self, header: &Header, is_more: bool) {
        let Header { birth, head } = header;
        let name = (Arc::clone(&birth.tenant), Arc::clone(&birth.namespace), Arc::clone(&birth.flow));
        let key = (name, Counted::hour_of(head.history.started()), head.history.current());
        let number = self.counters.get(&key).copied().unwrap_or(0);
        match (is_more, number) {
            (true, number) => self.counters.put(key, number + 1),
            (false, 0 | 1) => self.counters.remove(&key),
            (false, number) => self.counters.put(key, number - 1),
        }
    }
}
