//! Whole months that nobody needs any more.

use kapelle_model::ExecutionId;
use kapelle_store::error::Result;
use rusqlite::{Connection, params};

use super::month::Month;
use super::readers::Readers;

/// Origins that are looked at with the file in hand; who is asked about them may take its time.
const CHUNK: usize = 10_000;

/// So many are named.
const NAMED_MAX: usize = 100;

/// What became of old months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DroppedMonths {
    pub dropped: Vec<Month>,
    pub held: Vec<HeldMonth>,
}

/// A month that stays, and the executions that it stays for: the first ones, if there are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldMonth {
    pub month: Month,
    pub by: Vec<ExecutionId>,
}

/// Who needs a month, and up to which origin that was asked.
pub(super) fn holders(
    readers: &Readers,
    month: Month,
    is_held: &dyn Fn(ExecutionId) -> bool,
) -> Result<(Vec<ExecutionId>, i64)> {
    let (mut holders, mut last) = (Vec::new(), 0);
    loop {
        let chunk = readers.read(month, |connection, _| origins_after(connection, last))?.unwrap_or_default();
        let Some((end, _)) = chunk.last() else { return Ok((holders, last)) };
        last = *end;
        let held = chunk.into_iter().filter_map(|(origin, id)| Some((origin, id?)));
        for (origin, execution) in held.filter(|(_, execution)| is_held(*execution)) {
            if readers.read(month, |connection, _| has_rows(connection, origin))? == Some(true) {
                holders.push(execution);
            }
            if holders.len() >= NAMED_MAX {
                return Ok((holders, last));
            }
        }
    }
}

fn origins_after(connection: &Connection, last: i64) -> rusqlite::Result<Vec<(i64, Option<ExecutionId>)>> {
    let mut select =
        connection.prepare_cached("SELECT id, execution FROM origin WHERE id > ? ORDER BY id LIMIT ?")?;
    let id = |bytes: [u8; 16]| ExecutionId(u128::from_be_bytes(bytes));
    let rows = select.query_map(params![last, CHUNK as i64], |row| {
        Ok((row.get(0)?, row.get::<_, Option<[u8; 16]>>(1)?.map(id)))
    })?;
    rows.collect()
}

fn has_rows(connection: &Connection, origin: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM log WHERE origin = ?1)
               OR EXISTS (SELECT 1 FROM metric WHERE origin = ?1)";
    connection.prepare_cached(sql)?.query_row([origin], |row| row.get(0))
}
