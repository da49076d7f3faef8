//! Templates as archives: out as a zip, in as a zip or as texts.

use kapelle_runtime::templates::KeptTemplate;

use super::bulk::{documents, listed};
use super::{checked, matching, templates};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::handlers::flows::archive::texts;
use crate::views::template as view;
use crate::zip;

pub(crate) fn export_matching(call: &Call) -> Outcome<Answer> {
    Ok(exported(&matching(call)?))
}

pub(crate) fn export_listed(call: &Call) -> Outcome<Answer> {
    Ok(exported(&listed(call, "template export")?))
}

fn exported(all: &[KeptTemplate]) -> Answer {
    let sources: Vec<(String, String)> = all
        .iter()
        .map(|template| (format!("{}.{}.yml", template.namespace, template.id), view::yaml(template)))
        .collect();
    let entries = sources.iter().map(|(name, source)| (name.clone(), source.as_bytes()));
    Answer::download(zip::pack(entries), "application/octet-stream", "templates.zip")
}

/// Saves what a file holds: all of it, or nothing while something in it has a mistake.
pub(crate) fn import(call: &Call) -> Outcome<Answer> {
    let mut given = Vec::new();
    for bytes in texts(call)? {
        let text =
            String::from_utf8(bytes).map_err(|_| ApiError::invalid_entity("a template is not UTF-8"))?;
        for source in documents(&text) {
            given.push((checked(call, source)?, source.to_owned()));
        }
    }
    for (name, source) in given {
        templates(call).put(&name.namespace, &name.id, &source)?;
    }
    Ok(Answer::empty(hyper::StatusCode::OK))
}
