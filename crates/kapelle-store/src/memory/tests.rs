//! The contract, behind nothing.

use super::MemoryStore;
use crate::contract::Subject;
use crate::store::Store;

impl Subject for MemoryStore {
    fn store(&self) -> &dyn Store {
        self
    }

    /// It has no other life than its rows; a new handle to them has their next epoch.
    fn reopen(self) -> Self {
        Self::succeed(&self)
    }

    fn succeed(&self) -> Option<Box<dyn Store>> {
        Some(Box::new(Self::succeed(self)))
    }
}

mod contract {
    use super::MemoryStore;

    crate::store_contract!(MemoryStore::new);
}
