//! Documents, and files of namespaces.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_store::codec::Codec;
use kapelle_store::document::Kind;
use kapelle_store::error::Result;
use kapelle_store::namespace_file::FileVersion;
use kapelle_store::{Document, DocumentKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::{InOurWords, limit};
use crate::names::{Names, NsId};

const COLUMNS: &str = "ns, name, version, created, updated, due, data";

/// What makes documents of rows.
type Words<'a> = (&'a Names, &'a Codec);

/// A document as it stands in its row.
struct Raw {
    ns: NsId,
    name: Arc<str>,
    version: i64,
    created: i64,
    updated: i64,
    due: Option<i64>,
    data: Vec<u8>,
}

impl Raw {
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            ns: NsId(row.get(0)?),
            name: row.get(1)?,
            version: row.get(2)?,
            created: row.get(3)?,
            updated: row.get(4)?,
            due: row.get(5)?,
            data: row.get(6)?,
        })
    }

    fn read(self, kind: Kind, names: &Names, codec: &Codec) -> Result<Document> {
        let namespace = names.namespace_of(self.ns)?;
        let key = DocumentKey {
            kind,
            tenant: Arc::clone(&namespace.tenant),
            namespace: Arc::clone(&namespace.name),
            name: self.name,
        };
        let (data, is_secret) = codec.read_document(&key, &self.data)?;
        Ok(Document {
            key,
            version: self.version.cast_unsigned(),
            created: Millis(self.created),
            updated: Millis(self.updated),
            due: self.due.map(Millis),
            data,
            is_secret,
        })
    }
}

pub(crate) fn document(
    connection: &Connection,
    (names, codec): Words<'_>,
    key: &DocumentKey,
) -> Result<Option<Document>> {
    let Some(ns) = names.ns(&key.tenant, &key.namespace) else { return Ok(None) };
    let query =
        format!("SELECT {COLUMNS} FROM document WHERE kind = ? AND ns = ? AND name = ? AND data IS NOT NULL");
    let mut query = connection.prepare_cached(&query).ours()?;
    let found = query.query_row((key.kind as u8, ns.0, &key.name), Raw::of).optional().ours()?;
    found.map(|raw| raw.read(key.kind, names, codec)).transpose()
}

/// By tenant, namespace and name, after a key.
pub(crate) fn documents(
    connection: &Connection,
    (names, codec): Words<'_>,
    permit: &Permit,
    kind: Kind,
    namespace: Option<&str>,
    after: Option<&DocumentKey>,
    rows: usize,
) -> Result<Vec<Document>> {
    let mut places: Vec<(&str, &str, NsId)> = names
        .namespaces()
        .filter(|(_, place)| permit.covers(&place.tenant, &place.name))
        .filter(|(_, place)| namespace.is_none_or(|namespace| *place.name == *namespace))
        .filter(|(_, place)| {
            after.is_none_or(|after| (&*place.tenant, &*place.name) >= (&*after.tenant, &*after.namespace))
        })
        .map(|(id, place)| (&*place.tenant, &*place.name, id))
        .collect();
    places.sort_unstable();
    let query = |rest| {
        format!(
            "SELECT {COLUMNS} FROM document WHERE kind = ? AND ns = ? AND data IS NOT NULL {rest} ORDER BY name LIMIT ?"
        )
    };
    let mut all = connection.prepare_cached(&query("")).ours()?;
    let mut those_after = connection.prepare_cached(&query("AND name > ?")).ours()?;
    let mut found = Vec::new();
    for (tenant, name, ns) in places {
        if found.len() >= rows {
            break;
        }
        let is_last = |after: &&DocumentKey| (&*after.tenant, &*after.namespace) == (tenant, name);
        let left = limit(rows - found.len());
        let part = match after.filter(is_last) {
            Some(after) => those_after.query_map((kind as u8, ns.0, &after.name, left), Raw::of),
            None => all.query_map((kind as u8, ns.0, left), Raw::of),
        };
        let part: Vec<Raw> = part.and_then(Iterator::collect).ours()?;
        for raw in part {
            found.push(raw.read(kind, names, codec)?);
        }
    }
    Ok(found)
}

pub(crate) fn due(
    connection: &Connection,
    (names, codec): Words<'_>,
    kind: Kind,
    until: Millis,
    rows: usize,
) -> Result<Vec<Document>> {
    let query = format!(
        "SELECT {COLUMNS} FROM document WHERE kind = ? AND due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?"
    );
    let mut query = connection.prepare_cached(&query).ours()?;
    let found = query.query_map((kind as u8, until.0, limit(rows)), Raw::of);
    let found: Vec<Raw> = found.and_then(Iterator::collect).ours()?;
    found.into_iter().map(|raw| raw.read(kind, names, codec)).collect()
}

/// All versions of a file, or the last ones of all that are there.
pub(crate) fn files(
    connection: &Connection,
    names: &Names,
    tenant: &str,
    namespace: &str,
    path: Option<&str>,
) -> Result<Vec<FileVersion>> {
    let Some(ns) = names.ns(tenant, namespace) else { return Ok(Vec::new()) };
    let condition = match path {
        Some(_) => "path = ?2 AND version > 0",
        None => {
            "?2 IS NULL AND is_deleted = 0 AND version = \
             (SELECT max(version) FROM ns_file other WHERE other.ns = file.ns AND other.path = file.path)"
        }
    };
    let query = format!(
        "SELECT path, version, is_folder, is_deleted, size, place, created FROM ns_file file \
         WHERE ns = ?1 AND {condition} ORDER BY path, version"
    );
    let (tenant, namespace): (Arc<str>, Arc<str>) = (tenant.into(), namespace.into());
    let mut query = connection.prepare_cached(&query).ours()?;
    let found = query.query_map(params![ns.0, path], |row| {
        Ok(FileVersion {
            tenant: Arc::clone(&tenant),
            namespace: Arc::clone(&namespace),
            path: row.get(0)?,
            version: row.get(1)?,
            is_folder: row.get(2)?,
            is_deleted: row.get(3)?,
            size: row.get::<_, i64>(4)?.cast_unsigned(),
            place: row.get(5)?,
            created: Millis(row.get(6)?),
        })
    });
    found.and_then(Iterator::collect).ours()
}
