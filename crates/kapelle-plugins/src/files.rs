//! Files of tasks that work in a directory: what is put into it before they begin, what is kept of it when they end.
//!
//! A task asks the host for its directory, calls [`fetch_namespace_files`] and then [`write_input_files`], does its work,
//! and calls [`collect_output_files`]. They take their time, so that they are called by way of
//! [`RunContext::blocking`](kapelle_plugin::RunContext::blocking). Paths never leave the directory: `..` is refused, and a link that leads out of it
//! is not followed, neither to write nor to read.

mod copy;
mod globs;
mod inputs;
mod namespace;
mod outputs;
mod paths;
mod walk;

pub(crate) use copy::{check_address, copy, create, open};
pub(crate) use globs::Globs;
pub(crate) use inputs::write_input_files;
pub(crate) use namespace::{NamespaceFilesProperties, fetch_namespace_files};
pub(crate) use outputs::{collect_output_files, patterns};
pub(crate) use paths::{prepare, relative};
pub(crate) use walk::{Found, files_below};

#[cfg(test)]
mod tests;
