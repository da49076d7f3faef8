//! What is still to be done.

use std::num::NonZeroU32;

use kapelle_model::event::Due;
use kapelle_model::execution::Slot;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::audit::{AuditEntry, AuditRecord};
use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::transaction::{Once, OnceKind, OrderId, Sent, Wake};
use rusqlite::{Connection, OptionalExtension};

use super::{InOurWords, limit};
use crate::columns;
use crate::errors::corrupt;
use crate::writer::of_once;

pub(crate) fn unfinished(
    connection: &Connection,
    after: Option<ExecutionId>,
    rows: usize,
) -> Result<Vec<ExecutionId>> {
    // The index has them by state, and within each by age.
    let arms: Vec<String> = (0..State::NAMES.len())
        .map(|state| {
            format!(
                "SELECT * FROM (SELECT id, check64 FROM exec INDEXED BY exec_open \
                 WHERE rest = 0 AND state = {state} AND id > ?1 ORDER BY id LIMIT ?2)"
            )
        })
        .collect();
    let query = format!("SELECT id, check64 FROM ({}) ORDER BY id LIMIT ?2", arms.join(" UNION ALL "));
    let mut query = connection.prepare_cached(&query).ours()?;
    let after = after.map_or(i64::MIN, columns::key);
    let rows = query.query_map((after, limit(rows)), |row| Ok(columns::id(row.get(0)?, row.get(1)?)));
    rows.and_then(Iterator::collect).ours()
}

pub(crate) fn slots(
    connection: &Connection,
    after: Option<ExecutionId>,
    rows: usize,
) -> Result<Vec<(ExecutionId, Slot)>> {
    let query = "SELECT id, check64, slot FROM exec WHERE slot <> 0 AND id > ? ORDER BY id LIMIT ?";
    let mut query = connection.prepare_cached(query).ours()?;
    let after = after.map_or(i64::MIN, columns::key);
    let found = query.query_map((after, limit(rows)), |row| {
        Ok((columns::id(row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?))
    });
    let found: Vec<_> = found.and_then(Iterator::collect).ours()?;
    found.into_iter().map(|(id, slot)| Ok((id, columns::slot(slot)?))).collect()
}

pub(crate) fn wakes(connection: &Connection, until: Millis, rows: usize) -> Result<Vec<Wake>> {
    let query = "SELECT at, exec, check64, kind, number FROM wake WHERE at <= ? \
                 ORDER BY at, exec, check64, kind, number LIMIT ?";
    let mut query = connection.prepare_cached(query).ours()?;
    let found = query.query_map((until.0, limit(rows)), |row| {
        let execution = columns::id(row.get(1)?, row.get(2)?);
        Ok((Millis(row.get(0)?), execution, row.get::<_, i64>(3)?, row.get::<_, u32>(4)?))
    });
    let found: Vec<_> = found.and_then(Iterator::collect).ours()?;
    found
        .into_iter()
        .map(|(at, execution, kind, number)| Ok(Wake { at, execution, due: due(kind, number)? }))
        .collect()
}

fn due(kind: i64, number: u32) -> Result<Due> {
    match (kind, NonZeroU32::new(number)) {
        (0, _) => Ok(Due::Start),
        (1, Some(run)) => Ok(Due::Run(RunIndex(run))),
        (2, _) => Ok(Due::Agreement(number)),
        _ => Err(corrupt("what a moment is for", format!("it is {kind}, {number}"))),
    }
}

pub(crate) fn orders(connection: &Connection, codec: &Codec, rows: usize) -> Result<Vec<Sent>> {
    let mut query =
        connection.prepare_cached("SELECT id, exec, check64, data FROM sent ORDER BY seq LIMIT ?").ours()?;
    let found = query.query_map([limit(rows)], |row| {
        let to = columns::id(row.get(1)?, row.get(2)?);
        Ok((row.get::<_, [u8; 16]>(0)?, to, row.get::<_, Vec<u8>>(3)?))
    });
    let found: Vec<_> = found.and_then(Iterator::collect).ours()?;
    found
        .into_iter()
        .map(|(id, to, data)| codec.read_sent(OrderId(u128::from_be_bytes(id)), to, &data))
        .collect()
}

pub(crate) fn once(connection: &Connection, kind: OnceKind, key: &str) -> Result<Option<Once>> {
    let mut query =
        connection.prepare_cached("SELECT until, result FROM once WHERE kind = ? AND key = ?").ours()?;
    let found = query.query_row((of_once(kind), key), |row| {
        Ok(Once { kind, key: key.to_owned(), until: Millis(row.get(0)?), result: row.get(1)? })
    });
    found.optional().ours()
}

pub(crate) fn audit(connection: &Connection, after: u64, rows: usize) -> Result<Vec<AuditRecord>> {
    let query = "SELECT number, at, tenant, actor, action, subject, detail, hash FROM audit \
                 WHERE number > ? ORDER BY number LIMIT ?";
    let mut query = connection.prepare_cached(query).ours()?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = query.query_map((after, limit(rows)), |row| {
        Ok(AuditRecord {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            entry: AuditEntry {
                at: Millis(row.get(1)?),
                tenant: row.get(2)?,
                actor: row.get(3)?,
                action: row.get(4)?,
                subject: row.get(5)?,
                detail: row.get(6)?,
            },
            hash: row.get(7)?,
        })
    });
    found.and_then(Iterator::collect).ours()
}
