//! Large values that belong to nobody: written for an execution that was never there, or left behind by one that went.

use std::collections::BTreeSet;

use kapelle_model::ExecutionId;
use kapelle_store::StoreError;
use kapelle_store::blobs::Blobs;
use kapelle_store::error::Result;

use super::Checker;
use crate::care::space::Size;
use crate::columns;
use crate::read::InOurWords;

/// Executions that are looked up in one read.
const CHUNK: usize = 1_000;

impl Checker<'_, '_> {
    pub(super) fn values(&mut self) -> Result<()> {
        let owners = self.store.values.owners().map_err(|error| unreadable(&error))?;
        let mut looked = 0;
        for part in owners.chunks(CHUNK) {
            for owner in self.gone(part)? {
                self.orphan(owner)?;
            }
            looked += part.len() as u64;
            self.tell("large values", looked)?;
        }
        Ok(())
    }

    /// Those that are no executions.
    fn gone(&self, owners: &[ExecutionId]) -> Result<BTreeSet<ExecutionId>> {
        self.store.readers.read(|connection| {
            let mut find =
                connection.prepare_cached("SELECT 1 FROM exec WHERE id = ? AND check64 = ?").ours()?;
            let mut gone = BTreeSet::new();
            for owner in owners {
                if !find.exists((columns::key(*owner), columns::check(*owner))).ours()? {
                    gone.insert(*owner);
                }
            }
            Ok(gone)
        })
    }

    fn orphan(&mut self, owner: ExecutionId) -> Result<()> {
        let extent = self.store.values.extent(owner).map_err(|error| unreadable(&error))?;
        let is_young = self
            .options
            .written_before
            .is_some_and(|moment| extent.newest.is_none_or(|newest| newest >= moment));
        // An empty folder costs nothing, and goes with the others.
        if is_young || extent.files == 0 && !self.options.removes_orphans {
            return Ok(());
        }
        self.report.orphan_bytes += extent.bytes;
        let cure = if self.options.removes_orphans {
            self.store.values.remove_all(owner).map_err(|error| unreadable(&error))?;
            self.report.repaired += 1;
            "they were removed"
        } else {
            "nobody needs them: `kapelle store check --remove-orphans` removes them"
        };
        let why = format!("{} in {} files, and there is no such execution", Size(extent.bytes), extent.files);
        self.find(format!("large values of execution {owner}"), why, cure);
        Ok(())
    }
}

fn unreadable(error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("the folder of large values: {error}"))
}
