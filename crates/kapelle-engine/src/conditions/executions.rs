//! Conditions about an execution.

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{form, plain};
use kapelle_model::{History, Map, State, Value};

use super::{Facts, Found, Question, Reader, shown, words};
use crate::labels;
use crate::overlay::Overlay;
use kapelle_core::property::{Property, text_of};

const COMPARISONS: &[&str] = &["EQUALS", "PREFIX", "SUFFIX"];

#[derive(Debug)]
pub(super) enum About {
    Flow { namespace: Option<Property>, flow: Option<Property> },
    Namespace { namespace: Option<Property>, comparison: Option<Property>, prefix: Option<Property> },
    State(States),
    Labels(Vec<(String, String)>),
    Outputs(Option<Property>),
    Retries(States),
}

/// States that are asked for, and states that are not wanted.
#[derive(Debug)]
pub(super) struct States {
    wanted: Option<Property>,
    unwanted: Option<Property>,
}

impl About {
    pub(super) fn flow(reader: &Reader<'_>) -> Self {
        Self::Flow { namespace: reader.property("namespace"), flow: reader.property("flowId") }
    }

    pub(super) fn namespace(reader: &Reader<'_>) -> Self {
        Self::Namespace {
            namespace: reader.property("namespace"),
            comparison: reader.property("comparison"),
            prefix: reader.property("prefix"),
        }
    }

    pub(super) fn state(reader: &Reader<'_>) -> Self {
        Self::State(States::read(reader))
    }

    pub(super) fn labels(reader: &Reader<'_>) -> Self {
        Self::Labels(labels::read(reader.node("labels")))
    }

    pub(super) fn outputs(reader: &Reader<'_>) -> Self {
        Self::Outputs(reader.property("expression"))
    }

    pub(super) fn retries(reader: &Reader<'_>) -> Self {
        Self::Retries(States::read(reader))
    }

    pub(super) fn ask(&self, question: &Question<'_>) -> Found {
        let Some(execution) = &question.subject.execution else {
            return Err("it asks about an execution, and there is none: a schedule has only a date".into());
        };
        match self {
            Self::Flow { namespace, flow } => {
                let namespace = question.required(namespace.as_ref(), "namespace")?;
                let flow = question.required(flow.as_ref(), "flowId")?;
                let holds = execution.namespace == namespace.expose() && execution.flow == flow.expose();
                let asked = form::short(&format!("{}.{}", namespace.masked(), flow.masked()));
                let is = format!("{}.{}", execution.namespace, execution.flow);
                Ok((holds, format!("the execution is one of `{is}`, asked for `{asked}`")))
            }
            Self::Namespace { namespace, comparison, prefix } => {
                let namespace = question.required(namespace.as_ref(), "namespace")?;
                let comparison = comparison_of(question, comparison.as_ref(), prefix.as_ref())?;
                let (is, wanted) = (execution.namespace, namespace.expose());
                let (holds, asked) = match comparison {
                    "PREFIX" => (is.starts_with(wanted), "one that begins with "),
                    "SUFFIX" => (is.ends_with(wanted), "one that ends with "),
                    _ => (is == wanted, ""),
                };
                Ok((holds, format!("the namespace is `{is}`, asked for {asked}{}", shown(&namespace))))
            }
            Self::State(states) => states.ask(question, execution.state),
            Self::Labels(labels) => Ok(has_labels(execution, labels)),
            Self::Outputs(expression) => outputs(question, execution, expression.as_ref()),
            Self::Retries(states) => states.ask_attempts(question, execution),
        }
    }
}

/// How namespaces are compared; `prefix: true` is the older way to say it.
fn comparison_of(
    question: &Question<'_>,
    comparison: Option<&Property>,
    prefix: Option<&Property>,
) -> Result<&'static str, String> {
    if comparison.is_some() {
        return question.one_of(comparison, "comparison", COMPARISONS);
    }
    let is_prefix = prefix.map(|prefix| question.text(prefix)).transpose()?;
    let is_prefix = is_prefix.is_some_and(|text| text.expose().trim() == "true");
    Ok(if is_prefix { "PREFIX" } else { "EQUALS" })
}

fn has_labels(execution: &Facts<'_>, labels: &[(String, String)]) -> (bool, String) {
    let missing = labels.iter().find(|(key, value)| execution.label(key) != Some(value));
    let Some((key, value)) = missing else { return (true, "it has all of the labels".to_owned()) };
    let asked = form::short(value);
    let is = match execution.label(key) {
        Some(is) => format!("`{}`", form::short(is)),
        None => "missing".to_owned(),
    };
    (false, format!("the label `{}` is {is}, asked for `{asked}`", form::short(key)))
}

