//! Versions of the files of namespaces.
//!
//! A file of which a version was forgotten has a row 0, an end, whose size is the largest number that was forgotten: so
//! no number is ever given to another version.

use kapelle_store::namespace_file::{FileName, FileVersion};
use rusqlite::params;

use super::batch::{Batch, Written};

impl Batch<'_> {
    pub(super) fn write_file(&mut self, file: &FileVersion) -> Written<()> {
        let ns = self.ns(&file.tenant, &file.namespace)?;
        let last: Option<u32> = self
            .connection
            .prepare_cached(
                "SELECT max(CASE version WHEN 0 THEN size ELSE version END) FROM ns_file WHERE ns = ? AND path = ?",
            )?
            .query_row((ns.0, &file.path), |row| row.get(0))?;
        let write = "INSERT INTO ns_file (ns, path, version, is_folder, is_deleted, size, place, created) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        self.connection.prepare_cached(write)?.execute(params![
            ns.0,
            file.path,
            last.unwrap_or(0) + 1,
            file.is_folder,
            file.is_deleted,
            file.size.cast_signed(),
            file.place,
            file.created.0,
        ])?;
        Ok(())
    }

    pub(super) fn forget_file(&self, name: &FileName) -> Written<()> {
        let Some(ns) = self.known_ns(&name.tenant, &name.namespace) else { return Ok(()) };
        let forget = "DELETE FROM ns_file WHERE ns = ? AND path = ? AND version = ? AND version > 0";
        if self.connection.prepare_cached(forget)?.execute((ns.0, &name.path, name.version))? == 0 {
            return Ok(());
        }
        let remember = "INSERT INTO ns_file (ns, path, version, is_folder, is_deleted, size, created) \
                        VALUES (?, ?, 0, 0, 1, ?, 0) \
                        ON CONFLICT (ns, path, version) DO UPDATE SET size = max(size, excluded.size)";
        self.connection.prepare_cached(remember)?.execute((ns.0, &name.path, name.version))?;
        Ok(())
    }
}
