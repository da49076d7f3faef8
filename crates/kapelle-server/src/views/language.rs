//! What editors are told, with lines and columns as they count them.

use kapelle_core::diagnostic::Edit;
use kapelle_core::language::complete::Completion;
use kapelle_core::language::hints::Hint;
use kapelle_core::language::hover::Hover;
use kapelle_core::language::rename::Rename;
use kapelle_core::source::Source;
use serde_json::{Value as Json, json};

use super::diagnostics::{edit, range};

pub(crate) fn completion(source: &Source, item: &Completion) -> Json {
    json!({
        "label": item.label,
        "kind": item.kind.word(),
        "detail": item.detail,
        "documentation": item.doc,
        "range": range(source, item.span),
        "insert": item.insert,
        "snippet": item.snippet,
        "deprecated": item.deprecated,
        "value": item.value,
    })
}

pub(crate) fn hover(source: &Source, found: &Hover) -> Json {
    json!({
        "range": range(source, found.span),
        "title": found.title,
        "detail": found.detail,
        "documentation": found.doc,
        "example": found.example,
        "deprecated": found.deprecated,
        "value": found.value,
    })
}

pub(crate) fn rename(source: &Source, found: &Rename) -> Json {
    json!({
        "what": found.what,
        "old": found.old,
        "edits": found.edits.iter().map(|one: &Edit| edit(source, one)).collect::<Vec<_>>(),
        "left": found.left.iter().map(|span| range(source, *span)).collect::<Vec<_>>(),
    })
}

pub(crate) fn hint(source: &Source, hint: &Hint) -> Json {
    let flow = hint.flow.as_ref().map(|(namespace, id)| json!({"namespace": namespace, "id": id}));
    json!({
        "kind": hint.kind.word(),
        "range": range(source, hint.span),
        "text": hint.text,
        "flow": flow,
    })
}
