//! What editors are told. The bar `¦` is the cursor.

mod completing;
mod hinting;
mod hovering;
mod renaming;
mod robust;

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::complete::{Completion, Completions, complete};
use super::material::{Field, Interface, Material, NoMaterial};

/// A world with some things in it.
#[derive(Default)]
struct World {
    context: Option<Map>,
}

impl Material for World {
    fn namespaces(&self) -> Vec<String> {
        vec!["shop".to_owned(), "shop.orders".to_owned()]
    }

    fn flows(&self, namespace: &str) -> Option<Vec<String>> {
        Some(if namespace == "shop" { vec!["import".to_owned(), "export".to_owned()] } else { Vec::new() })
    }

    fn interface(&self, namespace: &str, flow: &str) -> Option<Interface> {
        let field = |id: &str, required| Field { id: id.to_owned(), kind: "STRING".to_owned(), required };
        ((namespace, flow) == ("shop", "import")).then(|| Interface {
            inputs: vec![field("day", true), field("note", false)],
            outputs: vec![field("rows", true)],
        })
    }

    fn keys(&self, _: &str) -> Vec<String> {
        vec!["last_day".to_owned()]
    }

    fn secrets(&self, _: &str) -> Vec<String> {
        vec!["TOKEN".to_owned()]
    }

    fn has_secret(&self, _: &str, name: &str) -> Option<bool> {
        Some(name == "TOKEN")
    }

    fn context(&self) -> Option<&Map> {
        self.context.as_ref()
    }
}

fn cut(marked: &str) -> (String, usize) {
    let at = marked.find('¦').expect("the text has a cursor");
    (marked.replace('¦', ""), at)
}

fn completed_in(marked: &str, world: &dyn Material) -> Completions {
    let (text, at) = cut(marked);
    complete(&text, at, world)
}

fn completed(marked: &str) -> Vec<Completion> {
    completed_in(marked, &World::default()).items
}

fn labels(marked: &str) -> Vec<String> {
    completed(marked).into_iter().map(|item| item.label).collect()
}

/// The text after a completion was chosen.
fn chosen(marked: &str, label: &str) -> String {
    let (text, _) = cut(marked);
    let items = completed(marked);
    let item = items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("no `{label}` in {:?}", labels(marked)));
    let range = item.span.range();
    format!("{}{}{}", &text[..range.start], item.insert, &text[range.end..])
}

/// What an execution saw.
fn seen() -> Map {
    let map = |entries: Vec<(&str, Value)>| -> Value {
        let entries = entries.into_iter().map(|(key, value)| (Arc::from(key), value));
        Value::Map(Arc::new(entries.collect()))
    };
    let text = |text: &str| Value::Str(text.into());
    let body = map(vec![("id", Value::Int(7)), ("token", text("geheim").into_secret())]);
    let outputs = map(vec![("ask", map(vec![("body", body), ("code", Value::Int(200))]))]);
    let inputs = map(vec![("day", text("2026-11-28")), ("password", text("geheim").into_secret())]);
    [(Arc::from("outputs"), outputs), (Arc::from("inputs"), inputs)].into_iter().collect()
}
