//! Tasks about triggers.

pub(super) mod toggle;
