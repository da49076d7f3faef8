//! Tasks that show what expressions give.

pub(super) mod echo;
pub(super) mod return_value;
