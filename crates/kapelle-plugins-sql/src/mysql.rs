//! MySQL, and MariaDB, which speaks the same protocol.

mod batch;
mod cells;
mod connect;
mod login;
mod packets;
mod parameters;
mod queries;
mod query;
mod session;
mod system;
mod trigger;
mod variables;
mod words;

use kapelle_plugin::Registry;

pub(crate) use system::Mariadb;

pub(crate) fn register(r: &mut Registry) {
    r.task::<batch::Batch>();
    r.task::<queries::Queries>();
    r.task::<query::Query>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
