//! Plain data from texts and to texts, for those who bring the variables and take the results.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_model::{Text, Value};

use super::output::Output;
use super::{builtin, form};

/// Reads a text that is one JSON value. Large integers and the order of maps survive.
pub fn from_json(text: &str) -> Result<Value, String> {
    builtin::json::parse_json_strictly(text)
}

/// Reads the first document of a text as YAML 1.1; dates stay text.
pub fn from_yaml(text: &str) -> Result<Value, String> {
    builtin::yaml::parse_yaml(text)
}

/// Writes a value as JSON with everything that is in it, null too, secrets included: see [`masked`].
///
/// Dates, bytes and numbers that JSON does not have are text; zoned date-times are moved to `zone`.
pub fn to_json(value: &Value, zone: &TimeZone) -> String {
    let mut out = Output::new(usize::MAX);
    form::whole_json(value, zone, &mut out);
    out.into_string()
}

/// The value with stars in place of what is secret, for people.
pub fn masked(value: &Value) -> Value {
    match value {
        Value::Secret(_) => Value::Str(Text::from("?").into_secret().masked().into()),
        Value::Str(text) if text.has_secret() => Value::from(text.masked().as_str()),
        Value::List(items) => Value::List(Arc::new(items.iter().map(masked).collect())),
        Value::Map(map) => {
            Value::Map(Arc::new(map.iter().map(|(key, value)| (Arc::clone(key), masked(value))).collect()))
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Value) -> String {
        to_json(value, &TimeZone::UTC)
    }

    #[test]
    fn data_survives_both_ways() {
        for text in [
            "null",
            r#"{"z":1,"a":[null,true,-0.5],"b":{"k":null}}"#,
            "123456789012345678901234567890",
            r#""a\"\\\nü""#,
        ] {
            assert_eq!(json(&from_json(text).unwrap()), text);
        }
        assert_eq!(json(&Value::Float(f64::NAN)), "\"NaN\"");
        assert!(from_json("{} x").is_err());
    }

    #[test]
    fn secrets_are_stars_wherever_they_are() {
        let value = from_yaml("a: [1, x]\nb: {c: 2}").unwrap();
        let Value::Map(map) = &value else { panic!("a map") };
        let mut map = (**map).clone();
        map.insert("s".into(), Value::Int(7).into_secret());
        map.insert("t".into(), Value::Str(Text::concat(&"a".into(), &Text::from("b").into_secret())));
        let shown = json(&masked(&Value::Map(Arc::new(map))));
        assert_eq!(shown, r#"{"a":[1,"x"],"b":{"c":2},"s":"******","t":"a******"}"#);
    }
}
