//! The contract, and what only this store has to hold.

mod journal;
mod kept;
mod keys;
mod limits;

use std::path::{Path, PathBuf};
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

/// A folder that goes with its store.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _missing = std::fs::remove_dir_all(&self.0);
    }
}

/// A store, perhaps behind others, in a folder of its own. The store ends before the folder does.
pub(crate) struct Fresh<S> {
    store: Option<S>,
    wrap: fn(SqliteStore) -> S,
    folder: Folder,
}

impl<S> Fresh<S> {
    pub(crate) fn new(wrap: fn(SqliteStore) -> S) -> Self {
        let folder = Folder(scratch("contract"));
        Self { store: Some(wrap(open(&folder.0))), wrap, folder }
    }
}

pub(crate) fn open(folder: &Path) -> SqliteStore {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    SqliteStore::open(folder, Options::new(fatal)).unwrap()
}

impl<S: Store> Subject for Fresh<S> {
    fn store(&self) -> &dyn Store {
        self.store.as_ref().unwrap()
    }

    fn reopen(mut self) -> Self {
        self.store = None;
        self.store = Some((self.wrap)(open(&self.folder.0)));
        self
    }

    /// A folder has one owner at a time.
    fn succeed(&self) -> Option<Box<dyn Store>> {
        None
    }
}

mod contract {
    use super::Fresh;

    kapelle_store::store_contract!(|| Fresh::new(|store| store));
}

mod contract_behind_a_store_that_fails {
    use kapelle_store::contract::Patient;
    use kapelle_store::faulty::{FaultyStore, Plan};

    use super::Fresh;

    kapelle_store::store_contract!(|| Fresh::new(|store| Patient::new(FaultyStore::new(store, Plan::of(7)))));
}
