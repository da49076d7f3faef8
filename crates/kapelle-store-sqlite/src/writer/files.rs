//! Versions of the files of namespaces.

use kapelle_store::namespace_file::FileVersion;
use rusqlite::params;

use super::batch::{Batch, Written};

impl Batch<'_> {
    pub(super) fn write_file(&mut self, file: &FileVersion) -> Written<()> {
        let ns = self.ns(&file.tenant, &file.namespace)?;
        let last: Option<u32> = self
            .connection
            .prepare_cached("SELECT max(version) FROM ns_file WHERE ns = ? AND path = ?")?
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
}
