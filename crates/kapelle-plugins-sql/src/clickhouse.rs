//! ClickHouse, over HTTP.

mod answer;
mod cells;
mod literals;
mod session;
mod system;
mod words;

mod bulk_insert;
mod queries;
mod query;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<bulk_insert::BulkInsert>();
    r.task::<queries::Queries>();
    r.task::<query::Query>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
