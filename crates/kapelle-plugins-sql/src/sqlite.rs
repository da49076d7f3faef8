//! SQLite: databases that are files of this machine, or of the internal storage.

mod cells;
mod database;
mod session;

mod queries;
mod query;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<queries::Queries>();
    r.task::<query::Query>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
