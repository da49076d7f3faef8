//! What every type owes to those who use it: a title and descriptions, an example that is right, the properties and
//! outputs that the catalogue names, and a line in the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_core::check::{Language, Options, check};
use kapelle_core::source::Source;
use schemars::Schema;
use serde_json::{Map, Value};

/// Where a type differs from its catalogue entry, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("io.kestra.plugin.googleworkspace.calendar.InsertEvent", "description", "it is that of the event"),
    ("io.kestra.plugin.googleworkspace.calendar.UpdateEvent", "description", "it is that of the event"),
    ("io.kestra.plugin.jira.issues.Create", "description", "it is the text of the issue"),
    ("io.kestra.plugin.kafka.Consume", "subscription", "it belongs to Kestra's own code"),
    ("io.kestra.plugin.linear.issues.Create", "description", "it is the text of the issue"),
    ("io.kestra.plugin.zendesk.tickets.Create", "description", "it is the text of the ticket"),
    ("io.kestra.plugin.nats.kv.CreateBucket", "description", "it is that of the bucket"),
    ("io.kestra.plugin.scripts.deno.Commands", "commands", "nothing runs without commands"),
    ("io.kestra.plugin.scripts.lua.Commands", "commands", "nothing runs without commands"),
    ("io.kestra.plugin.scripts.perl.Commands", "commands", "nothing runs without commands"),
    ("io.kestra.plugin.transform.grok.TransformItems", "compiler", "it belongs to Kestra's own code"),
    ("io.kestra.plugin.transform.grok.TransformItems", "grokMatchers", "it belongs to Kestra's own code"),
    ("io.kestra.plugin.transform.grok.TransformValue", "compiler", "it belongs to Kestra's own code"),
    ("io.kestra.plugin.transform.grok.TransformValue", "grokMatchers", "it belongs to Kestra's own code"),
    (
        "io.kestra.plugin.transform.jsonata.TransformItems",
        "parsedExpression",
        "it belongs to Kestra's own code",
    ),
    (
        "io.kestra.plugin.transform.jsonata.TransformValue",
        "parsedExpression",
        "it belongs to Kestra's own code",
    ),
    ("io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit", "items", "nothing can be cut without a file"),
    ("io.kestra.plugin.core.flow.WorkingDirectory", "errors", "the engine runs these tasks"),
    ("io.kestra.plugin.core.flow.WorkingDirectory", "finally", "the engine runs these tasks"),
    ("io.kestra.plugin.core.flow.WorkingDirectory", "tasks", "the engine runs these tasks"),
];

/// What the catalogue has at single types of triggers, though it belongs to whoever looks at them.
const OF_ALL_TRIGGERS: &[&str] = &["interval"];

/// A built-in type with its schemas.
struct Owing {
    name: &'static str,
    properties: Schema,
    outputs: Schema,
}

fn all() -> Vec<Owing> {
    let registry = crate::registry();
    let tasks = registry.tasks().map(|task| Owing {
        name: task.name,
        properties: task.properties(),
        outputs: task.outputs(),
    });
    let groups = registry.groups().map(|(name, group)| Owing {
        name,
        properties: group.properties(),
        outputs: group.outputs(),
    });
    let triggers = registry.triggers().map(|trigger| Owing {
        name: trigger.name,
        properties: trigger.properties(),
        outputs: trigger.outputs(),
    });
    tasks.chain(groups).chain(triggers).collect()
}

fn entry(name: &str) -> &'static Type {
    let found = Catalogue::bundled().find(name);
    found.unwrap_or_else(|| panic!("{name} is not in the catalogue")).entry
}

/// The files of this crate, and of the families that are crates beside it, with this extension.
fn sources(extension: &str) -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let beside = fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path());
    let is_family =
        |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("kapelle-plugins");
    let mut folders: Vec<_> = beside.filter(is_family).map(|family| family.join("src")).collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    sources.sort();
    sources
}

fn object<'s>(schema: &'s Map<String, Value>, name: &str) -> Option<&'s Map<String, Value>> {
    schema.get(name)?.as_object()
}

/// The names of the properties of a schema; with each whether it has to be there.
fn properties(schema: &Schema) -> BTreeMap<String, bool> {
    let schema = schema.as_object().expect("the schema of a struct is an object");
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &String| required.is_some_and(|names| names.iter().any(|found| found == name));
    let names = object(schema, "properties").into_iter().flat_map(Map::keys);
    names.map(|name| (name.clone(), is_required(name))).collect()
}

#[test]
fn every_type_has_a_title_and_a_description() {
    for owing in all() {
        for part in ["title", "description"] {
            let text = owing.properties.get(part).and_then(Value::as_str).unwrap_or_default();
            assert!(
                !text.trim().is_empty(),
                "{} has no {part}: write `/// # Title` and text below it",
                owing.name
            );
        }
    }
}

#[test]
fn every_property_and_every_output_is_described() {
    for owing in all() {
        for (what, schema) in [("property", &owing.properties), ("output", &owing.outputs)] {
            let schema = schema.as_value();
            let missing = undescribed(schema);
            assert!(missing.is_empty(), "{}: no description of {what} {missing:?}", owing.name);
        }
    }
}

