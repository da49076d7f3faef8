//! The store in one folder: executions in SQLite, logs in a file for each month.
//!
//! One thread writes executions and everything that is written with them, many transactions in one commit; another one
//! writes logs. Reads have connections of their own and see what was acknowledged.
//!
//! A transaction goes from [`SqliteStore`] through `prepared` (what takes time, in the thread of who asks; `record` is
//! how changes of executions look then) to `writer` (the only one who writes). `care` keeps it healthy: checks, backups, purges. `read` answers; `schema` and `migrations` say what the tables are.

pub mod care;
mod columns;
mod connection;
mod errors;
mod folder;
mod keys;
pub mod log_files;
mod meta;
mod moment;
mod names;
mod prepared;
mod read;
mod record;
mod rewind;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use moment::{Moment, Watch};
pub use rewind::Rewind;
pub use store::{Options, SqliteStore};
pub use writer::Fatal;
