//! What the commands do, one file each.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod flow;
