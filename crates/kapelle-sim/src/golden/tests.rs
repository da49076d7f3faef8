use std::path::Path;

use jiff::civil::date;
use serde_json::{Value as Json, json};

use super::case::{self, Case};
use super::differences::judge;
use super::explained;
use super::marks::Marks;
use crate::seen::{Seen, SeenLine, SeenRun};

fn marks() -> Marks {
    let mut marks = Marks::new("golden.a.b", date(2026, 1, 15));
    marks.know("run1");
    marks
}

#[test]
fn what_differs_from_run_to_run_is_marked() {
    for (text, marked) in [
        ("plain", "plain"),
        ("run1 in golden.a.b and golden/a/b", "<id> in <ns> and <ns>"),
        ("[kestra:///golden/a/b/x.txt]", "[<uri.txt>]"),
        ("kestra:///x, kestra:///y.toolongextension", "<uri>, <uri>"),
        ("id 2ZYbCKzzmpTqRkZ8DkpXyZ.", "id <id>."),
        ("id 2zybckzzmptqrkz8dkpxyz", "id 2zybckzzmptqrkz8dkpxyz"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "<uuid>"),
        ("2026-01-14T10:11:12.5Z[UTC] 2026-01-17 2026-01-18T10:11", "<date> <day> 2026-01-18T10:11"),
    ] {
        assert_eq!(marks().text(text), marked, "{text}");
    }
    assert_eq!(marks().log("completed in 00:01.2 by a.B@1a2b3c4d"), "completed in <time> by a.B@<hash>");
}

#[test]
fn values_are_marked_deeply() {
    let files = |uri: &str| uri.ends_with("a.txt").then(|| b"text of run1".to_vec());
    for (value, marked) in [
        (json!({"a": null, "b": [null, 1.5, true]}), json!({"b": [null, 1.5, true]})),
        (json!({"run1": 1, "<id>": 2}), json!({"<id>": 1, "<id>~2": 2})),
        (json!("kestra:///a.txt"), json!("<file.txt>\ntext of <id>")),
        (json!("kestra:///b.ion"), json!("<file.ion>")),
        (json!("see kestra:///a.txt"), json!("see <uri.txt>")),
        (json!({"type": "io.kestra.datatype:aes_encrypted", "value": "x"}), json!("<encrypted>")),
    ] {
        assert_eq!(marks().value(&value, &files), marked, "{value}");
    }
}

#[test]
fn an_execution_becomes_comparable() {
    let run = |id: &str, task: &str, parent: Option<&str>, value: Option<&str>| SeenRun {
        id: id.into(),
        task: task.into(),
        parent: parent.map(Into::into),
        value: value.map(Into::into),
        state: "SUCCESS".into(),
        attempts: vec!["SUCCESS".into()],
        ..SeenRun::default()
    };
    let line = |run: Option<&str>, message: &str| SeenLine {
        run: run.map(Into::into),
        level: "INFO".into(),
        message: message.into(),
    };
    let seen = Seen {
        id: "exec".into(),
        state: "SUCCESS".into(),
        labels: vec![("system.correlationId".into(), "exec".into()), ("team".into(), "x".into())],
        runs: vec![
            run("id-0", "each", None, None),
            SeenRun { iteration: Some(0), ..run("id-1", "t", Some("id-0"), Some("v")) },
            SeenRun {
                iteration: Some(1),
                outputs: json!({"o": "exec"}),
                ..run("id-2", "t", Some("id-0"), Some("exec"))
            },
            run("id-3", "each", None, None),
        ],
        logs: vec![
            line(Some("id-1"), "b"),
            line(Some("id-1"), "a"),
            line(None, "x"),
            line(Some("gone"), "y"),
        ],
        ..Seen::default()
    };
    let mut marks = marks();
    seen.tell_ids(&mut marks);
    let done = |more: Json| {
        let mut run = json!({"state": "SUCCESS", "~attempts": ["SUCCESS"]});
        run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        run
    };
    assert_eq!(
        seen.form(&marks, &|_| None),
        json!({
            "state": "SUCCESS",
            "labels": {"team": "x"},
            "tasks": {
                "each": done(json!({})),
                "each > t[v]": done(json!({"iteration": 0})),
                "each > t[<id>]#1": done(json!({"iteration": 1, "outputs": {"o": "<id>"}})),
                "each (2)": done(json!({})),
            },
            "~logs": {"-": ["INFO x", "INFO y"], "each > t[v]": ["INFO a", "INFO b"]},
        })
    );
}

