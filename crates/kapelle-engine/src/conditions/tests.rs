mod dates;
mod executions;
mod groups;

use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::{plain, typed};
use kapelle_core::time::locale::Locale;
use kapelle_model::task_run::{Fence, Hold, RunIndex};
use kapelle_model::{History, Millis, Span, Value};

use super::*;

/// An execution and a date that can be asked about.
struct World {
    namespace: &'static str,
    flow: &'static str,
    state: State,
    labels: Labels,
    outputs: Option<Map>,
    runs: Vec<TaskRun>,
    context: Map,
    has_execution: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            namespace: "company.team",
            flow: "extract",
            state: State::Success,
            labels: Arc::from([]),
            outputs: None,
            runs: Vec::new(),
            context: Map::new(),
            has_execution: true,
        }
    }
}

impl World {
    fn on(date: &str) -> Self {
        Self {
            context: map(&format!(r#"{{"trigger": {{"date": {{"$zoned": "{date}"}}}}}}"#)),
            ..Self::default()
        }
    }

    fn labelled(labels: &[(&str, &str)]) -> Self {
        let labels = labels.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value))).collect();
        Self { labels, ..Self::default() }
    }

    fn attempts(runs: &[&[State]]) -> Self {
        let run = |(index, states): (usize, &&[State])| TaskRun {
            index: RunIndex(NonZeroU32::new(index as u32 + 1).unwrap()),
            parent: None,
            task: format!("t{index}").into(),
            value: None,
            place: 0,
            iteration: None,
            history: History::new(*states.last().unwrap(), Millis(0)),
            attempts: states.iter().map(|state| History::new(*state, Millis(0))).collect(),
            outputs: None,
            fence: Fence(0),
            hold: Hold::Free,
            forced: false,
            detail: None,
        };
        Self { runs: runs.iter().enumerate().map(run).collect(), ..Self::default() }
    }

    fn ask(&self, yaml: &str) -> Verdict {
        self.asked(yaml, Condition::evaluate)
    }

    fn asked(
        &self,
        yaml: &str,
        ask: impl Fn(&Condition, &Subject<'_>, Environment<'_>) -> Verdict,
    ) -> Verdict {
        let condition = Condition::read(&node(yaml), Language::One, Catalogue::bundled());
        self.with(|subject, environment| ask(&condition, subject, environment))
    }

    fn with<T>(&self, ask: impl FnOnce(&Subject<'_>, Environment<'_>) -> T) -> T {
        let execution = self.has_execution.then_some(Facts {
            id: ExecutionId(1),
            namespace: self.namespace,
            flow: self.flow,
            state: self.state,
            labels: &self.labels,
            outputs: self.outputs.as_ref(),
            runs: &self.runs,
        });
        let settings = Settings { locale: Locale::parse("de_DE").unwrap(), ..Settings::default() };
        let services =
            MemoryServices::from_setup(&map(r#"{"secrets": {"company.team": {"K": "hush"}}}"#).into_value())
                .unwrap();
        let subject = Subject { execution, namespace: "company.down", flow: "listen" };
        ask(&subject, Environment { context: &self.context, services: &services, settings: &settings })
    }
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for Map {
    fn into_value(self) -> Value {
        Value::Map(Arc::new(self))
    }
}

fn node(yaml: &str) -> Node {
    kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap()
}

/// A map from JSON, in which `$zoned` and its like are typed values.
fn map(json: &str) -> Map {
    match typed::untagged(&plain::from_json(json).unwrap()).unwrap() {
        Value::Map(map) => Map::clone(&map),
        _ => panic!("no map"),
    }
}

/// A condition by its short type and further properties, asked: `yes`, `no`, or what went wrong.
fn answer(world: &World, name: &str, properties: &str) -> String {
    let verdict = world.ask(&format!("{{type: io.kestra.plugin.core.condition.{name}, {properties}}}"));
    match verdict.outcome() {
        Ok(true) => "yes".to_owned(),
        Ok(false) => "no".to_owned(),
        Err(error) => error,
    }
}

/// Asserts a table of properties with their answers; of an error a part is enough.
fn assert_answers(world: &World, name: &str, table: &[(&str, &str)]) {
    for (properties, expected) in table {
        let is = answer(world, name, properties);
        let fits = if matches!(*expected, "yes" | "no") { is == *expected } else { is.contains(expected) };
        assert!(fits, "{name} {properties}: {is}, expected {expected}");
    }
}
