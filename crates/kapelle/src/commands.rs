//! What the commands do, one file each.

pub(crate) mod check;
pub(crate) mod flow;
