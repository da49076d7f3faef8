//! Tasks that are written by expressions.

pub(super) mod templated_task;
