//! JSON as YAML that people can read.

use std::fmt::Write;

use serde_json::Value as Json;

/// The flow as a document.
pub fn yaml(flow: &Json) -> String {
    let mut text = String::new();
    write_value(flow, 0, &mut text);
    text.trim_start().to_owned()
}

/// Writes a value behind its key or dash. A list stands below its key without more indentation.
fn write_value(value: &Json, depth: usize, text: &mut String) {
    match value {
        Json::Object(map) if !map.is_empty() => {
            text.push('\n');
            write_entries(map, depth, text);
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            text.push('\n');
            for item in items {
                write!(text, "{}- ", "  ".repeat(depth)).expect("texts take everything");
                match item {
                    Json::Object(map) if !map.is_empty() => {
                        let mut inner = String::new();
                        write_entries(map, depth + 1, &mut inner);
                        text.push_str(inner.trim_start());
                    }
                    other => writeln!(text, "{other}").expect("texts take everything"),
                }
            }
        }
        other => writeln!(text, " {other}").expect("texts take everything"),
    }
}

fn write_entries(map: &serde_json::Map<String, Json>, depth: usize, text: &mut String) {
    for (key, value) in map {
        write!(text, "{}{key}:", "  ".repeat(depth)).expect("texts take everything");
        let is_list = value.is_array();
        write_value(value, if is_list { depth } else { depth + 1 }, text);
    }
}
