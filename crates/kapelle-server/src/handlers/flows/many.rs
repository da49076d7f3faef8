//! What is done to many flows at once.

use std::sync::Arc;

use kapelle_model::{Node, Span};
use kapelle_store::flow::{FlowRevision, Which};
use serde_json::Value as Json;

use super::{count, matching};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Invalid, Outcome};
use crate::limits::BULK_MAX;
use crate::views::flow as view;

/// The flows that a list of names in the body means. Nothing is done if one of them is not there.
pub(crate) fn listed(call: &Call, of: &str) -> Outcome<Vec<Arc<FlowRevision>>> {
    let body = call.json()?;
    let names = body.as_array().filter(|names| names.len() <= BULK_MAX);
    let names = names.ok_or_else(|| ApiError::invalid_entity("a list of {namespace, id} is expected"))?;
    let (mut flows, mut invalids) = (Vec::new(), Vec::new());
    for name in names {
        let text = |key: &str| name[key].as_str().unwrap_or_default();
        let (namespace, id) = (text("namespace"), text("id"));
        let found = call.store().flow(&call.tenant, namespace, id, Which::Latest)?;
        match found.filter(|_| call.may_see(namespace)) {
            Some(flow) => flows.push(flow),
            None => invalids.push(Invalid { message: "flow not found".to_owned(), value: name.clone() }),
        }
    }
    if invalids.is_empty() { Ok(flows) } else { Err(ApiError::invalids(of, invalids)) }
}

pub(crate) fn delete_listed(call: &Call) -> Outcome<Answer> {
    delete(call, &listed(call, "flow delete")?)
}

pub(crate) fn delete_matching(call: &Call) -> Outcome<Answer> {
    delete(call, &matching(call)?)
}

fn delete(call: &Call, flows: &[Arc<FlowRevision>]) -> Outcome<Answer> {
    let mut deleted = 0;
    for flow in flows {
        deleted += usize::from(call.runtime().delete_flow(&call.tenant, &flow.namespace, &flow.id)?);
    }
    Ok(count(deleted))
}

pub(crate) fn disable_listed(call: &Call) -> Outcome<Answer> {
    switch(call, &listed(call, "flow disable")?, false)
}

pub(crate) fn disable_matching(call: &Call) -> Outcome<Answer> {
    switch(call, &matching(call)?, false)
}

pub(crate) fn enable_listed(call: &Call) -> Outcome<Answer> {
    switch(call, &listed(call, "flow enable")?, true)
}

pub(crate) fn enable_matching(call: &Call) -> Outcome<Answer> {
    switch(call, &matching(call)?, true)
}

/// Writes into the sources whether they run; only what changes is counted.
fn switch(call: &Call, flows: &[Arc<FlowRevision>], is_on: bool) -> Outcome<Answer> {
    let mut changed = 0;
    for flow in flows.iter().filter(|flow| flow.is_disabled == is_on) {
        call.runtime().save_flow(&call.tenant, &switched(&flow.source, is_on))?;
        changed += 1;
    }
    Ok(count(changed))
}

/// A source with another `disabled`; everything else stays as it is written.
fn switched(source: &str, is_on: bool) -> String {
    let word = if is_on { "false" } else { "true" };
    let root = view::root(source);
    let known = root.as_ref().and_then(|root: &Node| root.get("disabled")).map(|node| node.span);
    if let Some(Span { .. }) = known {
        let range = known.map(Span::range).unwrap_or_default();
        return format!("{}{word}{}", &source[..range.start], &source[range.end..]);
    }
    if let Some(inside) = source.trim_start().strip_prefix('{') {
        return format!("{{\"disabled\": {word}, {inside}");
    }
    let line_end = if source.ends_with('\n') { "" } else { "\n" };
    format!("{source}{line_end}disabled: {word}\n")
}

pub(crate) fn csv(call: &Call) -> Outcome<Answer> {
    let flows = matching(call)?;
    Ok(Answer::download(view::csv(&flows), "text/csv; charset=utf-8", "flows.csv"))
}

/// What imports could not do, by id.
pub(crate) fn failed(ids: Vec<String>) -> Answer {
    Answer::json(&Json::from(ids))
}

#[cfg(test)]
mod tests {
    use super::switched;

    #[test]
    fn switching_a_flow_changes_one_word() {
        for (source, off) in [
            ("id: a\ntasks: []", "id: a\ntasks: []\ndisabled: true\n"),
            ("id: a\ndisabled: false # why\n", "id: a\ndisabled: true # why\n"),
            ("{\"id\": \"a\"}", "{\"disabled\": true, \"id\": \"a\"}"),
        ] {
            assert_eq!(switched(source, false), off);
            assert_eq!(switched(&switched(source, false), true), off.replace("true", "false"));
        }
    }
}
