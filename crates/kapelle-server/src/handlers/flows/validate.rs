//! What is wrong with flows that are not saved.

use kapelle_core::check::Document;
use kapelle_core::expression::plain;
use kapelle_core::source::Source;
use kapelle_model::Node;
use kapelle_store::flow::Which;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::{Body, Call};
use crate::error::Outcome;
use crate::views::{flow as view, validation, value};

/// One answer for each document, in all that was sent.
pub(crate) fn flows(call: &Call) -> Outcome<Answer> {
    let sources = match &call.body {
        Body::Text(_) => vec![Source::new("flow", call.text()?)],
        Body::Form(parts) => parts
            .iter()
            .map(|part| Ok(Source::new(part.filename.as_deref().unwrap_or("flow"), &*part.value()?)))
            .collect::<Outcome<_>>()?,
    };
    let mut answers = Vec::new();
    for file in call.runtime().check(sources) {
        for document in &file.documents {
            let source = &file.source.text()[document.span.range()];
            answers.push(validation::document(answers.len(), document, is_outdated(call, document, source)?));
        }
    }
    Ok(Answer::json(&answers.into()))
}

/// Whether the revision that a document names is older than the one that is kept.
fn is_outdated(call: &Call, document: &Document, source: &str) -> Outcome<bool> {
    let (Some(namespace), Some(id)) = (&document.namespace, &document.id) else { return Ok(false) };
    let written = view::root(source).and_then(|root| root.get("revision").and_then(Node::as_int));
    let (Some(written), true) = (written, call.may_see(namespace)) else { return Ok(false) };
    let kept = call.store().flow(&call.tenant, namespace, id, Which::Latest)?;
    Ok(kept.is_some_and(|kept| i64::from(kept.revision) > written))
}

/// One task or trigger by itself: it is looked at inside of a flow that has nothing else.
pub(crate) fn part(call: &Call) -> Outcome<Answer> {
    let is_trigger =
        call.query.get("section").is_some_and(|section| section.eq_ignore_ascii_case("TRIGGERS"));
    checked(call, is_trigger)
}

pub(crate) fn trigger(call: &Call) -> Outcome<Answer> {
    checked(call, true)
}

fn checked(call: &Call, is_trigger: bool) -> Outcome<Answer> {
    let source = call.text()?;
    let Some(root) = view::root(source) else {
        return Ok(Answer::json(&json!({"index": 0, "constraints": "Illegal source: it cannot be read"})));
    };
    let part = value(&plain::from_node(&root));
    let own = root.get("id").and_then(Node::scalar_text);
    let flow = around(&part, is_trigger);
    let files = call.runtime().check(vec![Source::new("flow", &*flow.to_string())]);
    let found = files.into_iter().flat_map(|file| file.documents).next();
    let mut answer = match &found {
        Some(document) => validation::document(0, document, false),
        None => json!({"index": 0}),
    };
    if let Json::Object(answer) = &mut answer {
        answer.shift_remove("namespace");
        answer.shift_remove("flow");
        if let Some(own) = own {
            answer.insert("flow".to_owned(), own.into());
        }
        if let Some(Json::String(words)) = answer.get_mut("constraints") {
            let place = if is_trigger { "triggers[0]." } else { "tasks[0]." };
            *words = words.replace(place, "");
        }
    }
    Ok(Answer::json(&answer))
}

fn around(part: &Json, is_trigger: bool) -> Json {
    let log = json!({"id": "kapelle_task", "type": "io.kestra.plugin.core.log.Log", "message": "-"});
    if is_trigger {
        json!({"id": "validated", "namespace": "validated", "tasks": [log], "triggers": [part]})
    } else {
        json!({"id": "validated", "namespace": "validated", "tasks": [part]})
    }
}
