//! Tasks over files of the internal storage. Files are read and written in parts, never whole in memory.

mod batches;
mod charset;
pub(super) mod concat;
pub(super) mod deduplicate_items;
pub(super) mod delete;
pub(super) mod filter_items;
mod finishing;
mod items;
mod lines;
pub(super) mod local_files;
pub(super) mod purge_current_execution_files;
pub(super) mod purge_storage;
pub(super) mod reverse;
pub(super) mod size;
pub(super) mod split;
mod spool;
pub(super) mod write;

pub(super) use batches::{How, split_file};

/// What follows the last dot of the name of an address, with the dot; nothing if it has none.
fn extension(uri: &str) -> &str {
    let name = uri.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or("", |dot| &name[dot..])
}

/// The words for a file that is not there.
fn absent(uri: &kapelle_model::Text) -> kapelle_model::Failure {
    kapelle_model::Failure::new(format!("the file `{}` does not exist in the internal storage", uri.masked()))
}

#[cfg(test)]
mod tests;
