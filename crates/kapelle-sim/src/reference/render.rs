//! Properties as a task sees them.

use std::sync::Arc;

use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::NoServices;
use kapelle_core::expression::{Template, plain};
use kapelle_core::language::Language;
use kapelle_model::flow::Task;
use kapelle_model::{Data, Map, Node, Value};

use super::life::Life;
use super::spot::Spot;

/// An expression failed.
pub(super) struct Broken;

impl Life<'_, '_> {
    /// A text with its expressions rendered.
    pub(super) fn rendered(&self, node: &Node, spot: &Spot<'_>) -> Result<String, Broken> {
        let text = node.scalar_text().ok_or(Broken)?;
        let template = Template::compile(text, Language::One).map_err(|_| Broken)?;
        let mut context =
            Map::from_iter([(Arc::from("outputs"), Value::Map(Arc::new(self.outputs.clone())))]);
        if let Some((place, value)) = &spot.value {
            let taskrun = [
                (Arc::from("value"), Value::from(value.as_str())),
                (Arc::from("iteration"), Value::Int(i64::from(*place))),
            ];
            context.insert("taskrun".into(), Value::Map(Arc::new(taskrun.into_iter().collect())));
        }
        let settings = Settings::default();
        let environment = Environment { context: &context, services: &NoServices, settings: &settings };
        let rendered = template.render(environment).map_err(|_| Broken)?;
        Ok(rendered.map(|text| text.expose().to_owned()).unwrap_or_default())
    }

    pub(super) fn truth(&self, node: &Node, spot: &Spot<'_>) -> Result<bool, Broken> {
        Ok(!matches!(self.rendered(node, spot)?.trim(), "" | "false" | "0" | "-0"))
    }

    /// The values of a loop over values, each once.
    pub(super) fn different_values(
        &self,
        task: &Task,
        names: &[&str],
        spot: &Spot<'_>,
    ) -> Result<Vec<String>, Broken> {
        let mut values: Vec<String> = Vec::new();
        for value in self.values(task, names, spot)? {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(values)
    }

    /// The values of a loop.
    pub(super) fn values(&self, task: &Task, names: &[&str], spot: &Spot<'_>) -> Result<Vec<String>, Broken> {
        let node = names.iter().find_map(|name| task.property(name)).ok_or(Broken)?;
        match &node.data {
            Data::List(items) => items.iter().map(|item| self.rendered(item, spot)).collect(),
            _ => match plain::from_json(&self.rendered(node, spot)?) {
                Ok(Value::List(items)) => items.iter().map(text).collect(),
                _ => Err(Broken),
            },
        }
    }
}

/// Generated loops run over texts only.
fn text(value: &Value) -> Result<String, Broken> {
    match value {
        Value::Str(text) => Ok(text.expose().to_owned()),
        _ => Err(Broken),
    }
}

pub(super) fn flag(task: &Task, name: &str) -> bool {
    task.property(name).and_then(Node::as_bool).unwrap_or(false)
}

/// A flag that is set unless somebody takes it away.
pub(super) fn flag_or_true(task: &Task, name: &str) -> bool {
    task.property(name).and_then(Node::as_bool).unwrap_or(true)
}

pub(super) fn number(node: Option<&Node>, otherwise: u32) -> u32 {
    node.and_then(Node::as_int).and_then(|number| u32::try_from(number).ok()).unwrap_or(otherwise)
}
