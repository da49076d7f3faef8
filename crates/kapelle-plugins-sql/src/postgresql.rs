//! PostgreSQL.

mod cells;
mod connect;
mod copying;
mod parameter;
mod secure;
mod session;
mod words;

mod batch;
mod copy_in;
mod copy_out;
mod queries;
mod query;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<batch::Batch>();
    r.task::<copy_in::CopyIn>();
    r.task::<copy_out::CopyOut>();
    r.task::<queries::Queries>();
    r.task::<query::Query>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
