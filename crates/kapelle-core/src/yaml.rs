//! Reading YAML into positioned trees, with the rules that flows are read by.
//!
//! Events come from a scanner of the same family as the one Kestra uses, so that both accept and refuse the same
//! texts (`docs/adr/0002-yaml-scanner.md`). On top of it this module adds what flows need: positions in bytes,
//! limits, scalars of YAML 1.1, duplicate keys, and errors that say what to do.
//! Anchors, aliases and merge keys have no meaning in flows and are not expanded.

mod decode;
mod documents;
mod missing;
mod problem;
mod reader;
mod repair;
mod scalar;
mod scanner;
pub mod write;

pub use decode::decode;
pub use documents::split;
pub use reader::{Reading, read};

#[cfg(test)]
mod tests;
