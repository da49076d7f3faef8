//! Ordinary work on many values stays within the steps of a program.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::filter;

#[test]
fn ten_thousand_objects_are_ordinary() {
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
    let rows = Value::List(Arc::new((0..10_000).map(row).collect()));
    let programs = [
        ".[].id",
        "map(.age)",
        "map({id, name})",
        "map(select(.age > 30))",
        "map(select(.age > 30 and .city == \"city 3\") | {name, age: (.age + 1)})",
        "[.[] | select(.tags | index(1)) | .name]",
        "group_by(.city)",
        "group_by(.city) | map({city: .[0].city, count: length, age: (map(.age) | add)})",
        "sort_by(.age, .name) | map(.name)",
        "unique_by(.city)",
        "map(.name) | join(\", \")",
        "map(\"\\(.id): \\(.name)\")",
        "[.[] | .name | sub(\"person\"; \"human\")]",
        "map(select(.name | test(\"9$\")))",
        "map(.age += 1)",
        "map(to_entries)",
        "map(with_entries(.value |= tostring))",
        "map(del(.tags))",
        ".[] |= (.age |= . + 1)",
        "reduce .[] as $row ({}; .[$row.city] += 1)",
        "reduce .[] as $row (0; . + $row.age)",
        "INDEX(.id)",
        "map(.tags[0]) | add / length",
        "map(@json)",
        "[.[] | [.id, .name, .age] | @csv] | join(\"\\n\")",
        "tojson | length",
        "[paths] | length",
        "[.. | numbers] | add",
        "map(if .age < 18 then \"child\" elif .age < 65 then \"adult\" else \"old\" end)",
        "walk(if type == \"number\" then . + 1 else . end)",
        "[limit(5; .[] | select(.age == 7))]",
        "min_by(.age), max_by(.age)",
        "any(.[]; .age > 1000)",
        "map(has(\"id\"))",
        "[foreach .[] as $row (0; . + $row.age)]",
        "[.[] | {(.name): .age}] | add",
        "map(.name | ascii_upcase | split(\" \") | .[2] | tonumber)",
    ];
    let mut failed = Vec::new();
    for program in programs {
        if let Err(error) = filter("jq", rows.clone(), &[program.into()]) {
            failed.push(format!("{program}: {}", error.message));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
