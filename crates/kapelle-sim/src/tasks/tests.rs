//! What each stand-in gives, logs and refuses, by tables of tasks written in YAML.

use std::fmt::Write;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::plain;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_model::{Map, Span, Value};

use super::*;

mod files;

/// A shelf with what earlier tasks left.
struct World {
    shelf: Shelf,
    context: Map,
    settings: Settings,
}

const FOLDER: &str = "kestra:///a/b/my-flow/executions/E/tasks/t-1/R/";

impl World {
    fn new() -> Self {
        let shelf = Shelf::new(Timestamp::UNIX_EPOCH, 7);
        for (name, content) in [
            ("lines.txt", "b\na\nb\n"),
            ("open.txt", "b\na"),
            ("empty.txt", ""),
            ("items.ion", "{k:\"x\",n:1}\n{\"k\": \"y\", \"n\": 2}\n{k:\"x\",n:3}\n"),
            ("odd.ion", "{n:\"x\"}\n{n:2}\n"),
        ] {
            shelf.put_file(format!("kestra:///{name}"), content.as_bytes());
        }
        shelf.put_key("a", "above", Value::Int(5), None);
        let context = plain::from_json(r#"{"flow": {"id": "f"}, "taskrun": {"attemptsCount": 0}}"#).unwrap();
        let Value::Map(context) = context else { unreachable!() };
        Self { shelf, context: Arc::unwrap_or_clone(context), settings: Settings::default() }
    }

    fn run(&self, task: &str) -> Done {
        self.with(task, run)
    }

    fn with<T>(&self, task: &str, act: impl FnOnce(&Work<'_>) -> T) -> T {
        let root = yaml::read(task, Span::new(0, task.len() as u32)).root.unwrap();
        let written = root.get("type").unwrap().as_text().unwrap();
        let name = format!("io.kestra.plugin.core.{written}");
        let type_name = Catalogue::bundled().find(&name).map_or(&*name, |found| found.entry.name);
        let properties: Vec<_> = root
            .entries()
            .iter()
            .map(|entry| (Arc::from(&*entry.key), Property::read(&entry.value, self.settings.language)))
            .collect();
        act(&Work {
            type_name,
            properties: &properties,
            environment: Environment {
                context: &self.context,
                services: &self.shelf,
                settings: &self.settings,
            },
            place: Place { namespace: "a.b", flow: "My flow", execution: "E", task: "t_1", run: "R" },
            shelf: &self.shelf,
        })
    }

    /// Outputs as JSON with the content of files in place of their URIs, then the logs, then the failure.
    fn story(&self, task: &str) -> String {
        let done = self.run(task);
        let outputs = self.shown(&Value::Map(Arc::new(done.outputs)));
        let mut story = plain::to_json(&outputs, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().masked();
        for (level, message) in &done.logs {
            write!(story, "\n{} {}", level.name(), message.masked()).unwrap();
        }
        if let Some(failure) = &done.failure {
            write!(story, "\nfailed: {failure}").unwrap();
        }
        story
    }

    fn shown(&self, value: &Value) -> Value {
        match value {
            Value::Str(text) if text.expose().starts_with("kestra://") => {
                let content = self.shelf.file(text.expose());
                let content = content.map(|content| String::from_utf8(content.to_vec()).unwrap());
                let name = text.expose().strip_prefix(FOLDER).map_or(String::new(), |name| {
                    name.find('.').map_or("?", |dot| &name[dot..]).to_owned() + ":"
                });
                Value::from(&*format!("{name}{}", content.unwrap_or_else(|| "gone".into())))
            }
            Value::List(items) => Value::List(Arc::new(items.iter().map(|item| self.shown(item)).collect())),
            Value::Map(map) => Value::Map(Arc::new(
                map.iter().map(|(key, value)| (Arc::clone(key), self.shown(value))).collect(),
            )),
            other => other.clone(),
        }
    }
}

/// Each task in a world of its own.
fn check(table: &[(&str, &str)]) {
    for (task, story) in table {
        assert_eq!(World::new().story(task), *story, "{task}");
    }
}

#[test]
fn values_and_logs_are_rendered() {
    check(&[
        ("{type: debug.Return, format: 'x {{ flow.id }}'}", r#"{"value":"x f"}"#),
        ("{type: debug.Return, format: ''}", r#"{"value":""}"#),
        ("{type: debug.Return}", "{}"),
        (
            "{type: debug.Return, format: '{{ 1 / 0 }}'}",
            "{}\nfailed: 1 / 0: division by zero ({{ 1 / 0 }}:1), column 6",
        ),
        ("{type: debug.Echo, format: '{{ flow.id }}', level: WARN}", "{}\nWARN f"),
        ("{type: log.Log, message: 'hi {{ flow.id }}'}", "{}\nINFO hi f"),
        ("{type: log.Log, message: ['{{ flow.id }}', 2], level: ERROR}", "{}\nERROR f\nERROR 2"),
        (
            "{type: log.Log, message: a, level: LOUD}",
            "{}\nfailed: `LOUD` in the property `level` does not fit: there are TRACE, DEBUG, INFO, WARN, ERROR",
        ),
        ("{type: log.Log}", "{}\nfailed: the property `message` is missing"),
        (
            "{type: output.OutputValues, values: {a: '{{ 1 + 2 }}', b: [2, null, '{{ flow.id }}'], c: '{{ {\"x\": 1} }}'}}",
            r#"{"values":{"a":"3","b":[2,null,"f"],"c":"{\"x\":1}"}}"#,
        ),
        ("{type: flow.Sleep, duration: 0.1}", "{}\nINFO Waiting for PT0.1S"),
        (
            "{type: script.Nope}",
            "{}\nfailed: nothing stands in for a task of type `io.kestra.plugin.core.script.Nope`: add it to the stand-ins, or use another type",
        ),
    ]);
    assert_eq!(World::new().run("{type: flow.Sleep, duration: PT2M}").sleep, SignedDuration::from_mins(2));
}

#[test]
fn tasks_fail_where_they_are_told_to() {
    check(&[
        ("{type: execution.Fail}", "{}\nfailed: Task failure"),
        ("{type: execution.Fail, errorMessage: '{{ flow.id }} broke'}", "{}\nfailed: f broke"),
        (
            "{type: execution.Fail, condition: '{{ true }}', errorMessage: closed}",
            "{}\nERROR closed\nfailed: Fail on a condition",
        ),
        ("{type: execution.Fail, condition: ' 0 '}", "{}"),
        ("{type: execution.Assert, conditions: ['{{ true }}', 'no', 1.5]}", "{}"),
        (
            "{type: execution.Assert, conditions: ['{{ 1 == 2 }}']}",
            "{}\nERROR Assertion `{{ 1 == 2 }}` failed!\nfailed: 1 assertion failed!",
        ),
        (
            "{type: execution.Assert, conditions: ['0', 'false'], errorMessage: 'not so: {{ flow.id }}'}",
            "{}\nERROR Assertion `0` failed!\nERROR Assertion `false` failed!\nfailed: 2 assertions failed!\nnot so: f",
        ),
    ]);
    let metrics = World::new().run("{type: execution.Assert, conditions: ['1', '0']}").metrics;
    assert_eq!(metrics.iter().map(|metric| metric.value).collect::<Vec<_>>(), [1.0, 1.0]);
}

#[test]
fn metrics_are_numbers_or_durations() {
    let task = "{type: metric.Publish, metrics: [{type: counter, name: '{{ flow.id }}', value: 2}, {type: timer, name: t, value: PT1M}]}";
    let metrics = World::new().run(task).metrics;
    let metrics: Vec<_> = metrics.iter().map(|metric| (metric.name.expose(), metric.value)).collect();
    assert_eq!(metrics, [("f", 2.0), ("t", 60.0)]);
    check(&[(
        "{type: metric.Publish, metrics: [{name: n, value: x}]}",
        "{}\nfailed: `x` in the property `value` does not fit: is neither a number nor a duration",
    )]);
}

#[test]
fn keys_keep_the_type_of_one_expression() {
    for (value, kept) in [
        ("value: 12", Value::from("12")),
        ("value: '{{ 6 * 2 }}'", Value::Int(12)),
        ("value: 'n {{ 6 * 2 }}'", Value::from("n 12")),
        ("value: '{\"a\": 1}'", Value::from("{\"a\": 1}")),
        ("value: {a: 1}", Value::from("{\"a\":1}")),
        ("value: 12, kvType: NUMBER", Value::Int(12)),
        ("value: '{{ 6 * 2 }}', kvType: STRING", Value::from("12")),
        ("value: 'true', kvType: JSON", Value::Bool(true)),
        ("value: PT1M, kvType: DURATION", Value::Duration(SignedDuration::from_mins(1))),
    ] {
        let world = World::new();
        assert_eq!(world.story(&format!("{{type: kv.Set, key: k, {value}}}")), "{}");
        assert_eq!(world.shelf.key("a.b", "k"), Some(kept), "{value}");
    }
    check(&[
        (
            "{type: kv.Set, key: k, value: '<', kvType: NUMBER}",
            "{}\nfailed: `<` in the property `value` does not fit: it is no number",
        ),
        (
            "{type: kv.Set, key: '-', value: 1}",
            "{}\nfailed: `-` in the property `key` does not fit: a key begins with a letter or digit and has only these, `.`, `_` and `-`",
        ),
        ("{type: kv.Get, key: above}", r#"{"value":5}"#),
        ("{type: kv.Get, key: above, namespace: a.b}", "{}"),
        ("{type: kv.Get, key: none}", "{}"),
        (
            "{type: kv.Get, key: none, errorOnMissing: true}",
            "{}\nfailed: No value found for key 'none' in namespace 'a.b' and `errorOnMissing` is set to true",
        ),
        ("{type: kv.Delete, key: above, namespace: a}", r#"{"deleted":true}"#),
        ("{type: kv.Delete, key: above}", r#"{"deleted":false}"#),
        (
            "{type: kv.Delete, key: above, errorOnMissing: true}",
            "{}\nfailed: No value found for key 'above' in namespace 'a.b' and `errorOnMissing` is set to true",
        ),
        (
            "{type: kv.Set, key: above, namespace: a, value: 1, overwrite: false}",
            "{}\nfailed: the key `above` exists already in the namespace `a` and `overwrite` is `false`: delete it, or allow to overwrite it",
        ),
    ]);
}

#[test]
fn a_key_is_gone_after_its_time() {
    let world = World::new();
    world.story("{type: kv.Set, key: k, value: 1, ttl: PT1M}");
    assert_eq!(world.story("{type: kv.Get, key: k}"), r#"{"value":"1"}"#);
    world.shelf.set_now(Timestamp::from_second(60).unwrap());
    assert_eq!(world.story("{type: kv.Get, key: k}"), "{}");
}

#[test]
fn a_template_is_a_task_of_its_own() {
    check(&[
        (
            "{type: templating.TemplatedTask, spec: '{type: debug.Return, id: i, format: \"x {{ flow.id }}\"}'}",
            "{}\nfailed: Invalid type: debug.Return",
        ),
        (
            "{type: templating.TemplatedTask, spec: '{type: core.debug.Return, id: i, format: \"x {{ flow.id }}\"}'}",
            r#"{"value":"x f"}"#,
        ),
        (
            "{type: templating.TemplatedTask, spec: '{type: io.kestra.plugin.core.log.Log, id: i, message: \"hi {{ flow.id }}\"}'}",
            "{}\nINFO hi f",
        ),
        (
            "{type: templating.TemplatedTask, spec: '{id: i}'}",
            "{}\nfailed: the property `spec` is no task: it has no `type`",
        ),
        (
            "{type: templating.TemplatedTask, spec: '{type: io.kestra.plugin.core.flow.Sequential}'}",
            "{}\nfailed: a task of type `io.kestra.plugin.core.flow.Sequential` cannot be run by a template: only a task that a worker runs can",
        ),
    ]);
}
