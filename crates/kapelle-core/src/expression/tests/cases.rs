//! The test vectors of the language: what a template gives, verified with the original engine.

use std::collections::BTreeMap;

use kapelle_model::{Data, Map, Node, Text, Value};

use crate::expression::environment::{Environment, Settings};
use crate::expression::equality::same;
use crate::expression::memory::MemoryServices;
use crate::expression::services::Services;
use crate::expression::{Error, Outcome, Template, typed};
use crate::language::Language;
use crate::yaml;

pub(super) const CASES: &str = include_str!("../../../tests/data/expression-cases.yaml");

/// Cases whose result is another one here: id and reason. They stand in `docs/differences.md` too.
const DEVIATIONS: &str = include_str!("../../../tests/data/expression-deviations.tsv");

/// The groups of failures that lie close together.
const NEIGHBOURS: [&str; 3] = ["argument", "type", "null_value"];

pub(super) struct Case<'a> {
    pub(super) id: &'a str,
    pub(super) node: &'a Node,
    pub(super) context: Value,
    pub(super) language: Language,
}

/// Calls `visit` for every case, at each level it is made for.
pub(super) fn for_all(group: &str, visit: &mut dyn FnMut(&Case<'_>)) {
    let reading = yaml::read(CASES, yaml::split(CASES)[0]);
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    let root = reading.root.unwrap();
    for node in root.get(group).unwrap().items() {
        let id = node.get("id").and_then(Node::as_text).unwrap();
        let context = node.get("context").map_or_else(|| Value::Map(Map::new().into()), value_of);
        let context = typed::untagged(&context).unwrap();
        let only = node.get("only").and_then(Node::as_text);
        for (language, name) in [(Language::One, "1.x"), (Language::Two, "2.x")] {
            if only.is_none_or(|only| only == name) {
                visit(&Case { id, node, context: context.clone(), language });
            }
        }
    }
}

/// Plain data as a value.
pub(super) fn value_of(node: &Node) -> Value {
    crate::expression::builtin::yaml::value(node.clone())
}

/// Renders a case with the given services.
pub(super) fn render(case: &Case<'_>, services: &dyn Services, hide_secrets: bool) -> Outcome {
    let flag = |name| case.node.get(name).and_then(Node::as_bool).unwrap_or(false);
    let settings = Settings {
        language: case.language,
        recursive: flag("recursive"),
        hide_secrets,
        ..Settings::default()
    };
    let Value::Map(context) = &case.context else { panic!("{}: the context is no map", case.id) };
    let environment = Environment { context: &**context, services, settings: &settings };
    let source = match &case.node.get("template").unwrap().data {
        Data::Text(text) => Text::from(text.as_str()),
        other => panic!("{}: {other:?} is no template", case.id),
    };
    let template = Template::compile(source.clone(), case.language)
        .map_err(|problems| Error::unreadable(&problems[0], &source))?;
    if flag("typed") {
        template.value(environment)
    } else {
        Ok(Value::Str(template.render(environment)?.unwrap_or_default()))
    }
}

/// What is wrong with the result of a case.
pub(super) fn complaint(case: &Case<'_>, result: &Outcome) -> Option<String> {
    let expected = |name| case.node.get(name);
    match (result, expected("error").and_then(Node::as_text)) {
        (Err(error), Some(category)) => {
            let found = error.category.word();
            let is_near = NEIGHBOURS.contains(&found) && NEIGHBOURS.contains(&category);
            let wording = expected("message_contains").and_then(Node::as_text);
            let is_worded = wording.is_none_or(|wording| error.text().contains(wording));
            (!((found == category || is_near) && is_worded))
                .then(|| format!("expected {category} {wording:?}, failed with {found}: {}", error.text()))
        }
        (Ok(_), Some(_)) if expected("feature").and_then(Node::as_text) == Some("strict_version") => None,
        (Ok(value), Some(category)) => Some(format!("expected {category}, gave {value:?}")),
        (Err(error), None) => Some(format!("failed with {}: {}", error.category.word(), error.text())),
        (Ok(value), None) => {
            if let Some(pattern) = expected("matches").and_then(Node::as_text) {
                let pattern = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
                return (!pattern.is_match(&text_of(value)))
                    .then(|| format!("{value:?} does not match {pattern}"));
            }
            let wanted = value_of(expected("expect").unwrap());
            let is_same = if expected("compare").is_some() {
                let json =
                    |value: &Value| crate::expression::builtin::json::parse_json(&text_of(value)).unwrap();
                same(&json(value), &json(&wanted))
            } else {
                same(value, &wanted)
            };
            (!is_same).then(|| format!("expected {wanted:?}, gave {value:?}"))
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Str(text) => text.expose().to_owned(),
        other => panic!("{other:?} is no text"),
    }
}

fn is_deviation(id: &str) -> bool {
    DEVIATIONS.lines().any(|line| line.split('\t').next() == Some(id))
}

/// Runs a group of cases and fails with everything that is wrong.
pub(super) fn run(group: &str, render: &dyn Fn(&Case<'_>) -> Outcome) {
    let mut failed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut passed, mut skipped) = (0, 0);
    let only = option_env!("KAPELLE_CASES").unwrap_or_default();
    for_all(group, &mut |case| {
        if !case.id.starts_with(only) {
            return;
        }
        let complaint = complaint(case, &render(case));
        if is_deviation(case.id) {
            assert!(complaint.is_some(), "{} is no deviation any more", case.id);
            skipped += 1;
            return;
        }
        match complaint {
            None => passed += 1,
            Some(complaint) => {
                let template = case.node.get("template").and_then(Node::as_text).unwrap_or_default();
                let group = case.id.split('/').next().unwrap_or_default();
                let line = format!("{} ({:?}) {template}\n    {complaint}", case.id, case.language);
                failed.entry(group.to_owned()).or_default().push(line);
            }
        }
    });
    let count: usize = failed.values().map(Vec::len).sum();
    println!("{group}: {passed} passed, {count} failed, {skipped} skipped");
    let shown: Vec<String> = failed
        .iter()
        .map(|(group, lines)| format!("== {group}: {}\n{}", lines.len(), lines.join("\n")))
        .collect();
    assert!(failed.is_empty(), "{}\n{passed} passed, {count} failed, {skipped} skipped", shown.join("\n"));
}

#[test]
fn templates_give_what_the_original_engine_gives() {
    let services = MemoryServices::from_setup(&Value::Map(Map::new().into())).unwrap();
    run("cases", &|case| render(case, &services, false));
}

#[test]
fn deviations_are_documented() {
    let document = include_str!("../../../../../docs/differences.md");
    for line in DEVIATIONS.lines() {
        let id = line.split('\t').next().unwrap_or_default();
        assert!(document.contains(&format!("`{id}`")), "{id} is missing in docs/differences.md");
    }
}
