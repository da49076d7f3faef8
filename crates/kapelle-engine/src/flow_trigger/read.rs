//! Flow triggers as flows write them: `preconditions`, `MultipleCondition`, and `dependsOn` of 2.0.

use kapelle_core::catalogue::Catalogue;
use kapelle_core::flow;
use kapelle_core::language::Language;
use kapelle_model::flow::Trigger;
use kapelle_model::{Node, State};

use super::FlowTrigger;
use super::filter::Filter;
use super::group::{Afterwards, Group};
use super::key::{Key, UpstreamFlow, Wanted, names};
use crate::conditions::{Condition, Conditions};
use crate::windows::Period;
use crate::{fingerprint, labels};
use kapelle_core::property::Property;

/// States that a dependency waits for, unless it names others.
const DEPENDENCY_STATES: [State; 2] = [State::Success, State::Warning];

/// What is needed to read.
#[derive(Clone, Copy)]
struct Reading {
    language: Language,
    catalogue: &'static Catalogue,
}

impl FlowTrigger {
    /// Reads a Flow trigger of a flow. Nothing is refused here: what is wrong is told when it is asked.
    pub fn read(
        trigger: &Trigger,
        namespace: &str,
        flow: &str,
        language: Language,
        catalogue: &'static Catalogue,
    ) -> Self {
        let reading = Reading { language, catalogue };
        let property = |name: &str| trigger.property(name).filter(|node| !node.is_null());
        let conditions = property("conditions");
        let (simple, multiple) = reading.split(conditions);
        let when = property("when").map(|node| Condition::when(node, language));
        let is_level_two = property("dependsOn").is_some();
        let mut groups: Vec<Group> = multiple.into_iter().map(|node| reading.multiple(node)).collect();
        groups.extend(property("preconditions").map(|node| reading.preconditions(node)));
        groups.extend(property("dependsOn").map(|node| reading.depends_on(node, trigger)));
        let needs_variables = when.is_some()
            || !simple.is_empty()
            || groups.iter().flat_map(|group| &group.keys).any(Key::needs_variables);
        Self {
            id: trigger.id.value.clone(),
            type_name: trigger.type_name.written.value.clone(),
            namespace: namespace.to_owned(),
            flow: flow.to_owned(),
            is_disabled: trigger.disabled,
            states: states(property("states")).unwrap_or_else(|| listened(&groups, is_level_two)),
            when,
            conditions: simple,
            groups,
            inputs: property("inputs").map(|node| Property::read(node, language)),
            labels: reading.labels(property("labels")),
            on_miss: on_miss(trigger).map(|node| reading.labels(node.get("labels"))),
            is_level_two,
            needs_variables,
        }
    }
}

impl Reading {
    /// Conditions that one execution answers, and those that need a window.
    fn split(self, conditions: Option<&Node>) -> (Conditions, Vec<&Node>) {
        let is_multiple = |node: &&Node| {
            let name = node.get("type").and_then(Node::scalar_text).unwrap_or_default();
            let found = self.catalogue.find(&name);
            found.is_some_and(|found| found.entry.name == "io.kestra.plugin.core.condition.MultipleCondition")
        };
        let (multiple, simple): (Vec<_>, Vec<_>) =
            conditions.map_or(&[][..], Node::items).iter().partition(is_multiple);
        (
            Conditions::of(
                simple.into_iter().map(|node| Condition::read(node, self.language, self.catalogue)),
            ),
            multiple,
        )
    }

    fn preconditions(self, node: &Node) -> Group {
        let flows = node.get("flows").map_or(&[][..], Node::items);
        let filters = node.get("where").map_or(&[][..], Node::items);
        let flow_keys = flows.iter().enumerate().map(|(index, node)| Key {
            name: format!("condition_{}", index + 1),
            definition: fingerprint::of_node(node),
            wanted: Wanted::Flow(upstream_flow(node)),
        });
        let filter_keys = filters.iter().enumerate().map(|(index, node)| {
            let id = node.get("id").and_then(Node::scalar_text).unwrap_or_default();
            let filters = node.get("filters").map_or(&[][..], Node::items);
            Key {
                name: format!("condition_{}_{id}", flows.len() + index + 1),
                definition: fingerprint::of_node(node),
                wanted: Wanted::Filters {
                    is_any: node.get("operand").and_then(Node::as_text) == Some("OR"),
                    filters: filters.iter().map(|node| Filter::read(node, self.language)).collect(),
                },
            }
        });
        let keys = flow_keys.chain(filter_keys).collect();
        Group::all("preconditions", node, keys, node.get("timeWindow").map(Period::read))
    }

    fn multiple(self, node: &Node) -> Group {
        let conditions = node.get("conditions").map_or(&[][..], Node::entries);
        let keys = conditions.iter().map(|entry| Key {
            name: entry.key.clone(),
            definition: fingerprint::of_node(&entry.value),
            wanted: Wanted::Condition(Condition::read(&entry.value, self.language, self.catalogue)),
        });
        let written = node.get("timeWindow").filter(|node| !node.is_null());
        let period = written.map_or_else(|| Period::aligned(node, "window", "windowAdvance"), Period::read);
        Group::all("MultipleCondition", node, keys.collect(), Some(period))
    }

