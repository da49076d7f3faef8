//! What every store has to hold, as cases that each backend runs in its tests.
//!
//! A backend says how to make a fresh one, and gets a test for each case:
//!
//! ```text
//! mod contract {
//!     kapelle_store::store_contract!(|| FreshStore::new());
//! }
//! ```
//!
//! A case is a function whose name is the rule. New behaviour of stores begins here.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "they are tests, which fail by panics")]
#![allow(clippy::needless_pass_by_value, reason = "each case has a store of its own")]

pub mod audits;
mod cases;
pub mod commits;
pub mod counters;
pub mod data;
pub mod dice;
pub mod documents;
pub mod files;
pub mod flows;
pub mod lists;
pub mod logs;
pub mod metrics;
pub mod once;
pub mod owners;
mod patient;
pub mod purges;
pub mod recovery;
mod snapshot;
pub mod values;

pub use dice::Dice;
pub use patient::Patient;
pub use snapshot::Snapshot;

use crate::error::StoreError;
use crate::store::Store;
use crate::transaction::{CommitNumber, Transaction, Write};

/// A store under test, fresh when a case gets it.
pub trait Subject {
    fn store(&self) -> &dyn Store;

    /// The same rows as after a kill: what was acknowledged is there.
    #[must_use]
    fn reopen(self) -> Self
    where
        Self: Sized;

    /// Another owner of the same rows, if the backend can have one at the same time.
    fn succeed(&self) -> Option<Box<dyn Store>>;
}

/// Commits what can be written.
fn commit(store: &dyn Store, writes: impl IntoIterator<Item = Write>) -> CommitNumber {
    store.commit(Transaction::of(writes)).unwrap()
}

/// Commits what has to be refused.
fn refused(store: &dyn Store, writes: impl IntoIterator<Item = Write>) -> StoreError {
    store.commit(Transaction::of(writes)).unwrap_err()
}
