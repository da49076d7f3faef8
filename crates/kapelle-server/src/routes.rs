//! The table of all routes, a file for each group of them.

mod accounts;
mod audit;
mod blueprints;
mod bulk_jobs;
mod dashboards;
mod events;
mod executions;
mod files;
mod flows;
mod instance;
mod interface;
mod keys;
mod mcp;
mod namespaces;
mod own;
mod plugins;
mod stats;
mod templates;
mod triggers;
mod webhooks;

use std::sync::Arc;

use crate::auth::Accounts;
use crate::route::Route;

/// What the door for clients answers.
pub(crate) fn api() -> Vec<Route> {
    [
        interface::routes(),
        instance::routes(),
        plugins::routes(),
        dashboards::routes(),
        blueprints::routes(),
        stats::routes(),
        mcp::routes(),
        events::routes(),
        flows::routes(),
        executions::routes(),
        bulk_jobs::routes(),
        triggers::routes(),
        webhooks::routes(),
        keys::routes(),
        files::routes(),
        namespaces::routes(),
        audit::routes(),
        own::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a server answers besides whose configuration has templates.
pub(crate) fn templates() -> Vec<Route> {
    templates::routes()
}

/// What a server with accounts answers besides.
pub(crate) fn accounts(accounts: &Arc<Accounts>) -> Vec<Route> {
    accounts::routes(accounts)
}

/// What the door for those who watch the server answers.
pub(crate) fn management() -> Vec<Route> {
    instance::management()
}

#[cfg(test)]
mod tests;
