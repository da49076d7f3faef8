//! The test vectors of the language, through the program.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::memory::BASE;
use kapelle_core::expression::plain::{self, from_json, from_yaml};
use kapelle_model::{Map, Value};
use regex::Regex;

use super::lines::answers;

const CASES: &str = include_str!("../../../../kapelle-core/tests/data/expression-cases.yaml");

/// The same as in the tests of `kapelle-core`, where the reasons are.
const DEVIATIONS: &str = include_str!("../../../../kapelle-core/tests/data/expression-deviations.tsv");

/// The groups of failures that lie close together.
const NEIGHBOURS: [&str; 3] = ["argument", "type", "null_value"];

fn to_json(value: &Value) -> String {
    plain::to_json(value, &TimeZone::UTC, false, 1 << 20).unwrap().expose().to_owned()
}

fn map(value: &Value) -> &Map {
    let Value::Map(map) = value else { panic!("{value:?} is no map") };
    map
}

fn text(value: &Value) -> &str {
    let Value::Str(text) = value else { panic!("{value:?} is no text") };
    text.expose()
}

/// The value with the address of the test server in place of `$BASE`.
fn based(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::from(text.expose().replace("$BASE", BASE).as_str()),
        Value::Map(map) => {
            Value::Map(Arc::new(map.iter().map(|(key, value)| (Arc::clone(key), based(value))).collect()))
        }
        other => other.clone(),
    }
}

/// A case as a request, its place among the cases as the id.
fn request(id: i64, case: &Map, language: i64) -> String {
    let mut request = Map::new();
    request.insert("id".into(), Value::Int(id));
    for name in ["template", "context", "typed", "recursive"] {
        if let Some(value) = case.get(name) {
            request.insert(name.into(), if name == "context" { based(value) } else { value.clone() });
        }
    }
    request.insert("setup".into(), case.get("setup").cloned().unwrap_or(Value::Map(Arc::default())));
    request.insert("language".into(), Value::Int(language));
    request.insert("showSecrets".into(), Value::Bool(true));
    to_json(&Value::Map(Arc::new(request)))
}

/// What is wrong with the answer to a case.
fn complaint(case: &Map, answer: &Map) -> Option<String> {
    let shown = || to_json(&Value::Map(Arc::new(answer.clone())));
    let expected = |name| case.get(name);
    let is_ok = answer.get("ok") == Some(&Value::Bool(true));
    let Some(category) = expected("error").map(text) else {
        let Some(value) = answer.get("value").filter(|_| is_ok) else { return Some(shown()) };
        if let Some(pattern) = expected("matches").map(text) {
            let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
            return (!pattern.is_match(text(value))).then(shown);
        }
        let wanted = expected("expect").unwrap();
        let is_same = if expected("compare").is_some() {
            from_json(text(value)).unwrap() == from_json(text(wanted)).unwrap()
        } else {
            // What JSON has no sign for, such as `NaN`, comes as text.
            *value == from_json(&to_json(wanted)).unwrap()
        };
        return (!is_same).then(|| format!("expected {}, gave {}", to_json(wanted), shown()));
    };
    if is_ok {
        let may_be = expected("feature").is_some_and(|feature| text(feature) == "strict_version");
        return (!may_be).then(|| format!("expected {category}, gave {}", shown()));
    }
    let error = map(answer.get("error").unwrap());
    let found = text(error.get("category").unwrap());
    let is_near = NEIGHBOURS.contains(&found) && NEIGHBOURS.contains(&category);
    let message = text(error.get("message").unwrap());
    let is_worded = expected("message_contains").is_none_or(|wording| message.contains(text(wording)));
    (!((found == category || is_near) && is_worded)).then(|| format!("expected {category}, gave {}", shown()))
}

#[test]
fn every_test_vector_of_the_language_is_answered() {
    let all = from_yaml(CASES).unwrap();
    let mut cases: Vec<(&Map, i64)> = Vec::new();
    for group in ["cases", "needs_services"] {
        let Value::List(items) = map(&all).get(group).unwrap() else { panic!("{group} is no list") };
        for case in items.iter().map(map) {
            let only = case.get("only").map(text);
            let levels = [(1, "1.x"), (2, "2.x")];
            let levels = levels.iter().filter(|(_, name)| only.is_none_or(|only| only == *name));
            cases.extend(levels.map(|(level, _)| (case, *level)));
        }
    }
    let requests: Vec<String> =
        (0..).zip(&cases).map(|(id, (case, level))| request(id, case, *level)).collect();
    let answers = answers(&["--time-limit", "60000"], &(requests.join("\n") + "\n"));
    assert_eq!(answers.len(), cases.len());

    let mut failed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (id, ((case, level), answer)) in (0..).zip(cases.iter().zip(&answers)) {
        let answer = from_json(answer).unwrap();
        assert_eq!(map(&answer).get("id"), Some(&Value::Int(id)));
        let name = text(case.get("id").unwrap());
        let complaint = complaint(case, map(&answer));
        if DEVIATIONS.lines().any(|line| line.split('\t').next() == Some(name)) {
            assert!(complaint.is_some(), "{name} is no deviation any more");
        } else if let Some(complaint) = complaint {
            let group = name.split('/').next().unwrap_or_default();
            let template = text(case.get("template").unwrap());
            failed.entry(group).or_default().push(format!("{name} ({level}) {template}\n    {complaint}"));
        }
    }
    let count: usize = failed.values().map(Vec::len).sum();
    let shown: Vec<String> = failed
        .iter()
        .map(|(group, lines)| format!("== {group}: {}\n{}", lines.len(), lines.join("\n")))
        .collect();
    assert!(failed.is_empty(), "{}\n{count} of {} failed", shown.join("\n"), cases.len());
}
