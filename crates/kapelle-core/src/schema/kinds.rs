//! What may stand in a property, by its kind.

use serde_json::{Value, json};

use super::Builder;
use crate::shape::{Kind, Property, TextRule};

/// Rendered when the flow runs, so it may become anything.
pub(super) const EXPRESSION: &str = r"\{\{|\{%";
const INTEGER: Form = (r"^[-+]?[0-9][0-9_]*$", "A whole number is expected.");
const NUMBER: Form = (r"^[-+]?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?$", "A number is expected.");
/// What YAML 1.1 reads as a boolean is text for a reader of YAML 1.2.
const BOOLEAN: Form = (
    "^(true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$",
    "`true` or `false` is expected.",
);
/// ISO 8601 in either case, or a number of seconds.
const DURATION: Form = (
    r"^[-+]?[Pp]([-+]?[0-9]+[Dd])?([Tt]([-+]?[0-9]+[Hh])?([-+]?[0-9]+[Mm])?([-+]?[0-9]+([.,][0-9]{0,9})?[Ss])?)?$|^[-+]?[0-9]+(\.[0-9]*)?$",
    "A duration is expected, such as PT30S, PT1H30M or P1D, or a number of seconds.",
);
const DATE: Form =
    ("^[0-9]{4}-[0-9]{2}-[0-9]{2}", "A date is expected, such as 2030-12-31 or 2030-12-31T08:00:00Z.");
const TIME: Form = ("^[0-9]{2}:[0-9]{2}", "A time of day is expected, such as 08:30:00.");
/// A list or a map as JSON text.
const JSON: &str = r"^\s*[\[{]";

/// A pattern, and what an editor says when a text does not match it.
type Form = (&'static str, &'static str);

/// How the value of a property is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// Expressions may stand in place of the value, or of any value in it.
    pub(super) dynamic: bool,
    /// No value at all is as good as none written.
    pub(super) optional: bool,
}

impl Builder {
    pub(super) fn property(&mut self, property: &Property) -> Value {
        let reading = Reading { dynamic: property.dynamic, optional: !property.required };
        let mut schema = self.kind(property.kind, reading);
        let is_tasks = matches!(property.kind, Kind::List(Kind::Plugin(_)));
        if property.required && is_tasks {
            schema["minItems"] = 1.into();
        }
        let default = property.default.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let has_more = default.is_some() || property.deprecated || !property.doc.is_empty();
        // Whoever follows a reference does not look at what stands beside it.
        if has_more && schema.get("$ref").is_some() {
            schema = json!({ "allOf": [schema] });
        }
        if !has_more {
            return schema;
        }
        if schema == Value::Bool(true) {
            schema = json!({});
        }
        describe(&mut schema, property.doc);
        if let Some(default) = default {
            schema["default"] = default;
        }
        if property.deprecated {
            match property.alias_of {
                Some(current) => deprecate(&mut schema, &format!("Old name of `{current}`.")),
                None => deprecate(&mut schema, "This property is old."),
            }
        }
        schema
    }

