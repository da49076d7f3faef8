mod filters;
mod firings;
mod level_two;
mod properties;
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::NoServices;
use kapelle_core::language::Language;
use kapelle_core::time::zone;
use kapelle_model::Span;

use super::*;

/// A trigger with what is stored for it: its windows, and the identities of what it started.
struct Play {
    trigger: FlowTrigger,
    windows: BTreeMap<String, Window>,
    started: BTreeSet<String>,
    zone: TimeZone,
    context: Map,
}

/// An execution of `a.<flow>` in a state at a time, with outputs.
#[derive(Clone, Debug)]
struct Event {
    flow: String,
    id: u128,
    change: u32,
    state: State,
    labels: Labels,
    outputs: Option<Map>,
    kind: Kind,
    at: String,
}

fn event(flow: &str, id: u128, at: &str) -> Event {
    Event {
        flow: flow.to_owned(),
        id,
        change: 2,
        state: State::Success,
        labels: Arc::from([]),
        outputs: None,
        kind: Kind::Normal,
        at: at.to_owned(),
    }
}

impl Event {
    fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    fn change(mut self, change: u32) -> Self {
        self.change = change;
        self
    }

    fn labelled(mut self, labels: &[(&str, &str)]) -> Self {
        self.labels = labels.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value))).collect();
        self
    }

    fn outputs(mut self, json: &str) -> Self {
        self.outputs = Some(map(json));
        self
    }

    fn moment(&self) -> Millis {
        millis(&self.at)
    }

    fn upstream(&self) -> Upstream<'_> {
        Upstream {
            execution: Facts {
                id: ExecutionId(self.id),
                namespace: "a",
                flow: &self.flow,
                state: self.state,
                labels: &self.labels,
                outputs: self.outputs.as_ref(),
                runs: &[],
            },
            change: self.change,
            kind: self.kind,
            revision: 3,
            started: self.moment().plus(-1000),
            ended: self.state.is_terminal().then(|| self.moment()),
            first_failed_task: None,
            last_task: Some("last"),
        }
    }
}

impl Play {
    fn new(yaml: &str) -> Self {
        let source = format!(
            "id: down\nnamespace: a\ntasks: []\ntriggers:\n  - {}",
            yaml.trim().replace('\n', "\n    ")
        );
        let root = kapelle_core::yaml::read(&source, Span::new(0, source.len() as u32)).root.unwrap();
        let flow = kapelle_core::flow::read(&root, Catalogue::bundled());
        let trigger = FlowTrigger::read(&flow.triggers[0], "a", "down", Language::One, Catalogue::bundled());
        Self {
            trigger,
            windows: BTreeMap::new(),
            started: BTreeSet::new(),
            zone: TimeZone::UTC,
            context: map(r#"{"flow": {"id": "down", "namespace": "a"}, "outputs": {"task": {"value": 1}}}"#),
        }
    }

    /// What follows, without anything being kept.
    fn decide(&self, event: &Event) -> Decision {
        let windows: Vec<Window> = self.windows.values().cloned().collect();
        let settings = Settings::default();
        let environment = Environment { context: &self.context, services: &NoServices, settings: &settings };
        self.trigger.evaluate(&event.upstream(), &windows, event.moment(), &self.zone, environment)
    }

    /// Decides and keeps what is to be kept; a firing that was there before is none.
    fn happens(&mut self, event: &Event) -> Decision {
        let mut decision = self.decide(event);
        for window in &decision.windows {
            self.windows.insert(window.id.to_string(), window.clone());
        }
        let is_new = decision.firing.as_ref().is_none_or(|firing| self.started.insert(firing.identity()));
        decision.firing = decision.firing.filter(|_| is_new);
        decision
    }

    /// A line for each event: who caused what started, or `-`.
    fn story(&mut self, events: &[Event]) -> String {
        let mut text = String::new();
        for event in events {
            let decision = self.happens(event);
            let causes = decision.firing.map_or("-".to_owned(), |firing| {
                firing.causes.iter().map(|cause| cause.execution.0.to_string()).collect::<Vec<_>>().join("+")
            });
            writeln!(text, "{} {}{}: {causes}", &event.at[5..], event.flow, event.id).unwrap();
        }
        text
    }

    fn waiting(&self, at: &str) -> String {
        let windows: Vec<Window> = self.windows.values().cloned().collect();
        let waiting = self.trigger.waiting(&windows, millis(at), &self.zone);
        waiting.iter().map(|waiting| waiting.told(&self.zone)).collect::<Vec<_>>().join("\n")
    }
}

fn millis(text: &str) -> Millis {
    Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn map(json: &str) -> Map {
    match plain::from_json(json).unwrap() {
        Value::Map(map) => Map::clone(&map),
        _ => panic!("no map"),
    }
}

fn json(map: &Map) -> String {
    let text = plain::to_json(&Value::Map(Arc::new(map.clone())), &TimeZone::UTC, true, 10_000).unwrap();
    text.expose().to_owned()
}

/// The reason of the part of a verdict by its name.
fn reason<'v>(verdict: &'v Verdict, name: &str) -> &'v str {
    &verdict.parts.iter().find(|part| part.name == name).unwrap().reason
}

