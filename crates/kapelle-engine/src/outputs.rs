//! Outputs of flows: what an execution leaves behind, rendered once when its tasks are through.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::language::Language;
use kapelle_model::effect::Level;
use kapelle_model::flow::Output;
use kapelle_model::{Map, Node, Value};

use crate::inputs::{ENCRYPTION_MISSING, Encryption, Type, stored};
use kapelle_core::property::Property;

/// The outputs of a flow, ready to be rendered.
#[derive(Debug, Default)]
pub struct Outputs {
    declared: Vec<Declared>,
}

#[derive(Debug)]
struct Declared {
    id: Arc<str>,
    value: Property,
    /// `None` for a value that is kept as it is rendered.
    value_type: Option<Type>,
    is_required: bool,
}

/// What rendering gave.
#[derive(Debug, Default)]
pub struct Rendered {
    /// By their ids, whose dots have no meaning here; nothing if one that is required failed.
    pub values: Map,
    /// Why the execution fails.
    pub failure: Option<String>,
    /// What has to be logged about it.
    pub logs: Vec<(Level, String)>,
}

/// Reads outputs. Nothing is refused here: what is wrong fails when it is rendered.
pub fn read(outputs: &[Output], language: Language) -> Outputs {
    let declared = outputs.iter().map(|output| {
        let node = &output.node;
        let given = |name: &str| node.get(name).filter(|value| !value.is_null());
        let required = given("required").and_then(Node::scalar_text);
        Declared {
            id: Arc::from(output.id.value.as_str()),
            value: given("value")
                .map_or(Property::Fixed(Value::Null), |value| Property::read(value, language)),
            value_type: given("type").map(|_| Type::of(node)),
            is_required: required.as_deref() != Some("false"),
        }
    });
    Outputs { declared: declared.collect() }
}

impl Outputs {
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty()
    }

    /// Renders all outputs. One that is required fails them all, and the execution; one that is not becomes null.
    pub fn render(&self, encryption: Encryption, environment: Environment<'_>) -> Rendered {
        match self.values(encryption, environment) {
            Ok((values, logs)) => Rendered { values, failure: None, logs },
            Err(cause) => {
                let message = format!("Failed to render output values: {cause}");
                let logs = vec![(Level::Error, message.clone())];
                Rendered { values: Map::new(), failure: Some(message), logs }
            }
        }
    }

    fn values(
        &self,
        encryption: Encryption,
        environment: Environment<'_>,
    ) -> Result<(Map, Vec<(Level, String)>), String> {
        let mut logs = Vec::new();
        // All that are required come first: what they fail with is not hidden behind warnings of the others.
        let required = |output: &Declared| {
            if output.is_required { output.rendered(environment).map(Some) } else { Ok(None) }
        };
        let rendered = self.declared.iter().map(required);
        let rendered: Vec<Option<Value>> = rendered.collect::<Result<_, _>>()?;
        let mut values = Map::with_capacity(self.declared.len());
        for (output, rendered) in self.declared.iter().zip(rendered) {
            let value = match rendered {
                Some(value) => output.typed(&value, encryption)?,
                None => output
                    .rendered(environment)
                    .and_then(|value| output.typed(&value, encryption))
                    .unwrap_or_else(|cause| {
                        logs.push((Level::Warn, ignored(&output.id, &cause)));
                        Value::Null
                    }),
            };
            values.insert(Arc::clone(&output.id), value);
        }
        Ok((values, logs))
    }
}

fn ignored(id: &str, cause: &str) -> String {
    format!("Failed to render optional flow output '{id}'. Output is ignored. Cause: {cause}")
}

impl Declared {
    fn rendered(&self, environment: Environment<'_>) -> Result<Value, String> {
        self.value.render_part(environment).map_err(|error| error.text())
    }

    /// The value in its type, as an execution keeps it.
    fn typed(&self, value: &Value, encryption: Encryption) -> Result<Value, String> {
        let Some(value_type) = self.value_type.filter(|_| *value != Value::Null) else {
            return Ok(stored(value));
        };
        let converted = match encryption {
            Encryption::Missing if value_type.is_secret() => Err(ENCRYPTION_MISSING.to_owned()),
            _ => value_type.convert(value),
        };
        converted
            .map(|value| stored(&value))
            .map_err(|cause| format!("Invalid value for output `{}`. Cause: {cause}", self.id))
    }
}

#[cfg(test)]
mod tests;
