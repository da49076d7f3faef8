//! As much of draft 7 as our schema uses; of the patterns only the one for expressions.

use serde_json::{Map, Value};

use crate::schema::kinds::EXPRESSION;

/// Whether `schema` as a whole accepts `value`.
pub(super) fn accepts(schema: &Value, value: &Value) -> bool {
    part_accepts(schema, schema, value)
}

/// Whether `part`, which may refer to the definitions of `schema`, accepts `value`.
pub(super) fn part_accepts(schema: &Value, part: &Value, value: &Value) -> bool {
    Validator { definitions: &schema["definitions"] }.holds(part, value)
}

struct Validator<'a> {
    definitions: &'a Value,
}

impl Validator<'_> {
    fn holds(&self, schema: &Value, value: &Value) -> bool {
        match schema {
            Value::Bool(accepts) => *accepts,
            Value::Object(keywords) => {
                keywords.iter().all(|(keyword, rule)| self.keyword(keywords, keyword, rule, value))
            }
            _ => panic!("{schema} is no schema"),
        }
    }

    fn keyword(&self, schema: &Map<String, Value>, keyword: &str, rule: &Value, value: &Value) -> bool {
        let rules = || rule.as_array().unwrap().iter();
        match keyword {
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
                self.holds(&self.definitions[name], value)
            }
            "type" => match rule {
                Value::String(kind) => is(value, kind),
                _ => rules().any(|kind| is(value, kind.as_str().unwrap())),
            },
            "const" => value == rule,
            "enum" => rules().any(|allowed| allowed == value),
            "anyOf" => rules().any(|rule| self.holds(rule, value)),
            "allOf" => rules().all(|rule| self.holds(rule, value)),
            "not" => !self.holds(rule, value),
            "if" => {
                let branch = if self.holds(rule, value) { "then" } else { "else" };
                schema.get(branch).is_none_or(|rule| self.holds(rule, value))
            }
            "required" => value
                .as_object()
                .is_none_or(|map| rules().all(|name| map.contains_key(name.as_str().unwrap()))),
            "properties" => value.as_object().is_none_or(|map| {
                map.iter().all(|(name, value)| rule.get(name).is_none_or(|rule| self.holds(rule, value)))
            }),
            "additionalProperties" => value.as_object().is_none_or(|map| {
                map.iter().all(|(name, value)| is_named(schema, name) || self.holds(rule, value))
            }),
            "items" => value.as_array().is_none_or(|list| list.iter().all(|value| self.holds(rule, value))),
            "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().unwrap()),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
            "pattern" if rule == EXPRESSION => value.as_str().is_none_or(|text| text.contains("{{")),
            "pattern"
            | "then"
            | "else"
            | "definitions"
            | "patternProperties"
            | "maxLength"
            | "$schema"
            | "title"
            | "description"
            | "markdownDescription"
            | "default"
            | "deprecated"
            | "deprecationMessage"
            | "patternErrorMessage" => true,
            _ => panic!("{keyword} is not a keyword that the schema should need"),
        }
    }
}

/// Named by `properties`, or by `patternProperties`, which hold nothing but lists of names.
fn is_named(schema: &Map<String, Value>, name: &str) -> bool {
    let by_pattern = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    schema.get("properties").is_some_and(|properties| properties.get(name).is_some())
        || by_pattern
            .flat_map(|(pattern, _)| pattern.trim_matches(&['^', '$', '(', ')'][..]).split('|'))
            .any(|allowed| allowed == name)
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("{kind} is no type"),
    }
}