#[test]
fn differences_are_told_with_their_paths() {
    let one = json!({"steps": [{"execution": {"state": "SUCCESS", "tasks": {"a": {"n": 1}}, "~logs": {"a": ["x"]}}}]});
    let paths = |other: &Json| -> Vec<(String, bool)> {
        judge(&one, other).into_iter().map(|found| (found.path, found.is_soft)).collect()
    };
    assert_eq!(paths(&one), []);
    let other = |state: &str, n: Json, log: &str| json!({"steps": [{"execution": {"state": state, "tasks": {"a": {"n": n}}, "~logs": {"a": [log]}}}]});
    assert_eq!(paths(&other("SUCCESS", json!(1.0), "x")), []);
    assert_eq!(paths(&other("FAILED", json!(1), "x")), [("steps[0].execution.state".into(), false)]);
    assert_eq!(paths(&other("SUCCESS", json!("1"), "x")), [("steps[0].execution.tasks.a.n".into(), false)]);
    assert_eq!(paths(&other("SUCCESS", json!(1), "y")), [("steps[0].execution.~logs.a".into(), true)]);
    assert_eq!(paths(&json!({"steps": []})), [("steps".into(), false)]);
}

#[test]
fn what_varies_by_itself_does_not_count() {
    let seen = |value: Json| json!({"steps": [{"execution": value}]});
    for (wanted, got, why) in [
        (
            json!({"~logs": {"a": ["x"]}, "~logs?": ["b"]}),
            json!({"~logs": {"a": ["x"], "b": ["y"]}}),
            "logs that varied when they were recorded",
        ),
        (
            json!({"state": "SUCCESS"}),
            json!({"state": "SUCCESS", "~logs": {"a": ["x"]}}),
            "logs nobody recorded",
        ),
        (
            json!({"state": "KILLED"}),
            json!({"state": "KILLED", "tasks": {"a": {"state": "KILLED", "~attempts": []}}}),
            "runs that a kill created",
        ),
        (
            json!({"children": [{"state": "A"}, {"state": "B"}]}),
            json!({"children": [{"state": "B"}, {"state": "A"}]}),
            "the order of children",
        ),
    ] {
        assert_eq!(judge(&seen(wanted), &seen(got)), [], "{why}");
    }
    let refused = |status: u32| json!({"flows": [{"status": status}]});
    assert_eq!(judge(&refused(422), &refused(409)), []);
    assert_eq!(judge(&refused(422), &refused(200)).len(), 1);
}

#[test]
fn the_table_of_explained_differences_names_case_and_path() {
    let table = explained::read("# comment\n\ng1\tsteps[0].execution.tasks\ta defect\n").unwrap();
    let found = |path: &str| super::differences::Difference {
        path: path.into(),
        wanted: None,
        got: None,
        is_soft: false,
    };
    assert!(explained::explains(&table, "g1", &found("steps[0].execution.tasks.a.state")));
    assert!(!explained::explains(&table, "g1", &found("steps[0].execution.state")));
    assert!(!explained::explains(&table, "g2", &found("steps[0].execution.tasks")));
    for wrong in ["g1\tpath", "g1\tpath\t ", "g1 path reason"] {
        assert!(explained::read(wrong).is_err(), "{wrong}");
    }
}

/// The recorded cases, where they are.
fn recorded() -> Option<Vec<Case>> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/golden/cases.jsonl.gz");
    std::fs::read(path).ok().map(|packed| case::read(&packed).unwrap())
}

#[test]
fn a_recorded_case_equals_itself_and_nothing_that_was_changed() {
    let Some(cases) = recorded() else {
        println!("there are no recorded cases here");
        return;
    };
    assert!(cases.len() > 600);
    for case in &cases {
        assert_eq!(judge(&case.expect, &case.expect), [], "{}", case.id);
        let mut places = Vec::new();
        places_of(&case.expect, &mut Vec::new(), &mut places);
        // A few for each case: a place is changed, and the change is found.
        for place in places.iter().step_by(places.len() / 4 + 1) {
            let mut changed = case.expect.clone();
            let target = changed.pointer_mut(place).unwrap();
            *target = json!("another value");
            assert!(judge(&case.expect, &changed).iter().any(|found| !found.is_soft), "{} {place}", case.id);
        }
    }
}

/// Pointers to all values that count.
fn places_of(value: &Json, way: &mut Vec<String>, places: &mut Vec<String>) {
    let entries: Vec<(String, &Json)> = match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => {
            places.push(
                way.iter().flat_map(|key| ["/".into(), key.replace('~', "~0").replace('/', "~1")]).collect(),
            );
            return;
        }
    };
    for (key, value) in entries {
        if !key.starts_with('~') && !key.ends_with('?') {
            way.push(key);
            places_of(value, way, places);
            way.pop();
        }
    }
}
