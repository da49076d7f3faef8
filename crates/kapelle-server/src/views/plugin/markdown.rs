//! The page of a type for people.

use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_core::example::example;
use kapelle_core::shape::{Property, Role};
use kapelle_core::yaml::write::block;
use serde_json::{Value as Json, json};

pub(super) fn page(catalogue: &'static Catalogue, entry: &'static Type) -> String {
    let mut page = format!("# {}\n\n```yaml\ntype: {}\n```\n", entry.simple_name(), entry.name);
    if entry.deprecated {
        page.push_str("\n> This type is deprecated.\n");
    }
    if !entry.doc.is_empty() {
        page.push_str(&["\n", entry.doc, "\n"].concat());
    }
    if !entry.aliases.is_empty() {
        page.push_str(&["\nOld names: ", &codes(&entry.aliases), ".\n"].concat());
    }
    let example = block(&placed(catalogue, entry), 0);
    page.push_str(&["\n## Example\n\n```yaml\n", &example, "```\n"].concat());
    page.push_str(&properties(entry));
    page.push_str(&outputs(entry));
    page
}

/// The example where it stands in a flow.
fn placed(catalogue: &'static Catalogue, entry: &'static Type) -> Json {
    let example = example(catalogue, entry);
    let plays = |role| catalogue.plays(entry.kind, role);
    if plays(Role::Task) {
        json!({"tasks": [example]})
    } else if plays(Role::Trigger) {
        json!({"triggers": [example]})
    } else if plays(Role::Condition) {
        json!({"conditions": [example]})
    } else if plays(Role::TaskRunner) {
        json!({"taskRunner": example})
    } else {
        example
    }
}

fn properties(entry: &Type) -> String {
    let mut own: Vec<&Property> =
        entry.properties.iter().filter(|property| !matches!(property.name, "id" | "type")).collect();
    own.sort_by_key(|property| (!property.required, property.deprecated, property.name));
    let mut text = String::from("\n## Properties\n\n");
    for property in own {
        text.push_str(&["- `", property.name, "`", &marks(property)].concat());
        if !property.doc.is_empty() {
            text.push_str(&[": ", property.doc].concat());
        }
        text.push('\n');
    }
    text
}

fn marks(property: &Property) -> String {
    let all = [
        (property.required, "required"),
        (property.dynamic, "expressions"),
        (property.secret, "secret"),
        (property.deprecated, "deprecated"),
    ];
    let set: Vec<&str> = all.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
    let default = property.default.map(|default| format!("default `{default}`"));
    let words: Vec<&str> = set.into_iter().chain(default.as_deref()).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

fn outputs(entry: &Type) -> String {
    let Some(outputs) = entry.outputs.as_ref().filter(|outputs| !outputs.is_empty()) else {
        return String::new();
    };
    let lines: Vec<String> =
        outputs.iter().map(|output| format!("- `{}`: {}\n", output.name, output.kind)).collect();
    format!("\n## Outputs\n\n{}", lines.concat())
}

fn codes(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
