//! Triggers on executions of other flows.
//!
//! A change of an execution that such a trigger may listen to is written down together with the change itself, so that no
//! process can die between the two. A thread of its own works off what is written down, in order, one after the other:
//! it asks the triggers, and writes their windows together with the execution that starts.

mod ask;
mod listeners;
mod windows;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_store::document::{DocumentKey, Kind};
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, StoreError, Transaction, Write};

use crate::activity::Busy;
use crate::shared::{News, Shared};

pub(in crate::triggers) use ask::missed;
pub(crate) use listeners::{Listeners, load};
pub(in crate::triggers) use windows::sweep;

/// Changes that are read at once when a process begins.
const PAGE: usize = 1_000;

/// What the store did not take is tried again after this.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// How often.
const TRIES_MAX: u32 = 10;

/// One change of the state of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) tenant: Arc<str>,
    pub(crate) execution: ExecutionId,
    /// Its place in the history of the execution.
    pub(crate) number: u32,
}

/// A change on its way to the triggers.
pub(crate) enum Heard {
    Change(Change, Busy),
    Stop,
}

impl Change {
    /// Numbers are filled up with zeros, so that names are in their order.
    fn document(&self) -> DocumentKey {
        DocumentKey {
            kind: Kind::Change,
            tenant: Arc::clone(&self.tenant),
            namespace: "".into(),
            name: format!("{}.{:010}", self.execution, self.number).into(),
        }
    }

    fn of(key: &DocumentKey) -> Option<Self> {
        let (execution, number) = key.name.split_once('.')?;
        Some(Self {
            tenant: Arc::clone(&key.tenant),
            execution: ExecutionId::parse(execution)?,
            number: number.parse().ok()?,
        })
    }
}

/// What an earlier process wrote down and did not work off.
pub(crate) fn left(store: &dyn Store) -> Result<Vec<Change>> {
    let permit = Permit::system("changes that triggers have not looked at");
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.documents(&permit, Kind::Change, None, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.key.clone());
        all.extend(page.iter().filter_map(|document| Change::of(&document.key)));
    }
}

/// Tells the thread about what an earlier process left.
pub(crate) fn remind(shared: &Shared, heard: &Sender<Heard>, left: Vec<Change>) {
    for change in left {
        // The thread is there until it is told to stop.
        let _ended = heard.send(Heard::Change(change, shared.activity.begin()));
    }
}

/// Works off changes until it is told to stop.
pub(crate) fn run(shared: &Shared, inbox: &Receiver<Heard>) {
    while let Ok(Heard::Change(change, busy)) = inbox.recv() {
        let worked_off = catch_unwind(AssertUnwindSafe(|| work_off(shared, &change)));
        let alarm = |words: &str| {
            let id = change.execution;
            shared.news(&News::Alarm(&format!("triggers that listen to execution {id}: {words}")));
        };
        match worked_off {
            Ok(Ok(())) => {}
            // It stays written down, for the next process.
            Ok(Err(error)) => alarm(&error.to_string()),
            Err(_) => alarm("a mistake in this program stopped them"),
        }
        drop(busy);
    }
}

/// Tries as long as it makes sense.
fn work_off(shared: &Shared, change: &Change) -> Result<()> {
    for tried in 1.. {
        match ask::ask(shared, change) {
            Err(StoreError::Full(_) | StoreError::Unavailable(_) | StoreError::Unknown(_))
                if tried < TRIES_MAX && !shared.workers.is_closed() =>
            {
                std::thread::sleep(PAUSE);
            }
            Err(StoreError::Conflict(_)) if tried < TRIES_MAX => {}
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    let removal = Write::Remove { key: change.document(), over: Over::Any };
    shared.store.commit(Transaction::of([removal])).map(drop)
}
