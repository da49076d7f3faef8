//! What the commands do, one file each.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod configs;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod expressions;
pub(crate) mod flow;
pub(crate) mod format;
pub(crate) mod import;
pub(crate) mod openapi;
pub(crate) mod plugins;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod secrets;
pub(crate) mod server;
pub(crate) mod store;
pub(crate) mod test;
pub(crate) mod triggers;