/// An expression over `trigger.outputs`, which has to be a boolean.
fn outputs(question: &Question<'_>, execution: &Facts<'_>, expression: Option<&Property>) -> Found {
    let Some(outputs) = execution.outputs.filter(|outputs| !outputs.is_empty()) else {
        return Ok((false, "the execution has no outputs".to_owned()));
    };
    let environment = question.environment;
    let mut trigger = match environment.context.get("trigger") {
        Some(Value::Map(trigger)) => Map::clone(trigger),
        _ => Map::new(),
    };
    trigger.insert("outputs".into(), Value::Map(outputs.clone().into()));
    let over = Map::from_iter([("trigger".into(), Value::Map(trigger.into()))]);
    let context = Overlay { over: &over, under: environment.context };
    let question = Question { environment: Environment { context: &context, ..environment }, ..*question };
    let text = question.required(expression, "expression")?;
    let holds = match text.expose().trim() {
        "true" => true,
        "false" | "" => false,
        _ => return Err(format!("`expression` gives {}, which is neither true nor false", shown(&text))),
    };
    Ok((holds, format!("it gives {}", shown(&text))))
}

impl States {
    fn read(reader: &Reader<'_>) -> Self {
        Self { wanted: reader.property("in"), unwanted: reader.property("notIn") }
    }

    /// Both lists, rendered.
    fn lists(&self, question: &Question<'_>) -> Result<[Vec<State>; 2], String> {
        let list = |property: &Option<Property>, name| {
            property.as_ref().map_or(Ok(Vec::new()), |property| states(question, property, name))
        };
        Ok([list(&self.wanted, "in")?, list(&self.unwanted, "notIn")?])
    }

    /// An empty list asks for nothing.
    fn ask(&self, question: &Question<'_>, state: State) -> Found {
        let [wanted, unwanted] = self.lists(question)?;
        let holds = (wanted.is_empty() || wanted.contains(&state)) && !unwanted.contains(&state);
        Ok((holds, format!("the state is {}{}", state.name(), asked(&wanted, &unwanted))))
    }

    /// Whether a task run that tried again has an attempt with such a state. Without `in` none has.
    fn ask_attempts(&self, question: &Question<'_>, execution: &Facts<'_>) -> Found {
        let [wanted, unwanted] = self.lists(question)?;
        if wanted.is_empty() {
            return Ok((false, "`in` is empty, so that no attempt can be in it".to_owned()));
        }
        let again = execution.runs.iter().filter(|run| run.attempts.len() > 1);
        let fits = |state: &State| wanted.contains(state) && !unwanted.contains(state);
        let found = again.clone().find_map(|run| {
            let state = run.attempts.iter().map(History::current).find(fits)?;
            Some(format!("task run `{}` tried again and has an attempt in {}", run.task, state.name()))
        });
        Ok(match found {
            Some(reason) => (true, reason),
            None if again.count() == 0 => (false, "no task run tried again".to_owned()),
            None => {
                (false, format!("no attempt of those that tried again fits{}", asked(&wanted, &unwanted)))
            }
        })
    }
}

fn asked(wanted: &[State], unwanted: &[State]) -> String {
    let names = |states: &[State]| states.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ");
    let wanted = (!wanted.is_empty()).then(|| format!(", asked for {}", names(wanted)));
    let unwanted = (!unwanted.is_empty()).then(|| format!(", not wanted {}", names(unwanted)));
    wanted.unwrap_or_default() + &unwanted.unwrap_or_default()
}

/// A list of states: written as one, or given by an expression as JSON.
fn states(question: &Question<'_>, property: &Property, name: &str) -> Result<Vec<State>, String> {
    let value = property.render(question.environment).map_err(|error| words(&error))?;
    let value = match &value {
        Value::Str(text) if text.expose().trim().is_empty() => return Ok(Vec::new()),
        Value::Str(text) => plain::from_json(text.expose())
            .map_err(|_| format!("`{name}` is {}, which is no list of states", shown(text)))?,
        _ => value,
    };
    let Value::List(items) = &value else {
        return Err(format!("`{name}` is {}, which is no list of states", form::describe(&value)));
    };
    let state = |item: &Value| {
        let text = text_of(item).map_err(|error| words(&error))?;
        let found = State::from_name(text.expose());
        found.ok_or_else(|| {
            let known = State::NAMES.join(", ");
            format!("`{name}` has {}, which is no state: write some of {known}", shown(&text))
        })
    };
    items.iter().map(state).collect()
}
