//! A server on a free port over a store in memory, and clients that speak HTTP with it.

mod accounts;
mod blueprints;
mod bulk_jobs;
mod changes;
mod dashboards;
mod doors;
mod encrypted;
mod executions;
mod files;
mod flows;
mod home;
mod instance;
mod interface;
mod keys;
mod language;
mod mcp;
mod namespaces;
mod own;
mod pages;
mod plugins;
mod record;
mod saving;
mod stage;
mod stats;
mod telling;
mod templates;
