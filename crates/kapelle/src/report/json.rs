//! For programs: one array, an object for each file.

use kapelle_core::check::{Document, File};
use kapelle_core::diagnostic::{Diagnostic, Edit, Fix};
use kapelle_core::source::Source;
use kapelle_model::Span;
use serde::Serialize;

use super::{Report, places};

#[derive(Serialize)]
struct JsonFile<'a> {
    file: &'a str,
    documents: Vec<JsonDocument<'a>>,
}

#[derive(Serialize)]
struct JsonDocument<'a> {
    namespace: Option<&'a str>,
    id: Option<&'a str>,
    ok: bool,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonDiagnostic<'a> {
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    #[serde(flatten)]
    range: JsonRange,
    path: &'a str,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<JsonFix<'a>>,
}

/// Lines and columns from 1, columns in characters, the end behind the last one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonRange {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    #[serde(flatten)]
    range: JsonRange,
    text: &'a str,
}

pub(super) fn render(report: &Report) -> String {
    let files: Vec<String> = report
        .files
        .iter()
        .map(|file| serde_json::to_string(&json_file(report, file)).expect("texts and numbers are JSON"))
        .collect();
    // A line for each file: still readable when it is long, and kind to `diff`.
    format!("[\n{}\n]\n", files.join(",\n"))
}

fn json_file<'a>(report: &Report, file: &'a File) -> JsonFile<'a> {
    let documents = file.documents.iter().map(|document| json_document(report, &file.source, document));
    JsonFile { file: &file.source.name, documents: documents.collect() }
}

fn json_document<'a>(report: &Report, source: &Source, document: &'a Document) -> JsonDocument<'a> {
    JsonDocument {
        namespace: document.namespace.as_deref(),
        id: document.id.as_deref(),
        ok: document.is_ok(),
        diagnostics: report.shown(document).map(|found| json_diagnostic(source, found)).collect(),
    }
}

fn json_diagnostic<'a>(source: &Source, found: &'a Diagnostic) -> JsonDiagnostic<'a> {
    JsonDiagnostic {
        severity: found.severity.word(),
        code: found.code.name(),
        message: &found.message,
        range: range(source, found.span),
        path: &found.path,
        help: found.help.as_deref(),
        fix: found.fix.as_ref().map(|fix| json_fix(source, fix)),
    }
}

fn json_fix<'a>(source: &Source, fix: &'a Fix) -> JsonFix<'a> {
    let edit = |edit: &'a Edit| JsonEdit { range: range(source, edit.span), text: &edit.text };
    JsonFix { title: &fix.title, edits: fix.edits.iter().map(edit).collect() }
}

fn range(source: &Source, span: Span) -> JsonRange {
    let (start, end) = places(source, span);
    JsonRange { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}
