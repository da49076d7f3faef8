//! A server on a free port over a store in memory, and clients that speak HTTP with it.

mod accounts;
mod executions;
mod files;
mod flows;
mod instance;
mod keys;
mod namespaces;
mod stage;
