//! Tasks about executions: this one and others.

pub(super) mod assert;
pub(super) mod count;
pub(super) mod fail;
pub(super) mod purge_executions;
pub(super) mod resume;
