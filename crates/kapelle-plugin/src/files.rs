//! Files of tasks that work in a directory: what is put into it before they begin, what is kept of it when they end.
//!
//! A task asks the host for its directory, calls [`fetch_namespace_files`] and then [`write_input_files`], does its work,
//! and calls [`collect_output_files`]. They take their time, so that they are called by way of
//! [`RunContext::blocking`](crate::RunContext::blocking). Paths never leave the directory: `..` is refused, and a link that
//! leads out of it is not followed, neither to write nor to read.

mod allowed;
mod checksum;
mod copy;
mod globs;
mod inputs;
mod many;
mod names;
mod namespace;
mod outputs;
mod parts;
mod paths;
mod walk;

pub use allowed::{ALLOWED_PATHS, allowed_folders};
pub use checksum::{Algorithm, checksum};
pub use copy::{check_address, copy, create, open};
pub use globs::Globs;
pub use inputs::write_input_files;
pub use many::{Named, named};
pub use names::{ending_of, name_of};
pub use namespace::{NamespaceFilesProperties, fetch_namespace_files};
pub use outputs::{collect_output_files, patterns, plain_names, with_names};
pub use parts::Parts;
pub use paths::{prepare, relative};
pub use walk::{Found, files_below};

#[cfg(test)]
mod tests;
