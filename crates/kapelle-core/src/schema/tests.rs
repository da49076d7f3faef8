//! The schema is looked at as an editor sees it: flows are held against it with a small validator.

mod validator;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{COMPLETE, flow_schema, reference};
use crate::catalogue::Catalogue;
use crate::example::example;
use crate::shape::FLOW;
use validator::{accepts, part_accepts};

fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| flow_schema(Catalogue::bundled()));
    &SCHEMA
}

/// A flow whose only task is `task`.
fn flow_of(task: &Value) -> Value {
    json!({ "id": "hello", "namespace": "company.team", "tasks": [task] })
}

fn log() -> Value {
    json!({ "id": "log", "type": "io.kestra.plugin.core.log.Log", "message": "Hello" })
}

/// `value` with one property set, which may be new; `Null` removes it.
fn with(mut value: Value, property: &str, new: Value) -> Value {
    if new.is_null() {
        value.as_object_mut().unwrap().remove(property);
    } else {
        value[property] = new;
    }
    value
}

#[test]
fn it_has_every_property_of_a_flow() {
    let schema = schema();
    let properties = schema["properties"].as_object().unwrap();
    let names: Vec<&str> = properties.keys().map(String::as_str).collect();
    let expected: Vec<&str> = FLOW.properties.iter().map(|property| property.name).collect();
    assert_eq!(names, expected);
    assert_eq!(schema["required"], json!(["id", "namespace", "tasks"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["properties"]["taskDefaults"]["deprecated"], json!(true));
}

#[test]
fn every_type_that_can_stand_in_a_flow_is_defined() {
    let schema = schema();
    for entry in Catalogue::bundled().types() {
        let defined = schema["definitions"].get(entry.name);
        let belongs =
            ["task", "flowable", "subflow", "trigger", "realtime", "condition", "runner", "provider"];
        if entry.internal {
            assert!(defined.is_none(), "{} is internal", entry.name);
        } else if belongs.contains(&entry.kind) {
            assert!(defined.is_some(), "{} is missing", entry.name);
        }
    }
    assert!(schema["definitions"].get("io.kestra.plugin.core.dashboard.chart.Bar").is_none());
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, definitions: &Value) {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let name = target.strip_prefix("#/definitions/").unwrap();
            assert!(definitions.get(name).is_some(), "{name}");
        }
        match value {
            Value::Object(map) => map.values().for_each(|value| walk(value, definitions)),
            Value::Array(list) => list.iter().for_each(|value| walk(value, definitions)),
            _ => {}
        }
    }
    let schema = schema();
    walk(schema, &schema["definitions"]);
}

#[test]
fn it_stays_small_and_the_same() {
    let text = schema().to_string();
    assert_eq!(text, flow_schema(Catalogue::bundled()).to_string());
    assert!(text.len() < 2 * 1024 * 1024, "{} bytes", text.len());
}

#[test]
fn a_type_has_all_its_names() {
    let schema = schema();
    assert_eq!(
        schema["definitions"]["io.kestra.plugin.core.log.Log"]["properties"]["type"]["enum"],
        json!(["io.kestra.plugin.core.log.Log", "core.log.Log", "io.kestra.core.tasks.log.Log"])
    );
}

