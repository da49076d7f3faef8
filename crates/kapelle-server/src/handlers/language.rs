//! What editors ask about a text that is being written.

mod material;
mod question;

use jiff::Timestamp;
use kapelle_core::language::complete as completion;
use kapelle_core::language::hints as hinting;
use kapelle_core::language::hover as hovering;
use kapelle_core::language::rename as renaming;
use kapelle_core::source::Source;
use kapelle_core::time::zone;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::{diagnostics as view, language};
use material::Known;
use question::Question;

/// What `kapelle check` finds in it, with places and fixes.
pub(crate) fn diagnostics(call: &Call) -> Outcome<Answer> {
    let files = call.runtime().check(vec![Source::new("flow", call.text()?)]);
    let found = files.iter().flat_map(|file| {
        let all = file.documents.iter().flat_map(|document| &document.diagnostics);
        all.map(move |found| view::diagnostic(&file.source, found))
    });
    Ok(Answer::json(&json!({"diagnostics": found.collect::<Vec<_>>()})))
}

/// What may be written at a place.
pub(crate) fn complete(call: &Call) -> Outcome<Answer> {
    let question = Question::read(call)?;
    let known = Known::of(call, &question)?;
    let found = completion::complete(question.source.text(), question.at()?, &known);
    let items = found.items.iter().map(|item| language::completion(&question.source, item));
    Ok(Answer::json(&json!({"items": items.collect::<Vec<_>>(), "isIncomplete": found.is_cut})))
}

/// What stands at a place; null if nothing is known about it.
pub(crate) fn hover(call: &Call) -> Outcome<Answer> {
    let question = Question::read(call)?;
    let known = Known::of(call, &question)?;
    let found = hovering::hover(question.source.text(), question.at()?, &known);
    let shown = found.as_ref().map(|found| language::hover(&question.source, found));
    Ok(Answer::json(&json!({"hover": shown})))
}

/// The changes that give a task or an input another name.
pub(crate) fn rename(call: &Call) -> Outcome<Answer> {
    let question = Question::read(call)?;
    let new = question.text("newName").ok_or_else(|| ApiError::invalid_entity("newName: it is needed"))?;
    let found = renaming::rename(&question.source, question.at()?, new);
    let found = found.map_err(ApiError::invalid_entity)?;
    Ok(Answer::json(&language::rename(&question.source, &found)))
}

/// What can be shown beside the text.
pub(crate) fn hints(call: &Call) -> Outcome<Answer> {
    let question = Question::read(call)?;
    let known = Known::of(call, &question)?;
    let named = question.text("zone").map(|name| {
        let wrong = || ApiError::invalid_entity(format!("zone: there is no time zone `{name}`"));
        zone::find(name).ok_or_else(wrong)
    });
    let zone = named.transpose()?.unwrap_or_else(|| call.runtime().settings().zone.clone());
    let now = Timestamp::from_millisecond(call.runtime().now().0).unwrap_or_default();
    let found = hinting::hints(&question.source, &known, now, &zone);
    let shown: Vec<Json> = found.iter().map(|hint| language::hint(&question.source, hint)).collect();
    Ok(Answer::json(&json!({"hints": shown})))
}
