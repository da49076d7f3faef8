//! What checks found, as the validation answers it.

use kapelle_core::check::Document;
use kapelle_core::diagnostic::{Code, Diagnostic, Severity};
use serde_json::{Map as Object, Value as Json};

/// What is wrong with a document, in the words of clients: one line for each violation.
pub(crate) fn constraints(found: &[Diagnostic]) -> Option<String> {
    let mut lines: Vec<&str> = Vec::new();
    for error in found.iter().filter(|found| found.severity == Severity::Error) {
        for line in error.constraint.as_deref().unwrap_or(&error.message).lines() {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The answer for the document at this place. `outdated` tells whether a newer revision is kept.
pub(crate) fn document(index: usize, document: &Document, outdated: bool) -> Json {
    let mut answer = Object::new();
    let mut put = |name: &str, value: Json| {
        answer.insert(name.to_owned(), value);
    };
    put("index", index.into());
    if let Some(id) = &document.id {
        put("flow", id.as_str().into());
    }
    if let Some(namespace) = &document.namespace {
        put("namespace", namespace.as_str().into());
    }
    if let Some(constraints) = constraints(&document.diagnostics) {
        put("constraints", constraints.into());
    }
    put("outdated", outdated.into());
    put("deprecationPaths", deprecated(&document.diagnostics).collect());
    put("warnings", messages(&document.diagnostics, Severity::Warning));
    // What is deprecated stands in the paths above.
    let others: Vec<Diagnostic> =
        document.diagnostics.iter().filter(|found| !is_deprecated(found)).cloned().collect();
    put("infos", messages(&others, Severity::Info));
    Json::Object(answer)
}

fn deprecated(found: &[Diagnostic]) -> impl Iterator<Item = Json> {
    found.iter().filter(|found| is_deprecated(found)).map(|found| found.path.trim_end_matches(".type").into())
}

fn is_deprecated(found: &Diagnostic) -> bool {
    matches!(found.code, Code::PropertyDeprecated | Code::TypeDeprecated)
}

fn messages(found: &[Diagnostic], severity: Severity) -> Json {
    let of = found.iter().filter(|found| found.severity == severity);
    of.map(|found| Json::from(found.constraint.as_deref().unwrap_or(&found.message))).collect()
}
