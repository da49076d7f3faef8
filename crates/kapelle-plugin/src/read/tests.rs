use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::plain;
use kapelle_core::expression::services::NoServices;
use kapelle_core::language::Language;
use kapelle_core::yaml;
use kapelle_model::{Map, Span};
use schemars::JsonSchema;
use serde::Deserialize;

use super::*;
use crate::convert::FromRendered;
use crate::expr::Expr;

/// What several tasks share.
#[derive(Deserialize, JsonSchema)]
struct Shared {
    /// Where to.
    uri: Expr<String>,
    #[serde(default)]
    headers: Option<Expr<Map>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Way {
    Up,
    Down,
}

/// # A task
///
/// With everything that tasks have.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Everything {
    #[serde(flatten)]
    shared: Shared,
    way: Way,
    #[serde(default)]
    is_on: bool,
    #[serde(default = "ten")]
    rows: Expr<u64>,
    written: String,
    #[serde(default)]
    list: Vec<Expr<String>>,
}

fn ten() -> Expr<u64> {
    Expr::fixed(Value::Int(10))
}

fn properties(source: &str) -> Vec<(Arc<str>, Property)> {
    let root = yaml::read(source, Span::new(0, source.len() as u32)).root.unwrap();
    let Property::Map(entries) = Property::Map(
        root.entries()
            .iter()
            .map(|entry| {
                (Property::text(&*entry.key, Language::One), Property::read(&entry.value, Language::One))
            })
            .collect(),
    ) else {
        unreachable!()
    };
    let named = |(key, value): &(Property, Property)| match key {
        Property::Fixed(Value::Str(text)) => (Arc::from(text.expose()), value.clone()),
        _ => panic!("a plain key"),
    };
    entries.iter().map(named).collect()
}

fn everything(source: &str) -> Result<Everything, String> {
    read(&properties(source)).map_err(|failure| failure.to_string())
}

fn rendered<T: FromRendered>(expression: &Expr<T>) -> Result<T, String> {
    let Ok(Value::Map(context)) = plain::from_json(r#"{"n": 7, "t": "text"}"#) else { panic!() };
    let settings = Settings::default();
    let environment = Environment { context: &*context, services: &NoServices, settings: &settings };
    T::from_rendered(expression.property.render(environment).unwrap())
}

#[test]
fn expressions_come_through_also_where_a_struct_is_flattened() {
    let task = everything(
        "{uri: 'http://{{ t }}', headers: {'{{ t }}': '{{ n }}', b: [1]}, way: UP, written: '{{ t }}', list: ['{{ n }}', x]}",
    )
    .unwrap();
    assert_eq!(rendered(&task.shared.uri).unwrap(), "http://text");
    let headers = Value::Map(Arc::new(rendered(task.shared.headers.as_ref().unwrap()).unwrap()));
    let headers = plain::to_json(&headers, &jiff::tz::TimeZone::UTC, false, 100).unwrap();
    assert_eq!(headers.expose(), r#"{"text":"7","b":[1]}"#);
    let list: Vec<_> = task.list.iter().map(|item| rendered(item).unwrap()).collect();
    assert_eq!(list, ["7", "x"]);
    assert_eq!((task.way, task.is_on, rendered(&task.rows)), (Way::Up, false, Ok(10)));
    assert_eq!(task.written, "{{ t }}", "what is no expression is used as written");
}

#[test]
fn numbers_and_flags_may_be_texts_and_texts_may_be_numbers() {
    let task = everything("{uri: 5, way: DOWN, isOn: 'true', rows: '{{ n }}', written: 12}").unwrap();
    assert_eq!(
        (rendered(&task.shared.uri), task.is_on, rendered(&task.rows), &*task.written),
        (Ok("5".into()), true, Ok(7), "12")
    );
}

#[test]
fn what_is_missing_or_has_the_wrong_shape_is_told() {
    let words = |source| everything(source).err().unwrap();
    assert_eq!(words("{way: UP, written: a}"), "the property `uri` is missing");
    assert_eq!(words("{uri: null, way: UP, written: a}"), "the property `uri` is missing");
    assert!(words("{uri: a, way: LEFT, written: a}").contains("expected `UP` or `DOWN`"));
    assert!(words("{uri: a, way: UP, written: [a]}").starts_with("a property does not fit"));
}

#[test]
fn an_entry_that_is_a_map_by_mistake_is_told() {
    let with = |list: &str| everything(&format!("uri: a\nway: UP\nwritten: b\nlist: {list}")).unwrap().list;
    for (list, expected) in [
        ("['echo a: b', 5, true]", Ok("echo a: b|5|true")),
        (
            "[echo \"a: b\", c]",
            Err(
                "an entry is a map and no text: put all of it in quotes, since YAML reads `a: b` as a map and `[a]` as a list",
            ),
        ),
    ] {
        let all: Expr<Vec<String>> =
            Expr::of(Property::List(with(list).iter().map(|item| item.property.clone()).collect()));
        let found = rendered(&all).map(|all| all.join("|"));
        match expected {
            Ok(expected) => assert_eq!(found.as_deref(), Ok(expected)),
            Err(reason) => assert!(found.clone().unwrap_err().contains(reason), "{found:?}"),
        }
    }
}

#[test]
fn secrets_keep_their_marks() {
    let secret = Value::from("s").into_secret();
    let mut properties = properties("{way: UP, written: a}");
    properties.push(("uri".into(), Property::Fixed(secret.clone())));
    let task: Everything = read(&properties).unwrap();
    assert_eq!(task.shared.uri.property.fixed(), Some(&secret));
}

#[test]
fn the_schema_says_what_may_be_an_expression() {
    let schema = crate::schema::schema_of::<Everything>();
    let text = serde_json::to_string(&schema).unwrap();
    assert_eq!(schema.get("title").unwrap(), "A task");
    assert!(
        text.contains(r#""uri":{"description":"Where to.","type":"string","x-expression":true}"#),
        "{text}"
    );
    assert!(!text.contains(r#""written":{"type":"string","x-expression""#));
}
