//! The search of the palette: what somebody who types a few letters may mean.

mod names;
mod score;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::language::complete::types_by_words;
use kapelle_model::ExecutionId;
use kapelle_store::filter::Filter;
use kapelle_store::listing::Page;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::{FOUND_MAX, SEARCHED_MAX};
use crate::views::moment;
pub(crate) use names::Names;
use score::Wanted;

const ROWS: usize = 20;

/// Letters after which the beginning of an id says something.
const ID_LETTERS: usize = 6;

/// Types of plugins in one answer: they are many, and seldom what is meant.
const TYPES_MAX: usize = 5;

/// Flows, executions, namespaces and plugin types that fit, the best first. Only what the person may see.
pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let text = call.query.get("q").unwrap_or_default().trim();
    let limit: usize = call.number("limit")?.unwrap_or(ROWS);
    if !(1..=FOUND_MAX).contains(&limit) {
        return Err(ApiError::invalid_entity(format!("limit: `{limit}` is not between 1 and {FOUND_MAX}")));
    }
    if text.len() > SEARCHED_MAX {
        return Err(ApiError::invalid_entity(format!("q: it has more than {SEARCHED_MAX} bytes")));
    }
    if text.is_empty() {
        return Ok(Answer::json(&json!({"results": []})));
    }
    let mut rows = executions(call, text, limit)?;
    let wanted = Wanted::of(text);
    let mut named = flows(call, &wanted)?;
    named.extend(namespaces(call, &wanted)?);
    named.extend(types(text));
    named.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    rows.extend(named.into_iter().map(|(_, row)| row));
    rows.truncate(limit);
    Ok(Answer::json(&json!({"results": rows})))
}

type Scored = (u32, Json);

fn flows(call: &Call, wanted: &Wanted) -> Outcome<Vec<Scored>> {
    let names = call.app.names.of(call)?;
    let mut found: Vec<(u32, usize)> = Vec::new();
    for (at, flow) in names.iter().enumerate() {
        if let Some(score) = wanted.score(&flow.lower)
            && call.may_see(&flow.namespace)
        {
            found.push((score, at));
        }
    }
    found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    found.truncate(FOUND_MAX);
    let row = |(score, at): (u32, usize)| {
        let flow = &names[at];
        let row = json!({
            "kind": "flow",
            "namespace": &*flow.namespace,
            "id": &*flow.id,
            "description": flow.description.as_deref(),
            "disabled": flow.is_disabled,
        });
        // Of equals a flow is meant more often than anything else.
        (score * 2 + 1, row)
    };
    Ok(found.into_iter().map(row).collect())
}

fn namespaces(call: &Call, wanted: &Wanted) -> Outcome<Vec<Scored>> {
    let row = |name: String| {
        let score = wanted.score(&name.to_lowercase())?;
        Some((score * 2, json!({"kind": "namespace", "id": name})))
    };
    Ok(all_namespaces(call)?.into_iter().filter_map(row).take(FOUND_MAX).collect())
}

/// Namespaces of flows, created ones, and all above these, as far as the person may see them.
pub(crate) fn all_namespaces(call: &Call) -> Outcome<Vec<String>> {
    let names = call.app.names.of(call)?;
    // They are in order, so that those of one namespace stand together.
    let mut all: Vec<&str> = names.iter().map(|flow| &*flow.namespace).collect();
    all.dedup();
    let created = call.runtime().namespaces(&call.tenant).all()?;
    all.extend(created.iter().map(|(name, _)| &**name));
    let seen = all.into_iter().flat_map(with_those_above).filter(|name| call.may_see(name));
    let mut seen: Vec<String> = seen.map(str::to_owned).collect();
    seen.sort_unstable();
    seen.dedup();
    Ok(seen)
}

fn with_those_above(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| Some(name.rsplit_once('.')?.0))
}

fn types(text: &str) -> Vec<Scored> {
    let catalogue = Catalogue::bundled();
    let found = types_by_words(text, None).into_iter().take(TYPES_MAX);
    let row = |(at, name): (usize, &'static str)| {
        let kind = catalogue.find(name).map(|found| found.entry.kind);
        (
            u32::try_from(TYPES_MAX - at).unwrap_or_default(),
            json!({"kind": "plugin", "id": name, "type": kind}),
        )
    };
    found.enumerate().map(row).collect()
}

/// Executions whose id begins so. Ids are in order, so all of them stand together.
fn executions(call: &Call, text: &str, limit: usize) -> Outcome<Vec<Json>> {
    let Some((first, last)) = ids(text) else { return Ok(Vec::new()) };
    let before = first.0.checked_sub(1).map(ExecutionId);
    let page = Page::oldest(u32::try_from(limit).unwrap_or(u32::MAX), before);
    let rows = call.store().executions(&call.permit, &Filter::of([]), &page)?.rows;
    let within = rows.iter().take_while(|header| header.birth.id <= last);
    let own = within.filter(|header| header.birth.tenant == call.tenant);
    let row = |header: &kapelle_store::listing::Header| {
        json!({
            "kind": "execution",
            "id": header.birth.id.to_string(),
            "namespace": &*header.birth.namespace,
            "flowId": &*header.birth.flow,
            "state": header.head.history.current().name(),
            "created": moment(header.birth.original_created),
        })
    };
    Ok(own.map(row).collect())
}

/// The first and the last id that begin so.
fn ids(text: &str) -> Option<(ExecutionId, ExecutionId)> {
    const LENGTH: usize = 22;
    if !(ID_LETTERS..=LENGTH).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return None;
    }
    let filled = |letter: &str| ExecutionId::parse(&format!("{text}{}", letter.repeat(LENGTH - text.len())));
    Some((filled("0")?, filled("z").unwrap_or(ExecutionId(u128::MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_an_id_is_a_stretch_of_ids() {
        let (first, last) = ids("5cBZ1J").unwrap();
        let within = ExecutionId::parse("5cBZ1JF8kim8fbFg13bumX").unwrap();
        assert!(first < within && within < last);
        assert!(ExecutionId::parse("5cBZ1KF8kim8fbFg13bumX").unwrap() > last);
        let whole = ids("5cBZ1JF8kim8fbFg13bumX").unwrap();
        assert_eq!(whole, (within, within));
        for none in ["5cBZ1", "5cBZ1J-", "", "5cBZ1JF8kim8fbFg13bumXX"] {
            assert_eq!(ids(none), None, "{none}");
        }
    }
}
