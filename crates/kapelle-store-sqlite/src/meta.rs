//! What the store knows of itself.

use kapelle_store::codec::KeyId;
use kapelle_store::{CommitNumber, Epoch};
use rusqlite::{Connection, OptionalExtension, params};

use crate::writer::journal;

const EPOCH: &str = "epoch";
const LAST_COMMIT: &str = "last commit";
const SKEW: &str = "skew";
const KEYS: &str = "keys";

const SET: &str =
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// The owner that may write.
pub(crate) fn epoch(connection: &Connection) -> rusqlite::Result<Epoch> {
    Ok(Epoch(number(connection, EPOCH)?))
}

/// Begins another epoch, after all that were there and after this one: whoever had one before writes nothing any more.
pub(crate) fn begin_epoch(connection: &Connection, known: Epoch) -> rusqlite::Result<Epoch> {
    let next = number(connection, EPOCH)?.max(known.0) + 1;
    set(connection, EPOCH, next)?;
    Ok(Epoch(next))
}

/// Leaps over epochs that others may have begun without this file knowing of them.
pub(crate) fn leap_epoch(connection: &Connection, over: u64) -> rusqlite::Result<Epoch> {
    let next = number(connection, EPOCH)? + over;
    set(connection, EPOCH, next)?;
    Ok(Epoch(next))
}

/// The last commit, also if the journal alone knows of it.
pub(crate) fn last_commit(connection: &Connection) -> rusqlite::Result<CommitNumber> {
    let noted = CommitNumber(number(connection, LAST_COMMIT)?);
    Ok(journal::last(connection)?.map_or(noted, |last| last.max(noted)))
}

pub(crate) fn set_last_commit(connection: &Connection, last: CommitNumber) -> rusqlite::Result<()> {
    set(connection, LAST_COMMIT, last.0)
}

/// As far as the moment of a creation and the one in its id were ever apart.
pub(crate) fn skew(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(number(connection, SKEW)?.cast_signed())
}

pub(crate) fn set_skew(connection: &Connection, skew: i64) -> rusqlite::Result<()> {
    set(connection, SKEW, skew.cast_unsigned())
}

/// The keys that anything here was ever encrypted with, the first one first.
pub(crate) fn keys(connection: &Connection) -> rusqlite::Result<Vec<KeyId>> {
    let mut query = connection.prepare_cached("SELECT value FROM meta WHERE key = ?")?;
    let keys: Option<String> = query.query_row([KEYS], |row| row.get(0)).optional()?;
    Ok(keys.unwrap_or_default().split(' ').filter_map(KeyId::parse).collect())
}

pub(crate) fn set_keys(connection: &Connection, keys: &[KeyId]) -> rusqlite::Result<()> {
    let keys: Vec<String> = keys.iter().map(KeyId::to_string).collect();
    connection.prepare_cached(SET)?.execute(params![KEYS, keys.join(" ")])?;
    Ok(())
}

fn number(connection: &Connection, key: &str) -> rusqlite::Result<u64> {
    let mut query = connection.prepare_cached("SELECT value FROM meta WHERE key = ?")?;
    let number: Option<i64> = query.query_row([key], |row| row.get(0)).optional()?;
    Ok(number.map_or(0, i64::cast_unsigned))
}

fn set(connection: &Connection, key: &str, number: u64) -> rusqlite::Result<()> {
    connection.prepare_cached(SET)?.execute(params![key, number.cast_signed()])?;
    Ok(())
}
