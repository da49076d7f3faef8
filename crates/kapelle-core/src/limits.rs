//! The limits of the flow language, each with its reason. Beyond one the answer is a clear error, never a slow or
//! a dead process.

/// Bytes of one flow source. The largest hand-written flows are some 100 KiB.
pub const SOURCE_BYTES_MAX: usize = 1024 * 1024;

/// Levels of lists and maps. Everything that walks a document may recurse, since this bounds its stack.
pub const DEPTH_MAX: usize = 64;

/// Scalars, lists and maps of one document.
pub const NODES_MAX: usize = 50_000;

/// Documents of one source; a file with all flows of a large installation has some hundreds.
pub const DOCUMENTS_MAX: usize = 5_000;

/// Pairs of characters that may be compared in one document while looking for names that were meant.
pub const LOOKUP_WORK_MAX: usize = 200_000_000;

/// Diagnostics of one document; what comes after is counted, not listed.
pub const DIAGNOSTICS_MAX: usize = 200;

/// Bytes of a template text: as many as a flow may have. Longer texts belong into files.
pub const TEMPLATE_BYTES_MAX: usize = SOURCE_BYTES_MAX;
