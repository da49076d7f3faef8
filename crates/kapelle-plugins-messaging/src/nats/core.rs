//! Messages: sent, asked, and read from streams.

mod consume;
mod produce;
mod reading;
mod realtime_trigger;
mod request;
mod trigger;

use kapelle_plugin::Registry;

pub(super) fn register(r: &mut Registry) {
    r.task::<consume::Consume>();
    r.task::<produce::Produce>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
    r.task::<request::Request>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
