//! How much room there is, and who is refused when there is little.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kapelle_store::error::Result;
use kapelle_store::{StoreError, Transaction, Write};
use rusqlite::Connection;

use super::kept_values::KeptValues;
use super::spare::Spare;
use crate::connection;
use crate::errors::of_sqlite;
use crate::folder::Folder;
use crate::log_files::LogFiles;

/// Between two looks. In that time a fast disk takes some ten megabytes, far less than what is kept in reserve.
pub(super) const BETWEEN: Duration = Duration::from_millis(250);

/// What runs may take more than that of the budget; what is new may not.
const TENTHS_FOR_NEW: u64 = 9;

/// The room of a store.
pub(crate) struct Space {
    root: PathBuf,
    database: PathBuf,
    values: Arc<KeptValues>,
    budget: Option<u64>,
    reserve: u64,
    spare: Spare,
    look: Mutex<Look>,
}

/// The last look.
struct Look {
    connection: Connection,
    next: Instant,
    trouble: Option<String>,
}

/// What there is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub used: u64,
    /// Free on the disk; none if it does not say.
    pub free: Option<u64>,
}

impl Space {
    pub(crate) fn new(
        folder: &Folder,
        values: Arc<KeptValues>,
        spare: Spare,
        (budget, reserve): (Option<u64>, u64),
    ) -> Result<Self> {
        spare.keep();
        if budget.is_some() {
            measure_aside(Arc::clone(&values))?;
        }
        let database = folder.database();
        let connection = connection::open(&database)?;
        let look = Mutex::new(Look { connection, next: connection::now(), trouble: None });
        Ok(Self { root: folder.root().to_owned(), database, values, budget, reserve, spare, look })
    }

    /// Refuses what brings new executions while there is little room. What is urgent, and what goes on with executions
    /// that are there, is never refused here: it ends sooner or later, and then there is room again.
    pub(crate) fn admit(&self, transaction: &Transaction, logs: &LogFiles) -> Result<()> {
        if transaction.writes.iter().any(|write| matches!(write, Write::Purge(_))) {
            self.spare.give_back_if_full();
        }
        if transaction.is_urgent || !transaction.writes.iter().any(is_birth) {
            return Ok(());
        }
        let now = connection::now();
        let mut look = self.look.lock().unwrap_or_else(PoisonError::into_inner);
        if look.next <= now {
            look.next = now + BETWEEN;
            let room = self.room(&look.connection, logs)?;
            look.trouble = trouble(room, self.budget, self.reserve);
        }
        match &look.trouble {
            Some(trouble) => Err(StoreError::Full(trouble.clone())),
            None => Ok(()),
        }
    }

    fn room(&self, connection: &Connection, logs: &LogFiles) -> Result<Room> {
        let free = free(&self.root);
        if self.budget.is_none() {
            return Ok(Room { used: 0, free });
        }
        let used = in_database(connection)?
            + size(&with_suffix(&self.database, "-wal"))
            + logs.bytes()
            + self.values.bytes();
        Ok(Room { used, free })
    }
}

/// Why nothing new is taken, if that is so.
fn trouble(room: Room, budget: Option<u64>, reserve: u64) -> Option<String> {
    let cure = "Delete old executions and logs with `kapelle store purge`, or give it more room";
    if let Some(budget) = budget
        && room.used >= budget / 10 * TENTHS_FOR_NEW
    {
        return Some(format!(
            "the store takes {} of its budget of {}, and new executions are taken up to nine tenths of it. What runs \
             goes on. {cure}",
            Size(room.used),
            Size(budget)
        ));
    }
    let free = room.free.filter(|free| *free < reserve)?;
    Some(format!("the disk has {} left, and {} are kept for what runs. {cure}", Size(free), Size(reserve)))
}

fn is_birth(write: &Write) -> bool {
    matches!(write, Write::Execution(delta) if delta.birth.is_some())
}

/// Looks at all values, which may take a while.
fn measure_aside(values: Arc<KeptValues>) -> Result<()> {
    let thread = thread::Builder::new().name("store-measure".to_owned());
    let measure = move || {
        // What cannot be looked at now is not counted; the disk says when it is full.
        let _uncounted = values.measure();
    };
    thread
        .spawn(measure)
        .map(drop)
        .map_err(|error| StoreError::Unavailable(format!("no thread to measure with: {error}")))
}

/// What is in use of the database: pages that are free are taken before it grows.
pub(crate) fn in_database(connection: &Connection) -> Result<u64> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let bytes = || -> rusqlite::Result<i64> {
        Ok((number("page_count")? - number("freelist_count")?) * number("page_size")?)
    };
    bytes().map(i64::cast_unsigned).map_err(|error| of_sqlite(&error))
}

/// What the disk of a folder has left for programs.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

pub(crate) fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Bytes, for a person.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let (mut whole, mut unit) = (self.0, 0);
        while whole >= 1024 * 1024 && unit + 1 < UNITS.len() {
            whole /= 1024;
            unit += 1;
        }
        write!(f, "{}.{} {}", whole / 1024, whole % 1024 * 10 / 1024, UNITS[unit])
    }
}
