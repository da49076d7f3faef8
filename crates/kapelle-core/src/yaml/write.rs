//! Writes values as YAML that people like to read.

use serde_json::{Map, Value};

/// A value on lines of its own, each indented by at least `indent` spaces.
pub fn block(value: &Value, indent: usize) -> String {
    let mut text = String::new();
    write(&mut text, value, indent);
    text
}

fn write(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => write_map(text, map, indent),
        Value::Array(list) if !list.is_empty() => {
            for element in list {
                let inner = block(element, indent + 2);
                text.push_str(&" ".repeat(indent));
                text.push_str("- ");
                text.push_str(inner.trim_start());
            }
        }
        _ => {
            text.push_str(&" ".repeat(indent));
            text.push_str(&scalar(value));
            text.push('\n');
        }
    }
}

fn write_map(text: &mut String, map: &Map<String, Value>, indent: usize) {
    for (key, value) in map {
        text.push_str(&" ".repeat(indent));
        text.push_str(&scalar(&Value::String(key.clone())));
        text.push(':');
        if is_block(value) {
            text.push('\n');
            write(text, value, indent + 2);
        } else {
            text.push(' ');
            text.push_str(&scalar(value));
            text.push('\n');
        }
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    }
}

/// Plain where that is beyond doubt; JSON otherwise, which YAML reads as well.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        _ => value.to_string(),
    }
}

fn is_plain(text: &str) -> bool {
    let word = text.to_ascii_lowercase();
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || " ._-/:$".contains(character))
        && !text.contains(": ")
        && !text.ends_with([' ', ':'])
        && !["true", "false", "yes", "no", "on", "off", "y", "n", "null"].contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::block;

    #[test]
    fn nested_values_are_indented_and_doubtful_texts_quoted() {
        let value = json!([{
            "id": "a", "cron": "0 9 * * *", "answer": "yes", "empty": [], "map": { "key": 1, "list": ["x", ["z"]] },
        }]);
        let text = "
- id: a
  cron: \"0 9 * * *\"
  answer: \"yes\"
  empty: []
  map:
    key: 1
    list:
      - x
      - - z
";
        assert_eq!(block(&value, 0), text.trim_start());
    }
}
