//! Works what was written into the database itself, so that the file that takes the writes can be used again.
//!
//! The database would do it within the commit that makes the file too long, and keep silent about a sync that fails. Here
//! it happens after everybody was told, and what fails is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;

/// Pages in the file that takes the writes, from which on they are worked in.
const PAGES: i32 = 1_000;

/// How long the file is.
pub(crate) struct Checkpoint(Arc<AtomicI32>);

impl Checkpoint {
    /// Takes it over from the database.
    pub(crate) fn of(connection: &mut Connection) -> rusqlite::Result<Self> {
        let pages = Arc::new(AtomicI32::new(0));
        let own = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut Wal, pages| {
            own.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self(pages))
    }

    /// Works in what can be, if it is time. What a reader still needs stays for the next time.
    pub(super) fn make(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.0.load(Ordering::Relaxed) < PAGES {
            return Ok(());
        }
        connection.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE).map(drop)
    }
}