    fn depends_on(self, node: &Node, trigger: &Trigger) -> Group {
        let mut keys: Vec<Key> = Vec::new();
        for node in node.items() {
            let key = self.dependency(node);
            // Two that say the same are one.
            if !keys.iter().any(|known| known.name == key.name) {
                keys.push(key);
            }
        }
        let property = |name: &str| trigger.property(name).filter(|node| !node.is_null());
        let minimum =
            property("minSatisfied").and_then(Node::as_int).and_then(|count| usize::try_from(count).ok());
        let needed = match property("mode").and_then(Node::as_text) {
            Some("ANY") => 1,
            Some("AT_LEAST") => minimum.unwrap_or(1),
            _ => keys.len(),
        };
        let window = property("window");
        let fires_once = window.and_then(|node| node.get("fireOnce")).and_then(Node::as_bool) == Some(true);
        let afterwards = match window {
            None => Afterwards::Reset,
            Some(_) if fires_once => Afterwards::Rest,
            Some(_) => Afterwards::Again,
        };
        Group {
            id: format!("{}:dependsOn", trigger.id.value),
            name: "dependsOn".to_owned(),
            keys,
            needed: needed.max(1),
            period: window.map_or_else(|| Ok(Period::default()), Period::read_level_two),
            afterwards,
            is_watched: on_miss(trigger).is_some(),
        }
    }

    /// A key by what it says, so that the order does not matter.
    fn dependency(self, node: &Node) -> Key {
        let mut flow = upstream_flow(node);
        flow.states.get_or_insert_with(|| DEPENDENCY_STATES.to_vec());
        let when = node.get("when").filter(|node| !node.is_null());
        flow.when = when.map(|node| Condition::when(node, self.language));
        let mut states = flow.states.clone().unwrap_or_default();
        states.sort_unstable();
        let mut labels = flow.labels.clone();
        labels.sort_unstable();
        let when = when.and_then(Node::scalar_text).unwrap_or_default();
        let content = format!("{:?}", (&flow.namespace, &flow.flow, names(&states), labels, when));
        let place = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
        let definition = fingerprint::of_text(&content);
        let name = format!("{}.{}#{definition:016x}", place(&flow.namespace), place(&flow.flow));
        Key { name, definition, wanted: Wanted::Flow(flow) }
    }

    fn labels(self, node: Option<&Node>) -> Vec<(String, Property)> {
        let read = |label: kapelle_model::flow::Label| {
            (label.key.value, Property::text(label.value.value, self.language))
        };
        flow::labels(node).into_iter().map(read).collect()
    }
}

impl Group {
    /// A group of which all have to hold, in the forms of 1.x.
    fn all(name: &str, node: &Node, keys: Vec<Key>, period: Option<Result<Period, String>>) -> Self {
        let resets = node.get("resetOnSuccess").and_then(Node::as_bool).unwrap_or(true);
        let id = node.get("id").and_then(Node::scalar_text).unwrap_or_default();
        Self {
            name: format!("{name} `{id}`"),
            id,
            needed: keys.len().max(1),
            keys,
            period: period.unwrap_or_else(|| Ok(Period::default())),
            afterwards: if resets { Afterwards::Reset } else { Afterwards::Again },
            is_watched: false,
        }
    }
}

fn upstream_flow(node: &Node) -> UpstreamFlow {
    let text = |name: &str| node.get(name).and_then(Node::scalar_text);
    UpstreamFlow {
        namespace: text("namespace"),
        flow: text("flowId"),
        states: states(node.get("states")),
        labels: labels::read(node.get("labels")),
        when: None,
    }
}

/// The states of a list; nothing if there is no list or nothing in it.
fn states(node: Option<&Node>) -> Option<Vec<State>> {
    let names = node?.items().iter().filter_map(Node::as_text);
    let states: Vec<_> = names.filter_map(State::from_name).collect();
    (!states.is_empty()).then_some(states)
}

/// What a trigger listens to by itself: every end, and pauses. With `dependsOn` also what its dependencies ask for.
fn listened(groups: &[Group], is_level_two: bool) -> Vec<State> {
    let keys = groups.iter().flat_map(|group| &group.keys).filter(|_| is_level_two);
    let asked: Vec<_> = keys.filter_map(Key::states).flatten().copied().collect();
    let all = (0..).map_while(State::from_index);
    all.filter(|state| state.is_terminal() || *state == State::Paused || asked.contains(state)).collect()
}

/// What is to be done when a window ends unsatisfied; it may stand beside the window or in it.
fn on_miss(trigger: &Trigger) -> Option<&Node> {
    let inside = || trigger.property("window").and_then(|window| window.get("onMiss"));
    let node = trigger.property("onMiss").or_else(inside).filter(|node| !node.is_null())?;
    let behavior = node.get("behavior").and_then(Node::as_text).unwrap_or("FAIL");
    (behavior == "FAIL").then_some(node)
}
