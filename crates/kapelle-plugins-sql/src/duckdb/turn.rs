//! Turns at a database file: only one program may write it at a time, so the tasks of a server wait for each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// The files that tasks have open, or wait for.
static OPEN: LazyLock<Mutex<BTreeMap<PathBuf, Weak<RwLock<()>>>>> = LazyLock::new(Mutex::default);

/// It ends when this is dropped.
pub(super) enum Turn {
    #[expect(dead_code, reason = "held until it is dropped")]
    Reads(OwnedRwLockReadGuard<()>),
    #[expect(dead_code, reason = "held until it is dropped")]
    Writes(OwnedRwLockWriteGuard<()>),
}

impl Turn {
    /// Waits for a turn at a file. Those that only read it do not wait for each other.
    pub(super) async fn at(cx: &RunContext, file: &Path, is_read_only: bool) -> Result<Self, Broken> {
        let lock = lock(file);
        if is_read_only {
            if let Ok(turn) = Arc::clone(&lock).try_read_owned() {
                return Ok(Self::Reads(turn));
            }
        } else if let Ok(turn) = Arc::clone(&lock).try_write_owned() {
            return Ok(Self::Writes(turn));
        }
        cx.log(Level::Info, format!("waits for `{}`, which another task has open", file.display()));
        let turn = async {
            if is_read_only {
                Self::Reads(lock.read_owned().await)
            } else {
                Self::Writes(lock.write_owned().await)
            }
        };
        cx.stop.run_until_cancelled(turn).await.ok_or_else(Broken::killed)
    }
}

fn lock(file: &Path) -> Arc<RwLock<()>> {
    let path = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|_, lock| lock.strong_count() > 0);
    let known = open.get(&path).and_then(Weak::upgrade);
    known.unwrap_or_else(|| {
        let lock = Arc::default();
        open.insert(path, Arc::downgrade(&lock));
        lock
    })
}
