//! Schedules as flows write them.

use jiff::SignedDuration;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::form;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::time::cron::{ClockChanges, Cron};
use kapelle_core::time::duration;
use kapelle_model::Node;
use kapelle_model::flow::Trigger;

use super::{Recover, Schedule, Times};
use crate::conditions::{Condition, Conditions};
use crate::labels;

impl Schedule {
    /// Reads a schedule of a flow. Nothing is refused here: what is wrong is told when it is asked.
    pub fn read(
        trigger: &Trigger,
        namespace: &str,
        flow: &str,
        language: Language,
        catalogue: &'static Catalogue,
    ) -> Self {
        let node = |name: &str| trigger.property(name).filter(|node| !node.is_null());
        let property = |name: &str| node(name).map(|node| Property::read(node, language));
        let when = node("when").map(|node| Condition::when(node, language));
        // The old name is an addition, not another place for the same.
        let listed = ["conditions", "scheduleConditions"].into_iter().filter_map(node).flat_map(Node::items);
        let listed = listed.map(|node| Condition::read(node, language, catalogue));
        let labels = labels::read(node("labels")).into_iter();
        Self {
            id: trigger.id.value.clone(),
            type_name: trigger.type_name.written.value.clone(),
            namespace: namespace.to_owned(),
            flow: flow.to_owned(),
            is_disabled: trigger.disabled,
            times: if trigger.type_name.canonical.ends_with(".ScheduleOnDates") {
                Times::Listed(property("dates"))
            } else {
                Times::Cron { cron: cron(trigger), changes: changes(node("dst")) }
            },
            zone: property("timezone"),
            recover: node("recoverMissedSchedules").and_then(Node::as_text).and_then(Recover::from_name),
            late_maximum: late_maximum(node("lateMaximumDelay")),
            conditions: Conditions::of(when.into_iter().chain(listed)),
            inputs: property("inputs"),
            labels: labels.map(|(key, value)| (key, Property::text(value, language))).collect(),
        }
    }
}

fn cron(trigger: &Trigger) -> Result<Cron, String> {
    let text = trigger.property("cron").and_then(Node::scalar_text).ok_or("its `cron` is missing")?;
    let with_seconds = trigger.property("withSeconds").and_then(Node::as_bool).unwrap_or(false);
    Cron::parse(&text, with_seconds)
        .map_err(|error| format!("its `cron` is `{}`: {}", form::short(&text), error.reason))
}

fn changes(node: Option<&Node>) -> ClockChanges {
    node.and_then(Node::as_text).and_then(ClockChanges::from_name).unwrap_or_default()
}

fn late_maximum(node: Option<&Node>) -> Result<Option<SignedDuration>, String> {
    let Some(text) = node.and_then(Node::scalar_text) else { return Ok(None) };
    let read = duration::parse(text.trim());
    read.map(Some).map_err(|reason| format!("its `lateMaximumDelay` is `{}`: {reason}", form::short(&text)))
}
