//! What the caller hears.

use super::*;
use kapelle_model::State;

/// Status, content type and body, and other headers.
fn answer(properties: &str, state: State) -> Result<String, String> {
    let webhook = webhook(properties);
    let outputs = map(r#"{"price": "12.50", "n": 3}"#);
    let of = Ended { state, outputs: &outputs, told: r#"{"id":"x"}"# };
    let context =
        r#"{"trigger": {"body": {"n": 1}}, "execution": {"id": "x"}, "outputs": {"price": "12.50", "n": 3}}"#;
    let answer = with(context, |environment| webhook.answer(&of, environment))?;
    let kind = answer.header("content-type").unwrap_or("-").to_owned();
    let others = answer.headers.iter().filter(|(name, _)| name != "Content-Type");
    let others = others.map(|(name, value)| format!(" {name}={value}")).collect::<Vec<_>>().concat();
    Ok(format!("{} {kind} {}{others}", answer.status, String::from_utf8(answer.body).unwrap()))
}

#[test]
fn the_answer_is_the_execution_unless_the_flow_says_otherwise() {
    use State::{Failed, Success, Warning};
    for (properties, state, expected) in [
        ("key: k", Failed, r#"200 application/json {"id":"x"}"#),
        ("returnOutputs: true\nresponseCode: 201", Success, r#"200 application/json {"id":"x"}"#),
        ("wait: true", Success, r#"200 application/json {"id":"x"}"#),
        ("wait: true", Warning, r#"200 application/json {"id":"x"}"#),
        ("wait: true", Failed, r#"500 application/json {"id":"x"}"#),
        ("wait: true\nresponseCode: 202", Failed, r#"202 application/json {"id":"x"}"#),
        (
            "wait: true\nresponseCode: '{{ 200 + trigger.body.n }}'",
            Success,
            r#"201 application/json {"id":"x"}"#,
        ),
        ("wait: true\nreturnOutputs: true", Success, r#"200 application/json {"price":"12.50","n":3}"#),
        (
            "wait: true\nreturnOutputs: true\nresponseContentType: text/plain",
            Success,
            r#"200 text/plain; charset=utf-8 {"price":"12.50","n":3}"#,
        ),
    ] {
        assert_eq!(answer(properties, state).as_deref(), Ok(expected), "{properties}");
    }
}

#[test]
fn respond_holds_over_everything_else() {
    for (respond, expected) in [
        ("{}", r#"200 application/json {"id":"x"}"#),
        ("{status: 204, body: null}", r#"204 application/json {"id":"x"}"#),
        ("{status: '{{ 200 + outputs.n }}'}", r#"203 application/json {"id":"x"}"#),
        ("{body: 'costs {{ outputs.price }}'}", "200 text/plain; charset=utf-8 costs 12.50"),
        ("{body: {price: '{{ outputs.price }}'}}", r#"200 application/json {"price":"12.50"}"#),
        ("{body: '{{ outputs }}'}", r#"200 application/json {"price":"12.50","n":3}"#),
        (
            "{body: '<p>', headers: {content-type: text/html, X-Id: '{{ execution.id }}'}}",
            "200 text/html <p> content-type=text/html X-Id=x",
        ),
    ] {
        assert_eq!(
            answer(&format!("respond: {respond}"), State::Success).as_deref(),
            Ok(expected),
            "{respond}"
        );
    }
}

#[test]
fn an_answer_that_cannot_be_made_is_told() {
    for (properties, expected) in [
        ("respond: {status: 99}", "`respond.status` is `99`: write a status from 200 to 599"),
        ("wait: true\nresponseCode: ok", "`responseCode` is `ok`: write a status from 200 to 599"),
        ("respond: {body: '{{ nope }}'}", "its `respond.body` could not be rendered: "),
        (
            "respond: {headers: {'a b': 1}}",
            "`a b` in `respond.headers` has characters that a header cannot have",
        ),
        ("respond: {headers: {a: \"1\\r\\nb: 2\"}}", "`a` in `respond.headers` has characters"),
        (
            "respond: {headers: {Content-Length: 7}}",
            "`Content-Length` in `respond.headers` is set by the server",
        ),
    ] {
        let found = answer(properties, State::Success).unwrap_err();
        assert!(found.starts_with(expected), "{found}");
    }
}
