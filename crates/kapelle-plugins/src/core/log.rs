//! Logs: writing lines, fetching and deleting them.

pub(super) mod fetch;
pub(super) mod log_write;
pub(super) mod purge_logs;
