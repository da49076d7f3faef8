//! The tasks and triggers that are built in: one file for each type.
//!
//! A file holds a struct with the properties and the code that runs it; what a family shares stands beside it. Everything
//! reaches the world only through [`kapelle_plugin::RunContext`].

mod core;
mod declared;
pub mod docker;
#[cfg(test)]
mod duties;
mod files;
mod http;
mod local_files;
pub mod runner;
mod scripts;

use kapelle_plugin::Registry;

/// Everything that is built in.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    core::register(&mut registry);
    declared::register(&mut registry);
    docker::register(&mut registry);
    http::register(&mut registry);
    local_files::register(&mut registry);
    scripts::register(&mut registry);
    registry
}
