//! What an editor knows beside the text. Every answer is asked for only where it is needed, and may be nothing.

use kapelle_model::Map;

use super::draft::Draft;

/// The world around a flow that is being written.
pub trait Material {
    fn namespaces(&self) -> Vec<String> {
        Vec::new()
    }

    /// Ids of the flows of a namespace; `None` if they are not known.
    fn flows(&self, _namespace: &str) -> Option<Vec<String>> {
        None
    }

    /// What a flow takes and gives.
    fn interface(&self, _namespace: &str, _flow: &str) -> Option<Interface> {
        None
    }

    /// Names of keys that a flow of the namespace can read.
    fn keys(&self, _namespace: &str) -> Vec<String> {
        Vec::new()
    }

    /// Names of secrets that a flow of the namespace can read, as far as they can be listed.
    fn secrets(&self, _namespace: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether a flow of the namespace can read a secret; `None` if that is not known.
    fn has_secret(&self, _namespace: &str, _name: &str) -> Option<bool> {
        None
    }

    /// What the expressions of a chosen execution see.
    fn context(&self) -> Option<&Map> {
        None
    }
}

/// Nothing is known beside the text.
#[derive(Debug)]
pub struct NoMaterial;

impl Material for NoMaterial {}

/// What a flow takes and gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    pub inputs: Vec<Field>,
    pub outputs: Vec<Field>,
}

/// An input or an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub id: String,
    /// Its type, such as `STRING`; empty if none is written.
    pub kind: String,
    pub required: bool,
}

impl Interface {
    /// Of a flow as it was saved. One that cannot be read takes and gives nothing.
    pub fn of(source: &str) -> Self {
        let draft = Draft::read(source, source.len());
        let flow = &draft.flow;
        let is_needed = |node: &kapelle_model::Node| {
            let has = |name: &str| node.get(name).is_some_and(|value| !value.is_null());
            !has("defaults") && node.get("required").and_then(kapelle_model::Node::as_bool) != Some(false)
        };
        let inputs = flow.inputs.iter().map(|input| Field {
            id: input.id.value.clone(),
            kind: input.kind.clone(),
            required: is_needed(&input.node),
        });
        let outputs = flow.outputs.iter().map(|output| Field {
            id: output.id.value.clone(),
            kind: output.node.get("type").and_then(kapelle_model::Node::scalar_text).unwrap_or_default(),
            required: true,
        });
        Self { inputs: inputs.collect(), outputs: outputs.collect() }
    }
}
