//! The tasks and triggers that are built in: one file for each type.
//!
//! A file holds a struct with the properties and the code that runs it; what a family shares stands beside it. Everything
//! reaches the world only through [`kapelle_plugin::RunContext`]. Families that need much of their own are crates beside
//! this one.

mod core;
mod declared;
pub mod docker;
#[cfg(test)]
mod duties;
mod http;
pub mod kubernetes;
mod local_files;
pub mod runner;
mod scripts;

use kapelle_plugin::Registry;

pub use declared::own::add_definitions;
pub use kapelle_plugins_aws as aws;
pub use kapelle_plugins_google as google;

/// Everything that is built in, and what [`add_definitions`] added.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    core::register(&mut registry);
    declared::register(&mut registry);
    docker::register(&mut registry);
    http::register(&mut registry);
    kubernetes::register(&mut registry);
    local_files::register(&mut registry);
    scripts::register(&mut registry);
    kapelle_plugins_ai::register(&mut registry);
    kapelle_plugins_aws::register(&mut registry);
    kapelle_plugins_git::register(&mut registry);
    kapelle_plugins_google::register(&mut registry);
    kapelle_plugins_mail::register(&mut registry);
    kapelle_plugins_messaging::register(&mut registry);
    kapelle_plugins_remote::register(&mut registry);
    kapelle_plugins_serdes::register(&mut registry);
    kapelle_plugins_sql::register(&mut registry);
    registry
}