/// Properties without a description, also of structs within.
fn undescribed(schema: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let is_silent = |property: &Value| property.get("description").is_none();
        missing.extend(
            properties.iter().filter(|(_, property)| is_silent(property)).map(|(name, _)| name.clone()),
        );
        missing.extend(properties.values().flat_map(undescribed));
    }
    if let Some(inner) = schema.get("$defs").and_then(Value::as_object) {
        missing.extend(inner.values().flat_map(undescribed));
    }
    missing
}

#[test]
fn properties_are_those_of_the_catalogue() {
    let mut differences = BTreeSet::new();
    for owing in all() {
        let entry = entry(owing.name);
        let common = Catalogue::bundled().common_properties(entry.kind);
        let is_common = |name: &str| {
            common.iter().any(|shared| shared.name == name)
                || (entry.kind == "trigger" && OF_ALL_TRIGGERS.contains(&name))
        };
        let own = entry
            .properties
            .iter()
            .filter(|property| property.alias_of.is_none() && !is_common(property.name));
        let wanted: BTreeMap<String, bool> =
            own.map(|property| (property.name.to_owned(), property.required)).collect();
        let given = properties(&owing.properties);
        let names = wanted.keys().chain(given.keys()).filter(|name| wanted.get(*name) != given.get(*name));
        differences.extend(names.map(|name| (owing.name, name.clone())));
    }
    let explained: BTreeSet<_> =
        DIFFERENCES.iter().map(|(name, property, _)| (*name, (*property).to_owned())).collect();
    assert_eq!(differences, explained);
}

#[test]
fn outputs_are_those_of_the_catalogue() {
    for owing in all() {
        let Some(wanted) = &entry(owing.name).outputs else { continue };
        let wanted: BTreeSet<String> = wanted.iter().map(|output| output.name.to_owned()).collect();
        let given: BTreeSet<String> = properties(&owing.outputs).into_keys().collect();
        if !wanted.is_empty() {
            assert_eq!(given, wanted, "{}", owing.name);
        }
    }
}

#[test]
fn every_type_has_an_example_that_is_right() {
    let examples: Vec<_> = sources("yaml")
        .into_iter()
        .filter(|(path, _)| path.parent().is_some_and(|folder| folder.ends_with("examples")))
        .collect();
    for owing in all().iter().filter(|owing| !entry(owing.name).internal) {
        let file = format!("{}.yaml", owing.name.rsplit('.').next().unwrap_or_default());
        let uses =
            |text: &str| text.lines().any(|line| line.trim().ends_with(&format!("type: {}", owing.name)));
        let is_its = |(path, text): &&(PathBuf, String)| path.ends_with(&file) && uses(text);
        let found = examples.iter().find(is_its).map(|(_, text)| text.clone());
        let text = found.or_else(|| crate::declared::example(owing.name));
        let text = text.unwrap_or_else(|| panic!("{} has no example: add examples/{file}", owing.name));
        let options =
            Options { language: Language::One, strict: false, today: jiff::civil::date(2026, 5, 6) };
        let checked = check(vec![Source::new(&file, text.as_str())], &options);
        for document in &checked[0].documents {
            assert!(document.is_ok(), "the example of {} is wrong: {:?}", owing.name, document.diagnostics);
        }
    }
}

#[test]
fn every_example_is_the_one_of_a_type() {
    let known: BTreeSet<String> =
        all().iter().filter_map(|owing| owing.name.rsplit('.').next().map(str::to_owned)).collect();
    for (path, _) in sources("yaml") {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(known.contains(&name), "{} is the example of no type", path.display());
    }
}

#[test]
fn every_file_with_a_type_is_registered() {
    let known: BTreeSet<&str> = all().iter().map(|owing| owing.name).collect();
    for (path, text) in sources("rs") {
        let names = text.lines().filter_map(|line| line.trim().split_once("const TYPE: &'static str = \""));
        for (_, name) in names {
            let name = name.trim_end_matches("\";");
            assert!(known.contains(name), "{name} of {} is not registered", path.display());
        }
    }
}

/// What the catalogue says of types beside the language itself; of the language, the engine has a part.
#[test]
fn the_catalogue_knows_what_is_built_in() {
    let registry = crate::registry();
    for name in registry.tasks().map(|task| task.name).chain(registry.triggers().map(|trigger| trigger.name))
    {
        assert!(entry(name).is_built_in(), "{name} is in no pattern of the catalogue");
    }
    let parts = kapelle_plugins_ai::parts();
    for part in &parts {
        assert!(entry(part).is_built_in(), "{part} is in no pattern of the catalogue");
    }
    for found in Catalogue::bundled().types() {
        // Runners have no place in the registry: they belong to the tasks that they run. So do the parts of agents.
        let is_other = !found.name.starts_with("io.kestra.plugin.core.") && found.kind != "runner";
        if is_other && found.is_built_in() && !parts.iter().any(|part| part == found.name) {
            let is_there = registry.find(found.name).is_some() || registry.find_trigger(found.name).is_some();
            assert!(is_there, "{} is not there", found.name);
        }
    }
}
