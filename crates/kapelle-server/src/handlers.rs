//! What routes do: take a call apart, ask the runtime or the store, put an answer together.

pub(crate) mod accounts;
pub(crate) mod dependencies;
pub(crate) mod executions;
pub(crate) mod files;
pub(crate) mod flows;
pub(crate) mod instance;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod namespaces;
pub(crate) mod secrets;
pub(crate) mod triggers;
pub(crate) mod webhooks;
