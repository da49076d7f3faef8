use crate::expression::environment::Settings;
use crate::expression::plain;
use crate::expression::services::NoServices;
use kapelle_model::{Node, Span};

use super::*;

fn node(yaml: &str) -> Node {
    crate::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap()
}

fn rendered(yaml: &str, context: &str) -> Outcome {
    let Ok(Value::Map(context)) = plain::from_json(context) else { panic!("no map") };
    let settings = Settings::default();
    let environment = Environment { context: &*context, services: &NoServices, settings: &settings };
    Property::read(&node(yaml), Language::One).render(environment)
}

fn json(value: &Value) -> String {
    plain::to_json(value, &jiff::tz::TimeZone::UTC, true, 1000).unwrap().expose().to_owned()
}

#[test]
fn texts_are_rendered_deeply_and_everything_else_keeps_its_type() {
    let yaml = "{'{{ k }}': [1, true, null, '{{ v }}-x'], fixed: 1.5}";
    let value = rendered(yaml, r#"{"k": "key", "v": 7}"#).unwrap();
    assert_eq!(json(&value), r#"{"key":[1,true,null,"7-x"],"fixed":1.5}"#);
}

#[test]
fn of_keys_that_become_equal_the_first_one_wins() {
    assert_eq!(json(&rendered("{'{{ k }}': 1, a: 2}", r#"{"k": "a"}"#).unwrap()), r#"{"a":1}"#);
}

#[test]
fn inside_a_structure_a_text_that_writes_nothing_is_null() {
    let value = rendered(
        "{a: '{{ n }}', b: ['{{ n }}', '{{ n }}{{ e }}', ''], '{{ n }}': x}",
        r#"{"n": null, "e": ""}"#,
    );
    assert_eq!(json(&value.unwrap()), r#"{"a":null,"b":[null,"",""],"":"x"}"#);
    assert_eq!(json(&rendered("'{{ n }}'", r#"{"n": null}"#).unwrap()), r#""""#);
}

#[test]
fn what_is_no_template_fails_when_it_is_rendered() {
    let error = rendered("'{{ 1 + }}'", "{}").unwrap_err();
    assert_eq!(error.category, crate::expression::Category::Syntax);
}

#[test]
fn only_false_zero_and_nothing_are_false() {
    for text in ["false", " 0 ", "-0", "", "  "] {
        assert!(!is_truthy(text), "{text:?}");
    }
    for text in ["true", "False", "no", "null", "[]", "0.0"] {
        assert!(is_truthy(text), "{text:?}");
    }
}
