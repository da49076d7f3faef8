//! The triggers of a flow: what all kinds of them have in common.

use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::time::duration;
use kapelle_model::effect::Level;
use kapelle_model::flow::Trigger as Written;
use kapelle_model::trigger::TriggerState;
use kapelle_model::{Millis, Node, State};

use crate::conditions::Conditions;
use crate::fingerprint;
use crate::labels::{self, SYSTEM};
use crate::schedule;

/// Properties that the engine or whoever runs it has read; no plugin looks at them.
const OF_ALL: [&str; 20] = [
    "id",
    "type",
    "description",
    "version",
    "pluginDefaultsRef",
    "conditions",
    "when",
    "disabled",
    "inputs",
    "labels",
    "stopAfter",
    "workerGroup",
    "logLevel",
    "minLogLevel",
    "logToFile",
    "failOnTriggerError",
    "allowConcurrent",
    "assets",
    "interval",
    "priority",
];

/// Executions of one backfill at the same time, of a trigger that may be concurrent.
const BACKFILL_OPEN_MAX: usize = 100;

/// A trigger, read once with its flow. Nothing is refused here: what is wrong is told when it is looked at.
#[expect(clippy::struct_excessive_bools, reason = "each is a property that flows write")]
#[derive(Debug)]
pub struct Trigger {
    pub id: Arc<str>,
    /// The full current name of its type.
    pub type_name: Arc<str>,
    /// As it was written.
    pub written_type: Arc<str>,
    pub is_disabled: bool,
    /// A number for all that the flow says of it.
    pub definition: u64,
    pub kind: Kind,
    /// An execution that it started does not keep it from starting others.
    pub is_concurrent: bool,
    /// When one of its executions ends in one of these states, it is switched off.
    pub stop_after: Box<[State]>,
    /// A look that fails leaves an execution that failed.
    pub fails_in_the_open: bool,
    /// From one look to the next.
    pub interval: Option<SignedDuration>,
    pub conditions: Conditions,
    pub inputs: Option<Property>,
    /// Labels as they were written; those of the platform are left out.
    pub labels: Box<[(Arc<str>, Property)]>,
    pub least_level: Level,
    pub logs_to_file: bool,
    /// It is a Flow trigger that has to know of windows that end without success.
    pub watches_windows: bool,
    /// Of its executions: higher ones leave a queue first.
    pub priority: i32,
    /// What its plugin looks at.
    pub properties: Box<[(Arc<str>, Property)]>,
}

/// Who decides when it fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The clock, with the place in `Plan::schedules`.
    Schedule(usize),
    Webhook,
    /// Executions of other flows, with the place in `Plan::flow_triggers`.
    Flow(usize),
    /// Clients that look for tools.
    Tool,
    Plugin,
}

impl Trigger {
    /// Reads a trigger; the places are the next ones among schedules and Flow triggers.
    pub(crate) fn read(
        written: &Written,
        places: (usize, usize),
        language: Language,
        catalogue: &'static Catalogue,
    ) -> Self {
        let property = |name: &str| written.property(name).filter(|node| !node.is_null());
        let is_true = |name: &str| property(name).and_then(Node::as_bool) == Some(true);
        let level = property("logLevel").or_else(|| property("minLogLevel")).and_then(Node::as_text);
        let stop_after = property("stopAfter").map_or(&[][..], Node::items).iter();
        let own_labels = labels::read(property("labels")).into_iter();
        let own_labels = own_labels.filter(|(key, _)| !key.starts_with(SYSTEM));
        let plugin = written.properties.iter().filter(|entry| !OF_ALL.contains(&entry.key.as_str()));
        Self {
            id: Arc::from(&*written.id.value),
            type_name: Arc::from(&*written.type_name.canonical),
            written_type: Arc::from(&*written.type_name.written.value),
            is_disabled: written.disabled,
            definition: definition(written),
            kind: Kind::of(&written.type_name.canonical, places),
            is_concurrent: is_true("allowConcurrent"),
            stop_after: stop_after.filter_map(Node::as_text).filter_map(State::from_name).collect(),
            fails_in_the_open: is_true("failOnTriggerError"),
            interval: property("interval")
                .and_then(Node::scalar_text)
                .and_then(|text| duration::parse(&text).ok()),
            conditions: Conditions::read(property("conditions"), property("when"), language, catalogue),
            inputs: property("inputs").map(|node| Property::read(node, language)),
            labels: own_labels.map(|(key, text)| (key.into(), Property::text(text, language))).collect(),
            least_level: level.and_then(Level::from_name).unwrap_or(Level::Trace),
            logs_to_file: is_true("logToFile"),
            watches_windows: false,
            priority: property("priority").and_then(Node::as_int).map_or(0, clamped),
            properties: plugin
                .map(|entry| (Arc::from(&*entry.key), Property::read(&entry.value, language)))
                .collect(),
        }
    }

    pub fn is_schedule(&self) -> bool {
        matches!(self.kind, Kind::Schedule(_))
    }

    /// Whether it is kept where it stands.
    pub fn has_state(&self) -> bool {
        matches!(self.kind, Kind::Schedule(_) | Kind::Plugin) || self.watches_windows
    }

    /// Whether it does not fire, since it or its flow is switched off.
    pub fn is_off(&self, state: &TriggerState, is_flow_disabled: bool) -> bool {
        is_flow_disabled || self.is_disabled || state.is_disabled
    }

    /// Whether executions that it started keep it from starting another one. A backfill has a bound in any case, so that
    /// it does not push everything else aside.
    pub fn is_locked(&self, state: &TriggerState) -> bool {
        let most = match (self.is_concurrent, &state.backfill) {
            (false, _) => 1,
            (true, Some(_)) => BACKFILL_OPEN_MAX,
            (true, None) => usize::MAX,
        };
        state.open.len() >= most
    }

    /// Whether it has to be remembered that an execution of it is open.
    pub fn remembers(&self, state: &TriggerState) -> bool {
        self.follows_ends()
            && (!self.is_concurrent || !self.stop_after.is_empty() || state.backfill.is_some())
    }

    /// Whether it has to know of the ends of executions that it started.
    pub fn follows_ends(&self) -> bool {
        self.is_schedule()
            || (self.kind == Kind::Plugin && (!self.is_concurrent || !self.stop_after.is_empty()))
    }

    /// When it has to be looked at next, if nothing locks it.
    pub fn due(&self, state: &TriggerState, is_flow_disabled: bool) -> Option<Millis> {
        if self.is_off(state, is_flow_disabled) || self.is_locked(state) {
            None
        } else {
            schedule::due(state)
        }
    }
}

impl Kind {
    fn of(type_name: &str, (schedules, flows): (usize, usize)) -> Self {
        match type_name.strip_prefix("io.kestra.plugin.core.trigger.") {
            Some("Schedule" | "ScheduleOnDates") => Self::Schedule(schedules),
            Some("Webhook") => Self::Webhook,
            Some("Flow") => Self::Flow(flows),
            Some("McpToolTrigger") => Self::Tool,
            _ => Self::Plugin,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it was brought within bounds")]
fn clamped(number: i64) -> i32 {
    number.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// A number for what a trigger says.
fn definition(written: &Written) -> u64 {
    let properties = written.properties.iter().map(|entry| (&entry.key, fingerprint::of_node(&entry.value)));
    let all: Vec<_> = properties.collect();
    fingerprint::of_text(&format!("{:?}", (&written.type_name.canonical, written.disabled, all)))
}

#[cfg(test)]
mod tests;
