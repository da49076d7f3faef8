//! Tasks over functions of Lambda.

mod invoke;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<invoke::Invoke>();
}
