//! Many flows in one text, which become the flows of a namespace.

use std::collections::BTreeSet;

use kapelle_core::diagnostic::Severity;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::Node;
use serde_json::Value as Json;

use super::{Named, all};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::flow as view;

/// All or nothing: nothing is saved while one of them has a mistake.
pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let namespace =
        call.variables.get("namespace").map(String::as_str).or_else(|| call.query.get("namespace"));
    let sources = sources(call, namespace)?;
    check(call, &sources)?;
    let mut saved = Vec::with_capacity(sources.len());
    for (_, source) in &sources {
        saved.push(view::with_source(&call.runtime().save_flow(&call.tenant, source)?.flow));
    }
    if let (Some(namespace), true) = (namespace, call.query.flag("delete").unwrap_or(true)) {
        let names: BTreeSet<&str> = sources.iter().map(|(named, _)| named.id.as_str()).collect();
        for flow in all(call)? {
            if &*flow.namespace == namespace && !names.contains(&*flow.id) {
                call.runtime().delete_flow(&call.tenant, namespace, &flow.id)?;
            }
        }
    }
    Ok(Answer::json(&Json::from(saved)))
}

/// The documents, each with the name that it will have.
fn sources(call: &Call, namespace: Option<&str>) -> Outcome<Vec<(Named, String)>> {
    let text = call.text()?;
    let mut sources: Vec<(Named, String)> = Vec::new();
    for span in yaml::split(text) {
        let document = &text[span.range()];
        let source =
            document.strip_prefix("---").map_or(document, |rest| rest.trim_start_matches(['\r', '\n']));
        if source.trim().is_empty() {
            continue;
        }
        let Some(mut named) = Named::of(source) else {
            return Err(ApiError::invalid_entity(
                "every document has to be a flow with a namespace and an id",
            ));
        };
        let mut source = source.to_owned();
        if let Some(namespace) = namespace.filter(|namespace| **namespace != *named.namespace) {
            if !call.query.is_set("override") {
                let why = format!(
                    "flow.namespace: flow `{}` is of namespace `{}`, not `{namespace}`",
                    named.id, named.namespace
                );
                return Err(ApiError::invalid_entity(why));
            }
            source = moved(&source, namespace);
            namespace.clone_into(&mut named.namespace);
        }
        call.demand(&named.namespace)?;
        if sources.iter().any(|(known, _)| known.id == named.id && known.namespace == named.namespace) {
            return Err(ApiError::invalid_entity(format!("flow.id: Duplicate flow id `{}`", named.id)));
        }
        sources.push((named, source));
    }
    Ok(sources)
}

/// The same flow in another namespace.
pub(crate) fn moved(source: &str, namespace: &str) -> String {
    let root = view::root(source);
    let span = root.as_ref().and_then(|root| root.get("namespace")).map(|node: &Node| node.span.range());
    match span {
        Some(range) => format!("{}{namespace}{}", &source[..range.start], &source[range.end..]),
        None => source.to_owned(),
    }
}

fn check(call: &Call, sources: &[(Named, String)]) -> Outcome<()> {
    let sources = sources.iter().map(|(named, source)| Source::new(&*named.id, &**source)).collect();
    let files = call.runtime().check(sources);
    let found = files.into_iter().flat_map(|file| file.documents).flat_map(|document| document.diagnostics);
    let errors: Vec<_> = found.filter(|found| found.severity == Severity::Error).collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::diagnostics(&errors)) }
}
