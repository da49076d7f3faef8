//! Flows that do nothing but compute outputs from their inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

use crate::expression::Template;
use crate::expression::environment::{Environment, Settings};
use crate::expression::error::{Error, Outcome};
use crate::expression::services::{Finished, NoServices, Subflow};

#[derive(Default)]
pub(super) struct Flows {
    /// By `namespace/id`.
    pub(super) by_name: BTreeMap<String, Flow>,
}

pub(super) struct Flow {
    pub(super) inputs: Map,
    /// Templates by the names of the outputs.
    pub(super) outputs: Vec<(Arc<str>, String)>,
    pub(super) state: String,
}

impl Flows {
    pub(super) fn run(&self, call: &Subflow) -> Outcome<Finished> {
        let name = format!("{}/{}", call.namespace, call.id);
        let flow = self.by_name.get(&name).ok_or_else(|| {
            Error::not_found(format!(
                "Flow '{}' of the namespace '{}' does not exist.",
                call.id, call.namespace
            ))
        })?;
        let mut inputs = flow.inputs.clone();
        inputs.extend(call.inputs.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        let context = Map::from_iter([("inputs".into(), Value::Map(Arc::new(inputs)))]);
        let mut outputs = Map::new();
        for (name, template) in &flow.outputs {
            outputs.insert(Arc::clone(name), rendered(template, &context)?);
        }
        Ok(Finished {
            id: "execution-of-".to_owned() + &call.id,
            state: flow.state.clone(),
            outputs,
            labels: call.labels.clone(),
        })
    }
}

/// The value of an output. Nothing but the inputs can be read, so that no flow runs itself.
fn rendered(template: &str, context: &Map) -> Outcome {
    let settings = Settings::default();
    let source = Text::from(template);
    let template = Template::compile(source.clone(), settings.language).map_err(|problems| {
        let unknown = || Error::invalid("the template of the output cannot be read");
        problems.first().map_or_else(unknown, |problem| Error::unreadable(problem, &source))
    })?;
    template.value(Environment { context, services: &NoServices, settings: &settings })
}
