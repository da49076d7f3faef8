//! Tools: flows with a trigger that says so.

use kapelle_core::expression::plain;
use kapelle_model::Node;
use serde_json::{Map as Object, Value as Json, json};

use super::DEFAULT;
use crate::call::Call;
use crate::error::Outcome;
use crate::handlers::flows;
use crate::views::{flow as view, value};

/// The last part of the type of such a trigger.
const TRIGGER: &str = "McpToolTrigger";

/// Hints to clients: the name in flows, the name in the protocol, what holds when nothing is said.
const HINTS: [(&str, &str, bool); 4] = [
    ("readOnly", "readOnlyHint", false),
    ("openWorld", "openWorldHint", true),
    ("destructive", "destructiveHint", true),
    ("idempotent", "idempotentHint", false),
];

#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) flow: String,
    pub(crate) revision: u32,
    /// Nobody can call it.
    pub(crate) is_disabled: bool,
    trigger: Json,
    inputs: Json,
}

/// The tools of a server that the caller may see.
pub(crate) fn of(call: &Call, server: &str) -> Outcome<Vec<Tool>> {
    let mut tools = Vec::new();
    for flow in flows::all(call)?.iter().filter(|flow| flow.source.contains(TRIGGER)) {
        let Some(root) = view::root(&flow.source) else { continue };
        let inputs = root.get("inputs").map_or(Json::Null, |node| value(&plain::from_node(node)));
        for node in root.get("triggers").map_or(&[][..], Node::items) {
            let trigger = value(&plain::from_node(node));
            if !is_tool(&trigger, server) {
                continue;
            }
            let name = trigger["toolName"].as_str().unwrap_or_default().to_owned();
            tools.push(Tool {
                name,
                namespace: flow.namespace.to_string(),
                flow: flow.id.to_string(),
                revision: flow.revision,
                is_disabled: flow.is_disabled || trigger["disabled"] == true,
                trigger,
                inputs: inputs.clone(),
            });
        }
    }
    Ok(tools)
}

fn is_tool(trigger: &Json, server: &str) -> bool {
    let is_type = trigger["type"].as_str().is_some_and(|name| name.rsplit('.').next() == Some(TRIGGER));
    is_type && trigger["mcpServer"].as_str().unwrap_or(DEFAULT) == server
}

impl Tool {
    fn hint(&self, name: &str, default: bool) -> bool {
        self.trigger["annotations"][name].as_bool().unwrap_or(default)
    }

    /// As lists for people have it.
    pub(crate) fn row(&self) -> Json {
        let mut annotations: Object<String, Json> = HINTS
            .iter()
            .map(|(name, _, default)| ((*name).to_owned(), self.hint(name, *default).into()))
            .collect();
        annotations.insert("returnDirect".to_owned(), self.hint("returnDirect", false).into());
        json!({
            "toolName": self.name,
            "triggerId": self.trigger["id"],
            "title": self.trigger["title"],
            "description": self.trigger["toolDescription"],
            "annotations": annotations,
            "namespace": self.namespace,
            "flowId": self.flow,
            "flowRevision": self.revision,
            "disabled": self.is_disabled,
        })
    }

    /// As the protocol has it.
    pub(crate) fn offer(&self) -> Json {
        let hints =
            HINTS.iter().map(|(name, hint, default)| ((*hint).to_owned(), self.hint(name, *default).into()));
        let annotations: Object<String, Json> = hints.collect();
        json!({
            "name": self.name,
            "title": self.trigger["title"],
            "description": self.trigger["toolDescription"],
            "inputSchema": schema(&self.inputs),
            "annotations": annotations,
        })
    }
}

/// The inputs of a flow as a schema of arguments.
fn schema(inputs: &Json) -> Json {
    let (mut properties, mut required) = (Object::new(), Vec::new());
    for input in inputs.as_array().into_iter().flatten() {
        let Some(id) = input["id"].as_str() else { continue };
        let mut property = json!({"type": kind(input["type"].as_str().unwrap_or_default())});
        if let Some(words) = input["description"].as_str().or_else(|| input["displayName"].as_str()) {
            property["description"] = words.into();
        }
        if let Some(values) = input["values"].as_array() {
            property["enum"] = values.clone().into();
        }
        if input["required"] != false && input["defaults"].is_null() {
            required.push(id.to_owned());
        }
        properties.insert(id.to_owned(), property);
    }
    json!({"type": "object", "properties": properties, "required": required})
}

/// What JSON calls values of an input.
fn kind(input: &str) -> &'static str {
    match input {
        "INT" => "integer",
        "FLOAT" => "number",
        "BOOL" | "BOOLEAN" => "boolean",
        "ARRAY" | "MULTISELECT" => "array",
        "JSON" => "object",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_described_by_the_inputs_of_the_flow() {
        let inputs = json!([
            {"id": "n", "type": "INT", "description": "How many"},
            {"id": "s", "type": "STRING", "defaults": "a"},
            {"id": "f", "type": "BOOLEAN", "required": false},
        ]);
        let schema = schema(&inputs);
        assert_eq!(schema["required"], json!(["n"]));
        assert_eq!(schema["properties"]["n"], json!({"type": "integer", "description": "How many"}));
        assert_eq!(schema["properties"]["f"], json!({"type": "boolean"}));
    }
}
