//! Tasks that keep flows and files in Git.
//!
//! The work is done by the program `git`, in an environment of its own ([`session`]): it asks nobody anything, reads no
//! configuration but ours, goes only where a task may go, and learns credentials in a way that no file and no command line
//! shows. What Git has and what it is to have is compared by pure functions ([`layout`], [`changes`]); tasks that push or
//! read flows and files never check anything out ([`repository`]), so that nothing in a repository can lead out of it.

mod changes;
mod clone;
mod commit_address;
mod configuration;
mod diff;
mod explain;
mod files_from_git;
mod files_to_git;
mod flows_from_git;
mod flows_to_git;
mod ignored;
mod layout;
mod listed;
mod login;
mod moved;
mod names;
mod namespace_sync;
mod old_push;
mod old_sync;
mod place;
mod program;
mod properties;
mod push;
mod push_execution_files;
mod push_flows;
mod push_namespace_files;
mod remote;
mod repository;
mod session;
mod staged;
mod submodules;
mod sync_flow;
mod sync_flows;
mod sync_namespace_files;
mod tenant_sync;
mod two_way;
mod working_tree;
mod written_flow;

use kapelle_plugin::Registry;

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    registry.task::<clone::Clone>();
    registry.task::<namespace_sync::NamespaceSync>();
    registry.task::<old_push::Push>();
    registry.task::<old_sync::Sync>();
    registry.task::<push_execution_files::PushExecutionFiles>();
    registry.task::<push_flows::PushFlows>();
    registry.task::<push_namespace_files::PushNamespaceFiles>();
    registry.task::<sync_flow::SyncFlow>();
    registry.task::<sync_flows::SyncFlows>();
    registry.task::<sync_namespace_files::SyncNamespaceFiles>();
    registry.task::<tenant_sync::TenantSync>();
}

#[cfg(test)]
mod tests;
