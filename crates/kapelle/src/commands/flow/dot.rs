//! `kapelle flow dot`: a picture of a flow for Graphviz, from the topology that a server makes of it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value as Json;

use super::sources::read_flow;
use crate::commands::client::output::{self, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::Ending;

/// Print a flow as a graph for Graphviz; a server makes it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kapelle flow dot order.yaml | dot -Tsvg > order.svg")]
pub(crate) struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    let ask = Ask::new("POST", &["flows", "graph"]).yaml(read_flow(&arguments.file)?);
    let graph = Client::of(&arguments.server)?.send(&ask)?.json()?;
    output::print(&dot(&graph))
}

/// Tasks are boxes, the starts and ends of clusters are points.
fn dot(graph: &Json) -> String {
    let mut out = "digraph G {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for node in graph["nodes"].as_array().into_iter().flatten() {
        let uid = quoted(&text(&node["uid"]));
        let id = ["task", "triggerDeclaration", "trigger"].iter().find_map(|part| node[part]["id"].as_str());
        let _infallible = match id {
            Some(id) => writeln!(out, "  {uid} [label={}];", quoted(id)),
            None => writeln!(out, "  {uid} [shape=point];"),
        };
    }
    for edge in graph["edges"].as_array().into_iter().flatten() {
        let (from, to) = (quoted(&text(&edge["source"])), quoted(&text(&edge["target"])));
        let label = edge["relation"]["value"].as_str();
        let label = label.map_or(String::new(), |value| format!(" [label={}]", quoted(value)));
        let _infallible = writeln!(out, "  {from} -> {to}{label};");
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn tasks_are_boxes_and_branches_have_names() {
        let graph = json!({
            "nodes": [{"uid": "root"}, {"uid": "a", "task": {"id": "say \"hi\""}}],
            "edges": [{"source": "root", "target": "a", "relation": {"relationType": "CHOICE", "value": "yes"}}],
        });
        let dot = super::dot(&graph);
        assert!(dot.contains("\"a\" [label=\"say \\\"hi\\\"\"];"), "{dot}");
        assert!(dot.contains("\"root\" -> \"a\" [label=\"yes\"];"), "{dot}");
    }
}
