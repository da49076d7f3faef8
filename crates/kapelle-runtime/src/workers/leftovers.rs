//! Directories of attempts that an earlier process could not remove any more.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_model::ExecutionId;
use kapelle_store::Store;

/// What begins like this is removed, whatever becomes of the execution meanwhile.
const OVER: &str = ".over-";

/// Removes, in a thread of its own, what is left of executions of this store that are over. Those that go on may need
/// theirs.
pub(crate) fn remove(root: &Path, store: &dyn Store) {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let over: Vec<_> =
        entries.filter_map(|entry| aside(root, &entry.file_name().to_string_lossy(), store)).collect();
    if !over.is_empty() {
        let thread = std::thread::Builder::new().name("leftovers".to_owned());
        // What stays is found by the next process.
        let _later = thread.spawn(move || over.iter().for_each(|path| drop(fs::remove_dir_all(path))));
    }
}

/// Where the directory is after it was put aside, if that is to be removed. An execution that begins again makes another.
fn aside(root: &Path, name: &str, store: &dyn Store) -> Option<PathBuf> {
    if let Some(execution) = name.strip_prefix(OVER) {
        return ExecutionId::parse(execution).map(|_| root.join(name));
    }
    let header = store.header(ExecutionId::parse(name)?).ok()??;
    let aside = root.join(format!("{OVER}{name}"));
    let is_over = header.head.history.current().is_terminal();
    (is_over && fs::rename(root.join(name), &aside).is_ok()).then_some(aside)
}
