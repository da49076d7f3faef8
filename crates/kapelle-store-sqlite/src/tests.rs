//! The contract, and what only this store has to hold.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use kapelle_store::Store;
use kapelle_store::contract::Subject;

use crate::{Options, SqliteStore};

/// A folder of its own for a test, empty.
pub(crate) fn scratch(name: &str) -> PathBuf {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("kapelle-store-{}-{name}-{number}", std::process::id()));
    let _missing = std::fs::remove_dir_all(&folder);
    folder
}

/// A store in a folder that goes with it.
pub(crate) struct Fresh {
    folder: PathBuf,
    store: Option<SqliteStore>,
}

impl Fresh {
    pub(crate) fn new(name: &str) -> Self {
        let folder = scratch(name);
        let store = Some(open(&folder));
        Self { folder, store }
    }
}

pub(crate) fn open(folder: &std::path::Path) -> SqliteStore {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    SqliteStore::open(folder, Options { fatal }).unwrap()
}

impl Subject for Fresh {
    fn store(&self) -> &dyn Store {
        self.store.as_ref().unwrap()
    }

    fn reopen(mut self) -> Self {
        self.store = None;
        self.store = Some(open(&self.folder));
        self
    }

    /// A folder has one owner at a time.
    fn succeed(&self) -> Option<Box<dyn Store>> {
        None
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.store = None;
        let _missing = std::fs::remove_dir_all(&self.folder);
    }
}

mod contract {
    kapelle_store::store_contract!(|| crate::tests::Fresh::new("contract"));
}
