//! Tasks as tools: the model runs them, and says what stands where the flow has `...`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::property::Property;
use kapelle_model::{Failure, Map as Values, Text, Value};
use kapelle_plugin::{Broken, ErasedTask, Expr, entries};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Offered, Working, Works, sayable};
use crate::chat::ToolSpec;
use crate::session::Session;

/// What stands where the model says something.
const OPEN: &str = "...";

/// The variable that holds what the model said. It goes into the task as a value, not as a template: nothing that a model
/// says is an expression.
const VARIABLE: &str = "said";

/// Bytes of the outputs of a task.
const OUTPUTS_MAX: usize = 1 << 20;

/// Tasks for the model to run.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TaskTool {
    tasks: Vec<Expr<Value>>,
}

/// A task, with what the model has to say.
struct Known {
    /// The task as YAML.
    source: String,
    places: Vec<String>,
}

impl TaskTool {
    pub(super) fn offer(&self, _session: &Session) -> Result<Vec<Offered>, Broken> {
        let all: Result<Vec<_>, _> = self.tasks.iter().map(|task| offer(task.property())).collect();
        Ok(all?)
    }
}

fn offer(task: &Property) -> Result<Offered, Failure> {
    let properties: BTreeMap<_, _> = entries(task).into_iter().collect();
    let text = |name: &str| match properties.get(name) {
        Some(Property::Fixed(Value::Str(text))) => Some(text.expose().to_owned()),
        _ => None,
    };
    let (Some(id), Some(kind)) = (text("id"), text("type")) else {
        return Err(Failure::new("a task of the tool `KestraTask` needs `id` and `type`"));
    };
    let mut places = Vec::new();
    let source = written(task, "", &mut places);
    let described: Map<String, Json> = places
        .iter()
        .map(|place| {
            (place.clone(), json!({ "description": format!("The property `{place}` of the task.") }))
        })
        .collect();
    let description =
        text("description").unwrap_or_else(|| format!("Runs the task {id}, which is a {kind}."));
    let spec = ToolSpec {
        name: sayable(&format!("kestra_task_{id}")),
        description,
        parameters: json!({ "type": "object", "properties": described, "required": places }),
    };
    Ok(Offered { spec, works: Arc::new(Known { source: source.to_string(), places }) })
}

/// A property as it is written, but for the places where the model says something.
fn written(property: &Property, place: &str, places: &mut Vec<String>) -> Json {
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}_{name}") };
    match property {
        Property::Fixed(Value::Str(text)) if text.expose() == OPEN => {
            places.push(sayable(place));
            format!("{{{{ {VARIABLE}['{}'] }}}}", sayable(place)).into()
        }
        Property::Fixed(value) => crate::value::json(value).unwrap_or_default(),
        Property::Template(template) => template.source().into(),
        Property::Unreadable(unreadable) => unreadable.0.expose().into(),
        Property::List(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| written(item, &below(&at.to_string()), places))
            .collect(),
        Property::Map(_) => entries(property)
            .iter()
            .map(|(name, value)| (name.to_string(), written(value, &below(name), places)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

impl Works for Known {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        _name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let missing = self.places.iter().find(|place| !arguments.contains_key(*place));
            if let Some(place) = missing {
                return Err(Broken::new(format!("the tool needs `{place}`")));
            }
            let said =
                arguments.iter().map(|(name, value)| (name.as_str().into(), crate::value::value(value)));
            let said: Values = said.collect();
            let cx = session.cx.with([(VARIABLE.into(), Value::Map(said.into()))]);
            let task = cx.host.task(&self.source)?;
            let outputs = ErasedTask::run(&*task, &cx).await?;
            let outputs: Text =
                plain::to_json(&Value::Map(outputs.into()), &TimeZone::UTC, false, OUTPUTS_MAX)?;
            Ok(outputs)
        })
    }
}
