//! Small things with a name.

use kapelle_store::transaction::Over;
use kapelle_store::{Conflict, Document, DocumentKey};
use rusqlite::{OptionalExtension, params};

use super::batch::{Batch, Written, moment};
use crate::names::NsId;

/// What is kept of a document.
struct Kept {
    id: i64,
    version: i64,
    is_removed: bool,
}

impl Batch<'_> {
    pub(super) fn put(&mut self, document: &Document, over: Over) -> Written<()> {
        let key = &document.key;
        let ns = self.ns(&key.tenant, &key.namespace)?;
        let kept = self.kept_document(ns, key)?;
        check(key, kept.as_ref(), over)?;
        let Document { created, updated, due, data, .. } = document;
        if let Some(kept) = kept {
            // One that was removed begins anew, but for its version.
            let created = kept.is_removed.then_some(created.0);
            let write = "UPDATE document SET version = version + 1, created = coalesce(?, created), updated = ?, \
                         due = ?, data = ? WHERE id = ?";
            let columns = params![created, updated.0, moment(*due), data, kept.id];
            self.connection.prepare_cached(write)?.execute(columns)?;
        } else {
            let write = "INSERT INTO document (kind, ns, name, version, created, updated, due, data) \
                         VALUES (?, ?, ?, 1, ?, ?, ?, ?)";
            let columns = params![key.kind as u8, ns.0, key.name, created.0, updated.0, moment(*due), data];
            self.connection.prepare_cached(write)?.execute(columns)?;
        }
        Ok(())
    }

    pub(super) fn remove(&self, key: &DocumentKey, over: Over) -> Written<()> {
        let ns = self.known_ns(&key.tenant, &key.namespace);
        let kept = ns.map(|ns| self.kept_document(ns, key)).transpose()?.flatten();
        check(key, kept.as_ref(), over)?;
        if let Some(kept) = kept {
            self.connection
                .prepare_cached("UPDATE document SET due = NULL, data = NULL WHERE id = ?")?
                .execute([kept.id])?;
        }
        Ok(())
    }

    fn kept_document(&self, ns: NsId, key: &DocumentKey) -> Written<Option<Kept>> {
        let query = "SELECT id, version, data IS NULL FROM document WHERE kind = ? AND ns = ? AND name = ?";
        let kept =
            self.connection.prepare_cached(query)?.query_row((key.kind as u8, ns.0, &key.name), |row| {
                Ok(Kept { id: row.get(0)?, version: row.get(1)?, is_removed: row.get(2)? })
            });
        Ok(kept.optional()?)
    }
}

fn check(key: &DocumentKey, kept: Option<&Kept>, over: Over) -> Written<()> {
    let kept = kept.filter(|kept| !kept.is_removed).map(|kept| kept.version.cast_unsigned());
    let fits = match over {
        Over::Any => true,
        Over::Nothing => kept.is_none(),
        Over::Version(version) => kept == Some(version),
    };
    if fits { Ok(()) } else { Err(Conflict::Document { key: key.clone(), kept }.into()) }
}