#[test]
fn without_states_it_listens_to_every_end_and_to_pauses() {
    let play = Play::new("{id: t, type: io.kestra.plugin.core.trigger.Flow}");
    let heard: Vec<_> = State::NAMES
        .iter()
        .filter(|name| {
            let state = State::from_name(name).unwrap();
            play.decide(&event("x", 1, "2024-05-15T10:00:00Z").state(state)).firing.is_some()
        })
        .copied()
        .collect();
    assert_eq!(
        heard,
        [
            "PAUSED",
            "SUCCESS",
            "WARNING",
            "FAILED",
            "KILLED",
            "CANCELLED",
            "RETRIED",
            "SKIPPED",
            "RESUBMITTED"
        ]
    );
}

#[test]
fn states_are_looked_at_first() {
    let play = Play::new("{id: t, type: io.kestra.plugin.core.trigger.Flow, states: [RUNNING, CREATED]}");
    let of = |state| play.decide(&event("x", 1, "2024-05-15T10:00:00Z").state(state));
    assert!(of(State::Running).firing.is_some());
    assert_eq!(
        reason(&of(State::Success).verdict, "states"),
        "the state is SUCCESS, asked for RUNNING, CREATED"
    );
    // To be created is no change.
    assert!(of(State::Created).firing.is_none());
}

#[test]
fn what_must_not_trigger_triggers_nothing() {
    let play = Play::new("{id: t, type: io.kestra.plugin.core.trigger.Flow}");
    let other = event("x", 1, "2024-05-15T10:00:00Z");
    let own = Event { flow: "down".into(), ..other.clone() };
    let test = Event { kind: Kind::Test, ..other.clone() };
    let playground = Event { kind: Kind::Playground, ..other.clone() };
    let iteration = Event { kind: Kind::Loop, ..other.clone() };
    for event in [own, test, playground, iteration] {
        let decision = play.decide(&event);
        assert_eq!((decision.firing, decision.warnings.len()), (None, 0), "{}", decision.verdict);
        assert!(!play.trigger.listens_to(&event.upstream()));
    }
    let disabled = Play::new("{id: t, type: io.kestra.plugin.core.trigger.Flow, disabled: true}");
    assert!(disabled.decide(&other).firing.is_none());
    assert!(play.trigger.listens_to(&other.upstream()));
}

#[test]
fn conditions_have_to_hold_before_windows_are_looked_at() {
    let yaml = "
id: t
type: io.kestra.plugin.core.trigger.Flow
conditions:
  - type: io.kestra.plugin.core.condition.ExecutionStatus
    in: [SUCCESS]
preconditions:
  id: p
  flows: [{namespace: a, flowId: x}, {namespace: a, flowId: y}]";
    let mut play = Play::new(yaml);
    let failed = play.happens(&event("x", 1, "2024-05-15T10:00:00Z").state(State::Failed));
    assert!(failed.windows.is_empty());
    insta::assert_snapshot!(failed.verdict, @r"
    no t: its conditions do not hold
      yes states: the execution is FAILED
      no conditions: `ExecutionStatus` does not hold
        no ExecutionStatus: the state is FAILED, asked for SUCCESS
    ");
    assert_eq!(play.happens(&event("x", 2, "2024-05-15T10:00:00Z")).windows.len(), 1);
}

#[test]
fn a_broken_condition_warns_and_starts_nothing() {
    let play = Play::new(
        "{id: t, type: io.kestra.plugin.core.trigger.Flow, conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: '{{ nope }}'}]}",
    );
    let decision = play.decide(&event("x", 1, "2024-05-15T10:00:00Z"));
    assert!(decision.firing.is_none());
    let [warning] = &decision.warnings[..] else { panic!("{:?}", decision.warnings) };
    assert!(
        warning.starts_with(
            "trigger `t` did not start an execution of `a.down`: Expression: Unable to find `nope`"
        ),
        "{warning}"
    );
}

#[test]
fn conditions_see_the_upstream_execution_as_trigger() {
    let play = Play::new(
        "{id: t, type: io.kestra.plugin.core.trigger.Flow, conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: \"{{ trigger.outputs.n > 2 and trigger.state == 'SUCCESS' and trigger.id == 't' and flow.id == 'down' }}\"}]}",
    );
    let of = |n: u8| event("x", 1, "2024-05-15T10:00:00Z").outputs(&format!(r#"{{"n": {n}}}"#));
    assert!(play.decide(&of(3)).firing.is_some());
    assert!(play.decide(&of(2)).firing.is_none());
}
