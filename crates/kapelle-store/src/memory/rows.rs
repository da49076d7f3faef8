//! All tables, and what one execution is made of.

use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::execution::{Child, Execution, Slot};
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::time::Millis;
use kapelle_model::{ExecutionId, State};

use super::lines::Lines;
use super::table::{Table, Undo};
use crate::audit::AuditRecord;
use crate::document::{Document, DocumentKey, Kind};
use crate::error::{Result, StoreError};
use crate::flow::FlowRevision;
use crate::listing::Header;
use crate::namespace_file::FileVersion;
use crate::transaction::{CommitNumber, Epoch, Once, OnceKind, OrderId, Sent, Transaction, Wake};

/// The first and the last key of the task runs of an execution.
pub(super) const RUN_FIRST: RunIndex = RunIndex(NonZeroU32::MIN);
pub(super) const RUN_LAST: RunIndex = RunIndex(NonZeroU32::MAX);

/// Tenant, namespace, and the name in it.
pub(super) type Name = (Arc<str>, Arc<str>, Arc<str>);

/// Everything that is kept, in the order in which it is asked for.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) epoch: Epoch,
    pub(super) last_commit: CommitNumber,
    pub(super) lines: Lines,

    pub(super) executions: Table<ExecutionId, Kept>,
    pub(super) runs: Table<(ExecutionId, RunIndex), TaskRun>,
    pub(super) children: Table<(ExecutionId, RunIndex, u32), Child>,
    /// An execution, and one that it started.
    pub(super) born_by: Table<(ExecutionId, ExecutionId), ()>,
    pub(super) unfinished: Table<ExecutionId, ()>,
    pub(super) slots: Table<ExecutionId, Slot>,
    pub(super) counters: Table<(Name, Millis, State), u64>,

    pub(super) wakes: Table<Wake, ()>,
    pub(super) wakes_of: Table<(ExecutionId, Wake), ()>,
    /// By the place in which they were sent.
    pub(super) orders: Table<u64, Sent>,
    pub(super) order_places: Table<OrderId, u64>,
    pub(super) orders_to: Table<(ExecutionId, OrderId), ()>,

    pub(super) flows: Table<(Name, u32), Arc<FlowRevision>>,
    pub(super) documents: Table<DocumentKey, Document>,
    /// The last version of each document, of removed ones too.
    pub(super) document_versions: Table<DocumentKey, u64>,
    pub(super) documents_due: Table<(Kind, Millis, DocumentKey), ()>,
    pub(super) once: Table<(OnceKind, String), Once>,
    pub(super) files: Table<(Name, u32), FileVersion>,
    /// The last number that each file was given.
    pub(super) file_numbers: Table<Name, u32>,
    pub(super) audit: Table<u64, AuditRecord>,
}

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) header: Header,
    pub(super) is_at_rest: bool,
}

impl Rows {
    /// Makes all changes of a transaction, or none.
    pub(super) fn commit(&mut self, epoch: Epoch, transaction: Transaction) -> Result<CommitNumber> {
        transaction.check()?;
        self.check_epoch(epoch)?;
        match transaction.writes.into_iter().try_for_each(|write| self.write(write)) {
            Ok(()) => {
                self.tables().into_iter().for_each(Undo::keep);
                self.last_commit.0 += 1;
                Ok(self.last_commit)
            }
            Err(error) => {
                self.tables().into_iter().for_each(Undo::take_back);
                Err(error)
            }
        }
    }

    pub(super) fn check_epoch(&self, own: Epoch) -> Result<()> {
        if own == self.epoch { Ok(()) } else { Err(StoreError::Fenced { own, current: self.epoch }) }
    }

    pub(super) fn execution(&self, id: ExecutionId) -> Option<Execution> {
        let Header { birth, head } = self.executions.get(&id)?.header.clone();
        let runs = self.runs.range((id, RUN_FIRST)..=(id, RUN_LAST)).map(|(_, run)| run.clone()).collect();
        let children = self
            .children
            .range((id, RUN_FIRST, 0)..=(id, RUN_LAST, u32::MAX))
            .map(|((_, run, iteration), child)| ((*run, *iteration), child.clone()))
            .collect();
        Some(Execution { birth, head, runs, children })
    }

    fn tables(&mut self) -> [&mut dyn Undo; 20] {
        [
            &mut self.executions,
            &mut self.runs,
            &mut self.children,
            &mut self.born_by,
            &mut self.unfinished,
            &mut self.slots,
            &mut self.counters,
            &mut self.wakes,
            &mut self.wakes_of,
            &mut self.orders,
            &mut self.order_places,
            &mut self.orders_to,
            &mut self.flows,
            &mut self.documents,
            &mut self.document_versions,
            &mut self.documents_due,
            &mut self.once,
            &mut self.files,
            &mut self.file_numbers,
            &mut self.audit,
        ]
    }
}
