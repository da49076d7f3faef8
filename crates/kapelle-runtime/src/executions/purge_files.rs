//! Deleting files of executions by the age of the files, also where the execution is not there any more.

use std::io;

use jiff::Timestamp;
use kapelle_model::{ExecutionId, Failure};
use kapelle_plugin::{OldFiles, Purged};
use kapelle_store::error::Result as Stored;

use super::{TenantExecutions, failed};
use crate::storage::{EXECUTIONS, StoredPath, executions_folder, namespace_folder};

impl TenantExecutions {
    pub(super) fn purge_old_files(&self, of: &OldFiles) -> Result<Purged, Failure> {
        let mut purged = Purged::default();
        for folder in self.folders_of(of)? {
            self.purge_folder(&folder, of, &mut purged)?;
        }
        Ok(purged)
    }

    /// Of one execution. What somebody still works with is left alone, however old it is.
    fn purge_folder(
        &self,
        folder: &ExecutionFolder,
        of: &OldFiles,
        purged: &mut Purged,
    ) -> Result<(), Failure> {
        purged.scanned += 1;
        let all = self.storage.list(&folder.path).map_err(unread)?;
        let mut old = Vec::new();
        for file in &all {
            let entry = self.storage.entry(file).map_err(unread)?;
            if entry.is_some_and(|entry| is_meant(entry.changed, of)) {
                old.push(file);
            }
        }
        if old.is_empty() || self.still_runs(folder.id).map_err(failed)? {
            return Ok(());
        }
        purged.executions += 1;
        if of.is_dry {
            return Ok(());
        }
        if old.len() == all.len() {
            // With the folders, which would stay behind.
            purged.files += self.storage.delete_below(&folder.path).map_err(unread)?.len() as u64;
            return Ok(());
        }
        for file in old {
            purged.files += u64::from(self.storage.delete(file).map_err(unread)?);
        }
        Ok(())
    }

    fn still_runs(&self, id: ExecutionId) -> Stored<bool> {
        Ok(self.grips.store.header(id)?.is_some_and(|header| !header.head.history.current().is_terminal()))
    }

    /// The folders of the executions that are meant.
    fn folders_of(&self, of: &OldFiles) -> Result<Vec<ExecutionFolder>, Failure> {
        let path = |inner: &str| StoredPath::new(&self.tenant, inner).map_err(Failure::new);
        if let (Some(namespace), Some(flow)) = (&of.namespace, &of.flow) {
            return self.executions_in(&path(&executions_folder(namespace, flow))?);
        }
        let mut found = Vec::new();
        let top = match &of.namespace {
            Some(namespace) => path(&namespace_folder(namespace))?,
            None => StoredPath::tenant_folder(&self.tenant).map_err(Failure::new)?,
        };
        let mut open = vec![top.clone()];
        while let Some(folder) = open.pop() {
            for name in self.storage.folders(&folder).map_err(unread)? {
                // Names that cannot be paths were not made by us, and no name of a flow or namespace begins so.
                let Ok(inner) = folder.join(&name) else { continue };
                if name.starts_with('_') {
                    continue;
                }
                // A flow with the name of the namespace belongs to the namespace above.
                if name == EXECUTIONS && folder != top {
                    found.extend(self.executions_in(&inner)?);
                }
                if ExecutionId::parse(&name).is_none() {
                    open.push(inner);
                }
            }
        }
        Ok(found)
    }

    /// The folders of executions in a folder, which may also be that of a flow or of a namespace with this name.
    fn executions_in(&self, folder: &StoredPath) -> Result<Vec<ExecutionFolder>, Failure> {
        let names = self.storage.folders(folder).map_err(unread)?;
        let folder_of = |name: &String| {
            Some(ExecutionFolder { id: ExecutionId::parse(name)?, path: folder.join(name).ok()? })
        };
        Ok(names.iter().filter_map(folder_of).collect())
    }
}

struct ExecutionFolder {
    id: ExecutionId,
    path: StoredPath,
}

fn is_meant(changed: Timestamp, of: &OldFiles) -> bool {
    changed < of.until && of.from.is_none_or(|from| changed >= from)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn unread(error: io::Error) -> Failure {
    Failure::new(error.to_string())
}
