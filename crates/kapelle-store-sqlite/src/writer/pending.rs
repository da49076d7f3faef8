//! What is in the journal and not in its tables yet, brought together: of a hundred changes of an execution, what is to
//! be written in the end.
//!
//! It is made of the bytes of the journal alone, and of what the tables know of executions that were there before: so it
//! is the same after a crash.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::{ExecutionId, Millis};
use kapelle_store::error::Result;
use kapelle_store::issuer;

use super::executions::Row;
use crate::columns;
use crate::errors::corrupt;
use crate::names::Names;
use crate::record::{Birth, Change, Child, Entry, Reader, Slice};

/// Changes that wait at most, and their bytes. The more of them are worked in together, the less each costs, and the
/// longer those wait who write meanwhile: beyond 2,000 it is not much less any more.
const CHANGES_MAX: usize = 2_000;
const BYTES_MAX: usize = 8 << 20;

#[derive(Default)]
pub(crate) struct Pending {
    bytes: Vec<u8>,
    pub(super) executions: BTreeMap<i64, Merged>,
    /// Moments, and whether they are waited for.
    pub(super) moments: BTreeMap<Moment, bool>,
    pub(super) orders: BTreeMap<u128, Order>,
    changes: usize,
    /// As far as the moment of a creation and the one in its id are apart.
    pub(super) skew: i64,
}

/// An execution as it will be written.
pub(super) struct Merged {
    pub row: Row,
    pub birth: Option<Birth>,
    pub head: Slice,
    pub labels: Slice,
    /// Task runs that are gone; some of them have come again.
    pub removed: BTreeSet<u32>,
    pub runs: BTreeMap<u32, Slice>,
    pub children: BTreeMap<(u32, u32), Child>,
}

/// When, the halves of the id of an execution, and what for.
pub(super) type Moment = (i64, i64, i64, i64, i64);

/// What became of an order.
#[derive(Clone, Copy)]
pub(super) enum Order {
    /// It waits, unless it did before.
    Sent(Sent),
    /// It was carried out.
    Done,
    /// It was carried out, and then sent again.
    Again(Sent),
}

#[derive(Clone, Copy)]
pub(super) struct Sent {
    /// Among those that were sent.
    pub place: usize,
    pub to: ExecutionId,
    pub data: Slice,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether it is time to work it in.
    pub(super) fn is_full(&self) -> bool {
        self.changes >= CHANGES_MAX || self.bytes.len() >= BYTES_MAX
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The largest key of an execution.
    pub(super) fn newest(&self) -> Option<i64> {
        self.executions.last_key_value().map(|(key, _)| *key)
    }

    /// Forgets everything: it is in its tables.
    pub(super) fn clear(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        // What one large transaction needed is not kept for ever.
        bytes.shrink_to(2 * BYTES_MAX);
        *self = Self { bytes, ..Self::default() };
    }

    /// Adds changes, of which it is known that they fit. `kept` says what the tables know of an execution.
    pub(super) fn add(
        &mut self,
        record: &[u8],
        names: &Names,
        mut kept: impl FnMut(i64) -> Result<Option<Row>>,
    ) -> Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(record);
        let bytes = std::mem::take(&mut self.bytes);
        let mut reader = Reader::from(&bytes, start);
        while !reader.is_over() {
            let entry = reader.entry()?;
            self.changes += 1;
            match entry {
                Entry::Execution(change) => self.change(&bytes, &change, names, &mut kept)?,
                Entry::Moment { execution, at, due: (kind, number), is_awaited } => {
                    let (key, check) = (columns::key(execution), columns::check(execution));
                    self.moments.insert((at, key, check, kind, number), is_awaited);
                }
                Entry::Order { id, to, data } => {
                    self.order(id, Sent { place: start + self.changes, to, data });
                }
                Entry::OrderDone(id) => {
                    self.orders.insert(id, Order::Done);
                }
            }
        }
        self.bytes = bytes;
        Ok(())
    }

    fn order(&mut self, id: u128, sent: Sent) {
        let order = match self.orders.get(&id) {
            None => Order::Sent(sent),
            Some(Order::Done) => Order::Again(sent),
            // Sending it again while it waits changes nothing.
            Some(waits) => *waits,
        };
        self.orders.insert(id, order);
    }

    fn change(
        &mut self,
        bytes: &[u8],
        change: &Change,
        names: &Names,
        kept: &mut impl FnMut(i64) -> Result<Option<Row>>,
    ) -> Result<()> {
        let key = columns::key(change.id);
        if !self.executions.contains_key(&key) {
            let row = match &change.birth {
                Some(birth) => {
                    let apart = Millis(change.started).since(issuer::moment(change.id)).saturating_abs();
                    self.skew = self.skew.max(apart);
                    Row::born(bytes, change, birth, names)?
                }
                None => kept(key)?.ok_or_else(|| {
                    corrupt(format!("execution {}", change.id), "there are changes of it, but no birth")
                })?,
            };
            self.executions.insert(key, Merged::new(row, change));
        }
        let merged = self.executions.get_mut(&key).expect("it was put there");
        merged.row.is_changed_by(change);
        merged.add(bytes, change)
    }
}

impl Merged {
    const fn new(row: Row, change: &Change) -> Self {
        Self {
            row,
            birth: change.birth,
            head: change.head,
            labels: change.labels,
            removed: BTreeSet::new(),
            runs: BTreeMap::new(),
            children: BTreeMap::new(),
        }
    }

    fn add(&mut self, bytes: &[u8], change: &Change) -> Result<()> {
        (self.head, self.labels) = (change.head, change.labels);
        let mut removed = Reader::part(bytes, change.removed);
        while !removed.is_over() {
            let run = removed.count()?;
            self.runs.remove(&run);
            self.children.retain(|(of, _), _| *of != run);
            self.removed.insert(run);
        }
        let mut runs = Reader::part(bytes, change.runs);
        while !runs.is_over() {
            let (run, data) = runs.run()?;
            self.runs.insert(run, data);
        }
        let mut children = Reader::part(bytes, change.children);
        while !children.is_over() {
            let child = children.child()?;
            self.children.insert((child.run, child.iteration), child);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
