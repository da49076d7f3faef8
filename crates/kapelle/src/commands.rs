//! What the commands do, one file each. They return what is to be printed.

pub(crate) mod explain;
pub(crate) mod format;
pub(crate) mod plugins;
pub(crate) mod schema;
