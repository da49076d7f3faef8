//! Ordinary work on many values stays within the steps of a program: what a thousand objects take is a small part of them.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::robust::with_steps;

#[test]
fn a_thousand_objects_take_few_steps() {
    let row = |number: i64| {
        let name = format!("person number {number}");
        let tags = vec![Value::Int(number % 3), Value::from("tag")];
        let entries = [
            ("id", Value::Int(number)),
            ("name", name.as_str().into()),
            ("age", Value::Int(number * 7 % 90)),
            ("city", format!("city {}", number % 50).as_str().into()),
            ("tags", Value::List(Arc::new(tags))),
        ];
        let map: Map = entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect();
        Value::Map(Arc::new(map))
    };
    let rows = Value::List(Arc::new((0..1_000).map(row).collect()));
    let programs = [
        "map({id, name})",
        "map(select(.age > 30 and .city == \"city 3\") | {name, age: (.age + 1)})",
        "group_by(.city) | map({city: .[0].city, count: length, age: (map(.age) | add)})",
        "sort_by(.age, .name) | map(.name)",
        "[.[] | .name | sub(\"person\"; \"human\")]",
        "map(with_entries(.value |= tostring))",
        ".[] |= (.age |= . + 1)",
        "reduce .[] as $row ({}; .[$row.city] += 1)",
        "del(.[] | select(.age > 30))",
        "del(.[].tags)",
        ".[] |= select(.age > 30)",
        "map({(.name): 1}) | add | del(.[])",
        "INDEX(.id)",
        "[paths] | length",
        "[.. | numbers] | add",
        "walk(if type == \"number\" then . + 1 else . end)",
    ];
    let mut failed = Vec::new();
    for program in programs {
        if let Err(error) = with_steps(30_000, program, rows.clone()) {
            failed.push(format!("{program}: {}", error.message));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
