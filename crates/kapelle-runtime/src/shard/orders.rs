//! Orders from one execution to others.

use std::collections::BTreeSet;

use kapelle_model::event::{Event, Order};
use kapelle_model::execution::{Birth, Parent};
use kapelle_model::permit::Permit;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, State};
use kapelle_store::filter::{Condition, Filter};
use kapelle_store::limits::PAGE_MAX;
use kapelle_store::listing::{Header, Page};
use kapelle_store::transaction::{OrderId, Sent};
use kapelle_store::{Transaction, Write};

use super::Shard;
use super::entry::After;
use crate::chance::random;
use crate::message::{Happening, Message, Parcel};
use crate::shared::News;

/// Executions that get their order from the one that is killed; more get it from their parents.
const KILLED_AT_ONCE_MAX: usize = 10_000;

impl Shard {
    /// Orders to end for everything that an execution started and that has not ended, and for what that started: each of
    /// them passes the order on too, but until it gets to it those below would go on.
    pub(super) fn kill_children(&mut self, of: ExecutionId, writes: &mut Vec<Write>) {
        let mut told = BTreeSet::new();
        let mut ancestors = vec![of];
        while let Some(ancestor) = ancestors.pop() {
            for header in self.open_children(ancestor) {
                let id = header.birth.id;
                if let Some(parent) = header.birth.parent
                    && told.len() < KILLED_AT_ONCE_MAX
                    && told.insert(id)
                {
                    self.send(of, id, Order::Kill { cascade: true }, parent, writes);
                    if self.may_start_others(&header.birth) {
                        ancestors.push(id);
                    }
                }
            }
        }
        // One that is being created or started again is not there yet, or still over. What was asked of its owner before comes
        // to it before this.
        let children = &self.entries[&of].live.execution().children;
        let coming: Vec<(Parent, ExecutionId)> = children
            .iter()
            .filter(|(_, child)| child.ended.is_none() && !told.contains(&child.id))
            .map(|(&(run, iteration), child)| (Parent { execution: of, run, iteration }, child.id))
            .collect();
        for (parent, id) in coming {
            self.send(of, id, Order::Kill { cascade: true }, parent, writes);
        }
    }

    /// Whether the flow has tasks that start executions, as far as that can be told.
    fn may_start_others(&self, birth: &Birth) -> bool {
        let found =
            &self.shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, Some(birth.revision));
        let Ok(Some(definition)) = found else { return true };
        definition.plan.tasks.iter().any(|task| task.kind.is_executable())
    }

    fn open_children(&self, of: ExecutionId) -> Vec<Header> {
        let open: BTreeSet<State> = (0..State::NAMES.len())
            .filter_map(State::from_index)
            .filter(|state| !state.is_terminal())
            .collect();
        let filter = Filter::of([Condition::Parent(of), Condition::State(open)]);
        let permit = Permit::system("stop what an execution started");
        let mut found = Vec::new();
        loop {
            let after = found.last().map(|header: &Header| header.birth.id);
            match self.shared.store.executions(&permit, &filter, &Page::oldest(PAGE_MAX, after)) {
                Ok(listing) => {
                    let is_last = listing.rows.len() < PAGE_MAX as usize;
                    found.extend(listing.rows);
                    if is_last {
                        return found;
                    }
                }
                Err(error) => {
                    let words = format!("what execution {of} started cannot be stopped: {error}");
                    self.shared.news(&News::Alarm(&words));
                    return found;
                }
            }
        }
    }

    /// An order to begin again for an execution that a task run started.
    pub(super) fn restart_child(
        &mut self,
        of: ExecutionId,
        run: RunIndex,
        iteration: u32,
        child: ExecutionId,
        writes: &mut Vec<Write>,
    ) {
        self.send(of, child, Order::Restart, Parent { execution: of, run, iteration }, writes);
    }

    /// The order is on the disk with the change that asks for it, and delivered afterwards.
    fn send(
        &mut self,
        of: ExecutionId,
        to: ExecutionId,
        order: Order,
        from: Parent,
        writes: &mut Vec<Write>,
    ) {
        let id = OrderId(u128::from_le_bytes(random()));
        writes.push(Write::Order(Sent { id, to, order: order.clone(), from }));
        let parcel = Some(Parcel { id, from });
        let happening = Happening { to, event: Event::Order(order), parcel, answer: None };
        if let Some(entry) = self.entries.get_mut(&of) {
            entry.after.push(After::Tell(Message::Happen(happening)));
        }
    }

    /// An order that nobody can carry out.
    pub(super) fn forget_order(&self, parcel: Parcel) {
        let transaction = Transaction::of([Write::OrderDone(parcel.id)]).urgent();
        // If that is not written, the next process finds it once more, and nobody again.
        self.shared.store.submit(transaction, Box::new(|_found_again| {}));
    }
}
