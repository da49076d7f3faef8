//! What may happen only once, and the record of what was done.

use kapelle_model::Millis;
use kapelle_store::Conflict;
use kapelle_store::audit::{self, AuditEntry};
use kapelle_store::transaction::{Once, OnceKind};
use rusqlite::{OptionalExtension, params};

use super::batch::{Batch, Written};

pub(crate) const fn of_once(kind: OnceKind) -> i64 {
    match kind {
        OnceKind::Occurrence => 0,
        OnceKind::Request => 1,
    }
}

impl Batch<'_> {
    pub(super) fn write_once(&self, once: &Once) -> Written<()> {
        let kind = of_once(once.kind);
        let first: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT result FROM once WHERE kind = ? AND key = ?")?
            .query_row((kind, &once.key), |row| row.get(0))
            .optional()?;
        if let Some(result) = first {
            return Err(Conflict::Happened { result }.into());
        }
        self.connection
            .prepare_cached("INSERT INTO once (kind, key, until, result) VALUES (?, ?, ?, ?)")?
            .execute((kind, &once.key, once.until.0, &once.result))?;
        Ok(())
    }

    pub(super) fn forget_once(&self, kind: OnceKind, until: Millis) -> Written<()> {
        self.connection
            .prepare_cached("DELETE FROM once WHERE kind = ? AND until < ?")?
            .execute((of_once(kind), until.0))?;
        Ok(())
    }

    pub(super) fn write_audit(&self, entry: &AuditEntry) -> Written<()> {
        let last: Option<(i64, Vec<u8>)> = self
            .connection
            .prepare_cached("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (number, before) = match last {
            Some((number, hash)) => (number + 1, <[u8; 32]>::try_from(hash).unwrap_or_default()),
            None => (1, [0; 32]),
        };
        let hash = audit::hash(before, number.cast_unsigned(), entry);
        let write = "INSERT INTO audit (number, at, tenant, actor, action, subject, detail, hash) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let AuditEntry { at, tenant, actor, action, subject, detail } = entry;
        self.connection
            .prepare_cached(write)?
            .execute(params![number, at.0, tenant, actor, action, subject, detail, hash])?;
        Ok(())
    }
}
