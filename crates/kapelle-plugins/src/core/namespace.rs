//! Files of namespaces.

mod chosen;
pub(super) mod delete_files;
pub(super) mod download_files;
pub(super) mod purge_files;
pub(super) mod upload_files;

#[cfg(test)]
mod tests;
