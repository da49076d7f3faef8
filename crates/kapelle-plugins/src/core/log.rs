//! Logs: writing lines, fetching and deleting them.

pub(super) mod log_write;
