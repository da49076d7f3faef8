//! What editors ask about a text that is being written.

use kapelle_core::source::Source;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::views::diagnostics as view;

/// What `kapelle check` finds in it, with places and fixes.
pub(crate) fn diagnostics(call: &Call) -> Outcome<Answer> {
    let files = call.runtime().check(vec![Source::new("flow", call.text()?)]);
    let found = files.iter().flat_map(|file| {
        let all = file.documents.iter().flat_map(|document| &document.diagnostics);
        all.map(move |found| view::diagnostic(&file.source, found))
    });
    Ok(Answer::json(&serde_json::json!({"diagnostics": found.collect::<Vec<_>>()})))
}
