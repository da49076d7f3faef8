//! The test vectors that need a world: keys, secrets, files, servers, flows.

use std::sync::Arc;

use kapelle_model::{Map, Node, Value};

use super::cases::{Case, render, run, value_of};
use crate::expression::memory::{BASE, MemoryServices};

#[test]
fn functions_give_what_the_services_have() {
    run("needs_services", &|case| {
        let setup = case.node.get("setup").map_or(Value::Null, value_of);
        let services =
            MemoryServices::from_setup(&setup).unwrap_or_else(|error| panic!("{}: {error}", case.id));
        let case =
            Case { id: case.id, node: case.node, context: based(&case.context), language: case.language };
        let result = render(&case, &services, services.hides_secrets());
        if setup_wants_mask(case.node) {
            // Whoever writes logs has only to print the masked form.
            let Ok(Value::Str(text)) = &result else { panic!("{}: {result:?}", case.id) };
            assert_eq!(text.masked(), "******", "{}", case.id);
        }
        result
    });
}

/// The context with the address of the test server.
fn based(value: &Value) -> Value {
    match value {
        Value::Str(text) if text.expose().contains("$BASE") => {
            Value::from(text.expose().replace("$BASE", BASE).as_str())
        }
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (Arc::clone(key), based(value)));
            Value::Map(Arc::new(entries.collect::<Map>()))
        }
        other => other.clone(),
    }
}

fn setup_wants_mask(node: &Node) -> bool {
    node.get("setup").and_then(|setup| setup.get("check")).and_then(Node::as_text) == Some("log_mask")
}
