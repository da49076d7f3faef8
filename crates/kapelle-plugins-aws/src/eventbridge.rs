//! Tasks over buses of events (EventBridge).

mod put_events;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<put_events::PutEvents>();
}
