//! Lists: elements are put to their head, and taken from there.

mod list_pop;
mod list_push;
mod realtime_trigger;
mod taking;
mod trigger;

use kapelle_plugin::Registry;

pub(super) fn register(r: &mut Registry) {
    r.task::<list_pop::ListPop>();
    r.task::<list_push::ListPush>();
    r.polling::<trigger::Trigger>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
}

#[cfg(test)]
mod tests;
