//! SARIF 2.1.0: what code scanning services read.

use std::collections::BTreeMap;
use std::fmt::Write;

use kapelle_core::check::File;
use kapelle_core::diagnostic::{Code, Diagnostic, Edit, Severity};
use kapelle_core::source::Source;
use kapelle_model::Span;
use serde_json::{Value, json};

use super::{Report, places};

pub(super) fn render(report: &Report) -> String {
    let codes: BTreeMap<&str, Code> =
        report.all().map(|(_, found)| (found.code.name(), found.code)).collect();
    let rules: Vec<Value> = codes
        .values()
        .map(|code| json!({"id": code.name(), "defaultConfiguration": {"level": level(code.severity())}}))
        .collect();
    let names: Vec<&str> = codes.keys().copied().collect();
    let results: Vec<Value> = report.all().map(|(file, found)| result(file, found, &names)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "kapelle",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(file: &File, found: &Diagnostic, names: &[&str]) -> Value {
    let text = match &found.help {
        Some(help) => format!("{}\n{help}", found.message),
        None => found.message.clone(),
    };
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&file.source.name)},
        "region": region(&file.source, found.span),
    }});
    if !found.path.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": found.path}]);
    }
    let mut result = json!({
        "ruleId": found.code.name(),
        "ruleIndex": names.binary_search(&found.code.name()).unwrap_or_default(),
        "level": level(found.severity),
        "message": {"text": text},
        "locations": [location],
    });
    if let Some(fix) = &found.fix {
        let edit = |edit: &Edit| {
            json!({
                "deletedRegion": region(&file.source, edit.span),
                "insertedContent": {"text": edit.text},
            })
        };
        result["fixes"] = json!([{
            "description": {"text": fix.title},
            "artifactChanges": [{
                "artifactLocation": {"uri": uri(&file.source.name)},
                "replacements": fix.edits.iter().map(edit).collect::<Vec<_>>(),
            }],
        }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn region(source: &Source, span: Span) -> Value {
    let (start, end) = places(source, span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A path as part of a URI: relative paths stay relative to wherever the reader puts them.
fn uri(name: &str) -> String {
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                uri.push(byte as char);
            }
            other => {
                let _ = write!(uri, "%{other:02X}");
            }
        }
    }
    uri
}
