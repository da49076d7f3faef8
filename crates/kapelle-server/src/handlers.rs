//! What routes do: take a call apart, ask the runtime or the store, put an answer together.

pub(crate) mod accounts;
pub(crate) mod api;
pub(crate) mod audit;
pub(crate) mod blueprints;
pub(crate) mod dashboards;
pub(crate) mod dependencies;
pub(crate) mod events;
pub(crate) mod executions;
pub(crate) mod files;
pub(crate) mod flows;
pub(crate) mod instance;
pub(crate) mod interface;
pub(crate) mod keys;
pub(crate) mod language;
pub(crate) mod logs;
pub(crate) mod mcp;
pub(crate) mod measures;
pub(crate) mod metrics;
pub(crate) mod namespaces;
pub(crate) mod plugins;
pub(crate) mod secrets;
pub(crate) mod stats;
pub(crate) mod times;
pub(crate) mod triggers;
pub(crate) mod webhooks;
pub(crate) mod why;
