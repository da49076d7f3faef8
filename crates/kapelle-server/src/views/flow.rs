//! Flows: what is written in them, as JSON, and what the server knows beside that.

use kapelle_core::expression::plain;
use kapelle_core::yaml;
use kapelle_model::{Node, Span};
use kapelle_store::flow::FlowRevision;
use serde_json::{Map as Object, Value as Json, json};

use super::{moment, value};

/// The document of a flow, if it can be read.
pub(crate) fn root(source: &str) -> Option<Node> {
    yaml::read(source, Span::new(0, source.len() as u32)).root
}

/// A flow without its source.
pub(crate) fn flow(revision: &FlowRevision) -> Json {
    Json::Object(object(revision))
}

pub(crate) fn with_source(revision: &FlowRevision) -> Json {
    let mut flow = object(revision);
    flow.insert("source".to_owned(), (*revision.source).into());
    Json::Object(flow)
}

fn object(revision: &FlowRevision) -> Object<String, Json> {
    let written = root(&revision.source).map(|root| value(&plain::from_node(&root)));
    let mut flow = match written {
        Some(Json::Object(flow)) => flow,
        _ => Object::new(),
    };
    flow.retain(|_, value| !value.is_null());
    if let Some(labels) = flow.get_mut("labels") {
        *labels = as_list(labels.take());
    }
    for (name, value) in [
        ("tenantId", Json::from(&*revision.tenant)),
        ("namespace", (*revision.namespace).into()),
        ("id", (*revision.id).into()),
        ("revision", revision.revision.into()),
        ("updated", moment(revision.created).into()),
        ("disabled", revision.is_disabled.into()),
        ("deleted", revision.is_deleted.into()),
        ("draft", false.into()),
    ] {
        flow.insert(name.to_owned(), value);
    }
    flow.entry("tasks").or_insert_with(|| json!([]));
    flow
}

/// Labels as the list that answers have.
fn as_list(labels: Json) -> Json {
    match labels {
        Json::Object(labels) => {
            labels.into_iter().map(|(key, value)| json!({"key": key, "value": text(&value)})).collect()
        }
        other => other,
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The task with this id, wherever it stands in the flow.
pub(crate) fn task<'n>(node: &'n Node, id: &str) -> Option<&'n Node> {
    let is_task = |node: &Node| node.get("type").is_some();
    let own = |node: &'n Node| node.get("id").and_then(Node::scalar_text).filter(|own| own == id);
    if is_task(node) && own(node).is_some() {
        return Some(node);
    }
    let entries =
        node.entries().iter().filter(|entry| !["inputs", "outputs", "triggers"].contains(&&*entry.key));
    let mut below = entries.map(|entry| &entry.value).chain(node.items());
    below.find_map(|below| task(below, id))
}

/// Lines of flows for a table.
pub(crate) fn csv(flows: &[std::sync::Arc<FlowRevision>]) -> String {
    let mut lines = String::from("id,namespace,revision,disabled,description\n");
    for flow in flows {
        let description = flow.description.as_deref().unwrap_or_default();
        let cells = [
            &*flow.id,
            &*flow.namespace,
            &flow.revision.to_string(),
            &flow.is_disabled.to_string(),
            description,
        ];
        lines.push_str(&cells.map(cell).join(","));
        lines.push('\n');
    }
    lines
}

/// A cell that no table program takes for a formula.
pub(crate) fn cell(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Millis;

    use super::*;

    #[test]
    fn a_flow_is_what_is_written_with_what_the_server_knows() {
        let source = "id: a\nnamespace: n\nlabels: {x: 1}\ndescription: null\ntasks: [{id: t, type: T}]\n";
        let revision = FlowRevision {
            tenant: "main".into(),
            namespace: "n".into(),
            id: "a".into(),
            revision: 3,
            source: source.into(),
            description: None,
            labels: [].into(),
            is_disabled: true,
            is_deleted: false,
            created: Millis(0),
        };
        assert_eq!(
            with_source(&revision),
            json!({"id": "a", "namespace": "n", "labels": [{"key": "x", "value": "1"}],
                "tasks": [{"id": "t", "type": "T"}], "tenantId": "main", "revision": 3,
                "updated": "1970-01-01T00:00:00.000Z", "disabled": true, "deleted": false, "draft": false,
                "source": source})
        );
    }

    #[test]
    fn cells_are_no_formulas() {
        assert_eq!(["a", "a,b", "=1", "a\"b"].map(cell), ["a", "\"a,b\"", "'=1", "\"a\"\"b\""]);
    }
}
