//! MariaDB. It is talked to as MySQL is.

mod queries;
mod query;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<queries::Queries>();
    r.task::<query::Query>();
    r.polling::<trigger::Trigger>();
}
