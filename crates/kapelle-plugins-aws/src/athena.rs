//! Tasks over Athena.

mod query;
mod values;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<query::Query>();
}
