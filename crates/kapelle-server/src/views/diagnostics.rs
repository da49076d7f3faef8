//! What checks found, with lines and columns as editors count them: from 1, in characters.

use kapelle_core::diagnostic::{Diagnostic, Edit};
use kapelle_core::source::Source;
use kapelle_model::Span;
use serde_json::{Value as Json, json};

pub(crate) fn diagnostic(source: &Source, found: &Diagnostic) -> Json {
    let fix = found.fix.as_ref().map(|fix| {
        let edits: Vec<Json> = fix.edits.iter().map(|one| edit(source, one)).collect();
        json!({"title": &*fix.title, "edits": edits})
    });
    json!({
        "code": found.code.name(),
        "severity": found.severity.word(),
        "range": range(source, found.span),
        "path": &*found.path,
        "message": &*found.message,
        "help": found.help.as_deref(),
        "fix": fix,
    })
}

pub(super) fn edit(source: &Source, edit: &Edit) -> Json {
    json!({"range": range(source, edit.span), "text": &*edit.text})
}

/// Both as places and as bytes.
pub(super) fn range(source: &Source, span: Span) -> Json {
    let place = |byte: u32| {
        let at = source.position(byte);
        json!({"line": at.line, "column": at.column, "byte": byte})
    };
    json!({"start": place(span.start), "end": place(span.end)})
}
