//! What triggers wait for that do not go by the clock.

use jiff::Zoned;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::language::Language;
use kapelle_engine::flow_trigger::FlowTrigger;
use kapelle_model::flow::{Flow, Trigger};
use kapelle_model::{Millis, Node};

/// In one line.
pub(super) fn words(flow: &Flow, trigger: &Trigger, language: Language, now: &Zoned) -> String {
    let name = trigger.type_name.canonical.as_str();
    match name.rsplit('.').next().unwrap_or_default() {
        "Webhook" => "a request to its webhook".to_owned(),
        "McpToolTrigger" => "a client that calls it as a tool".to_owned(),
        "Flow" => of_flow(
            &FlowTrigger::read(trigger, &flow.namespace, &flow.id, language, Catalogue::bundled()),
            now,
        ),
        "RealtimeTrigger" => "an event that its source sends".to_owned(),
        _ => {
            let interval = trigger.property("interval").and_then(Node::scalar_text);
            let often = interval.map_or_else(String::new, |interval| format!(" (it looks every {interval})"));
            format!("something new at its source{often}")
        }
    }
}

fn of_flow(trigger: &FlowTrigger, now: &Zoned) -> String {
    let moment = Millis(now.timestamp().as_millisecond());
    let groups = trigger.waiting(&[], moment, now.time_zone());
    let wanted: Vec<_> = groups.iter().flat_map(|group| &group.keys).map(|key| key.wanted.as_str()).collect();
    match wanted.as_slice() {
        [] => "a change of an execution of another flow".to_owned(),
        wanted => wanted.join("; "),
    }
}