    pub(super) fn kind(&mut self, kind: Kind, reading: Reading) -> Value {
        let inner = Reading { optional: false, ..reading };
        match kind {
            Kind::Any if reading.optional => Value::Bool(true),
            Kind::Any => json!({ "not": { "type": "null" } }),
            Kind::Text(rule) => text(rule, reading),
            Kind::Integer { min } => {
                let mut schema = scalar(&["integer", "string"], Some(INTEGER), reading);
                if let Some(min) = min {
                    schema["minimum"] = min.into();
                }
                schema
            }
            Kind::Number => scalar(&["number", "string"], Some(NUMBER), reading),
            Kind::Boolean => scalar(&["boolean", "string"], Some(BOOLEAN), reading),
            Kind::Duration => scalar(&["string", "number"], Some(DURATION), reading),
            Kind::Date => scalar(&["string"], Some(DATE), reading),
            Kind::Time => scalar(&["string"], Some(TIME), reading),
            Kind::Enum(values) => {
                let mut choices = vec![json!({ "enum": values })];
                if reading.dynamic {
                    choices.push(json!({ "type": "string", "pattern": EXPRESSION }));
                }
                any_of(choices, reading.optional)
            }
            Kind::List(element) => {
                let list = match self.kind(*element, inner) {
                    Value::Bool(true) => json!({ "type": "array" }),
                    items => json!({ "type": "array", "items": items }),
                };
                whole(list, reading)
            }
            Kind::Map(value) => {
                // Nothing is as good as any other value there.
                let map = match self.kind(*value, Reading { optional: true, ..reading }) {
                    Value::Bool(true) => json!({ "type": "object" }),
                    values => json!({ "type": "object", "additionalProperties": values }),
                };
                whole(map, reading)
            }
            Kind::Object(shape) => any_of(vec![self.shape(shape)], reading.optional),
            Kind::Tagged(tagged) => any_of(vec![self.tagged(tagged)], reading.optional),
            Kind::Plugin(role) => any_of(vec![self.role(role)], reading.optional),
            Kind::Labels => labels(reading),
            Kind::Either(kinds) => {
                let choices = kinds.iter().map(|kind| self.kind(*kind, inner)).collect();
                any_of(choices, reading.optional)
            }
        }
    }
}

fn labels(reading: Reading) -> Value {
    let value = scalar(&["string", "number", "boolean"], None, Reading { optional: false, ..reading });
    let map = json!({ "type": "object", "additionalProperties": value });
    let pair = json!({
        "type": "object",
        "properties": { "key": value, "value": value },
        "required": ["key", "value"],
        "additionalProperties": false,
    });
    let mut choices = vec![map, json!({ "type": "array", "items": pair })];
    if reading.dynamic {
        choices.push(json!({ "type": "string", "pattern": EXPRESSION }));
    }
    any_of(choices, reading.optional)
}

fn text(rule: TextRule, reading: Reading) -> Value {
    match rule {
        TextRule::Any | TextRule::Regex | TextRule::TimeZone => {
            scalar(&["string", "number", "boolean"], None, reading)
        }
        TextRule::Pattern(pattern) => {
            let mut schema = scalar(&["string", "number", "boolean"], None, reading);
            // Published patterns mean the whole text.
            let regex = format!("{}$", pattern.regex);
            schema["pattern"] = if reading.dynamic { format!("{regex}|{EXPRESSION}") } else { regex }.into();
            schema["maxLength"] = pattern.length_max.into();
            schema
        }
    }
}

fn scalar(types: &[&str], form: Option<Form>, reading: Reading) -> Value {
    let mut types = types.to_vec();
    if reading.optional {
        types.push("null");
    }
    let mut schema = match types[..] {
        [only] => json!({ "type": only }),
        _ => json!({ "type": types }),
    };
    if let Some((pattern, message)) = form {
        schema["pattern"] =
            if reading.dynamic { format!("{pattern}|{EXPRESSION}") } else { pattern.to_owned() }.into();
        schema["patternErrorMessage"] = message.into();
    }
    schema
}

/// A list or a map, which an expression may give as a whole.
fn whole(mut schema: Value, reading: Reading) -> Value {
    let kind = schema["type"].clone();
    let mut types = vec![kind];
    if reading.dynamic {
        types.push("string".into());
        schema["pattern"] = format!("{EXPRESSION}|{JSON}").into();
    }
    if reading.optional {
        types.push("null".into());
    }
    if types.len() > 1 {
        schema["type"] = types.into();
    }
    schema
}

fn any_of(mut choices: Vec<Value>, optional: bool) -> Value {
    if optional {
        choices.push(json!({ "type": "null" }));
    }
    match choices.len() {
        1 => choices.remove(0),
        _ => json!({ "anyOf": choices }),
    }
}

/// Editors show `markdownDescription` where they can and the other where they cannot.
pub(super) fn describe(schema: &mut Value, doc: &str) {
    if doc.is_empty() {
        return;
    }
    schema["description"] = doc.replace('`', "").into();
    if doc.contains('`') {
        schema["markdownDescription"] = doc.into();
    }
}

pub(super) fn deprecate(schema: &mut Value, message: &str) {
    schema["deprecated"] = true.into();
    schema["deprecationMessage"] = message.into();
}