#[test]
fn valid_flows_are_accepted() {
    let schema = schema();
    let flow = flow_of(&log());
    let loop_of = |values: &str| {
        flow_of(&json!({
            "id": "each", "type": "core.flow.ForEach", values: ["a", "b"], "tasks": [log()],
        }))
    };
    let trigger = |trigger| with(flow.clone(), "triggers", json!([trigger]));
    let flows = [
        flow.clone(),
        with(flow.clone(), "labels", json!({ "team": "data", "level": 3 })),
        with(flow.clone(), "labels", json!([{ "key": "team", "value": "data" }])),
        with(flow.clone(), "inputs", json!([{ "id": "day", "type": "DATE", "after": "2030-01-01" }])),
        with(flow.clone(), "inputs", json!([{ "name": "old", "type": "STRING" }])),
        with(flow.clone(), "retry", json!({ "type": "constant", "interval": "PT1S", "maxAttempts": 3 })),
        flow_of(&with(log(), "type", json!("core.log.Log"))),
        flow_of(&with(log(), "type", json!("io.kestra.core.tasks.log.Log"))),
        flow_of(&with(log(), "level", json!("{{ inputs.level }}"))),
        flow_of(&with(log(), "message", json!(["one", "two"]))),
        flow_of(&with(log(), "timeout", json!(30))),
        loop_of("values"),
        loop_of("items"),
        trigger(json!({ "id": "daily", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "@daily" })),
        trigger(json!({
            "id": "after", "type": "io.kestra.plugin.core.trigger.Flow",
            "preconditions": { "id": "all", "timeWindow": { "window": "PT1H" } },
        })),
    ];
    for flow in flows {
        assert!(accepts(schema, &flow), "{flow}");
    }
}

#[test]
fn mistakes_are_refused() {
    let schema = schema();
    let flow = flow_of(&log());
    let set = |property, value| with(flow.clone(), property, value);
    let task = |property, value| flow_of(&with(log(), property, value));
    let schedule = json!({ "id": "s", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "@daily" });
    let flows = [
        set("task", json!([])),
        set("tasks", json!([])),
        set("tasks", Value::Null),
        set("id", json!("executions")),
        set("labels", json!({ "list": [1] })),
        set("concurrency", json!({ "limit": 0 })),
        set("concurrency", json!({ "limit": 1, "behavior": "WAIT" })),
        set("inputs", json!([{ "id": "a", "type": "STRIN" }])),
        set("inputs", json!([{ "id": "a", "type": "STRING", "itemType": "INT" }])),
        set("triggers", json!([log()])),
        set("retry", json!({ "type": "constant" })),
        task("id", Value::Null),
        task("type", Value::Null),
        task("message", Value::Null),
        task("type", json!("io.kestra.plugin.core.log.Lgo")),
        task("mesage", json!("Hello")),
        task("level", json!("INFOO")),
        task("description", json!(["no", "list"])),
        flow_of(&schedule),
        flow_of(
            &json!({ "id": "p", "type": "core.flow.Parallel", "tasks": [with(log(), "message", Value::Null)] }),
        ),
        flow_of(&json!({ "id": "split", "type": "io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit" })),
        set("triggers", json!([with(schedule.clone(), "conditions", json!([log()]))])),
        set(
            "triggers",
            json!([{
                "id": "after", "type": "io.kestra.plugin.core.trigger.Flow",
                "preconditions": { "id": "all", "timeWindow": { "type": "SLIDING_WINDOW", "deadline": "08:00" } },
            }]),
        ),
    ];
    for flow in flows {
        assert!(!accepts(schema, &flow), "{flow}");
    }
}

#[test]
fn plugin_defaults_may_give_what_is_required() {
    let schema = schema();
    let flow = flow_of(&with(log(), "message", Value::Null));
    assert!(!accepts(schema, &flow));
    let defaults = json!([{ "type": "io.kestra.plugin.core.log.Log", "values": { "message": "Hello" } }]);
    assert!(accepts(schema, &with(flow, "pluginDefaults", defaults)));
}

#[test]
fn types_that_are_not_fully_known_take_any_property() {
    let schema = schema();
    let partial = Catalogue::bundled().types().find(|entry| entry.partial && entry.kind == "task").unwrap();
    assert!(accepts(schema, &flow_of(&json!({ "id": "t", "type": partial.name, "surely-not-known": 1 }))));
}

#[test]
fn the_example_of_each_type_is_accepted() {
    let schema = schema();
    let catalogue = Catalogue::bundled();
    // Each against its own definition, since a whole flow is held against all types.
    for entry in catalogue.types().filter(|entry| schema["definitions"].get(entry.name).is_some()) {
        let example = example(catalogue, entry);
        let parts = json!({ "allOf": [reference(entry.name), reference(COMPLETE)] });
        assert!(part_accepts(schema, &parts, &example), "{example}");
    }
}
