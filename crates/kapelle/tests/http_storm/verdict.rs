//! Whether the server kept its word.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use crate::client::TASK_RUNS;
use crate::ledger::{Ledger, Put};
use crate::web::Server;

/// Executions of one page.
const PAGE: u64 = 500;

/// What was looked at, when all was well.
pub(crate) struct Verdict {
    asked: u64,
    answered: usize,
    unanswered_but_there: usize,
    revisions: usize,
    keys: usize,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} requests: {} executions answered and there, {} there without an answer, {} revisions, {} keys",
            self.asked, self.answered, self.unanswered_but_there, self.revisions, self.keys
        )
    }
}

pub(crate) fn is_anything_open(server: &Server) -> bool {
    let open = "state=CREATED&state=RUNNING&state=QUEUED&state=PAUSED&state=RETRYING&state=KILLING";
    let found = server.get(&format!("/api/v1/main/executions/search?namespace=storm&size=1&{open}"));
    found["total"].as_u64().unwrap() > 0
}

pub(crate) fn judge(server: &Server, ledger: &Ledger) -> Verdict {
    let found = all(server);
    let mut by_number: BTreeMap<u64, Vec<&Json>> = BTreeMap::new();
    for execution in &found {
        by_number.entry(number(execution)).or_default().push(execution);
    }
    let mut there = 0;
    for (number, asked) in &ledger.executions {
        let of = by_number.remove(number).unwrap_or_default();
        assert!(of.len() <= 1, "request {number} for `{}` made {} executions", asked.flow, of.len());
        if let Some(id) = &asked.answered {
            let execution = of.first().unwrap_or_else(|| panic!("`{id}` of `{}` is lost", asked.flow));
            assert_eq!(execution["id"], **id, "request {number} was answered with another execution");
        } else {
            there += of.len();
        }
        for execution in of {
            is_whole(execution, asked.flow);
        }
    }
    assert!(by_number.is_empty(), "nobody asked for {by_number:?}");
    for (revision, number) in &ledger.revisions {
        let path = format!("/api/v1/main/flows/storm/saved?source=true&revision={revision}");
        let source = server.get(&path)["source"].as_str().unwrap_or_default().to_owned();
        assert!(source.contains(&format!("'number {number}'")), "revision {revision}: {source}");
    }
    for (key, puts) in &ledger.keys {
        is_kept(server, key, puts);
    }
    Verdict {
        asked: ledger.asked,
        answered: ledger.executions.values().filter(|asked| asked.answered.is_some()).count(),
        unanswered_but_there: there,
        revisions: ledger.revisions.len(),
        keys: ledger.keys.len(),
    }
}

fn all(server: &Server) -> Vec<Json> {
    let mut found = Vec::new();
    for page in 1.. {
        let path =
            format!("/api/v1/main/executions/search?namespace=storm&sort=id:asc&size={PAGE}&page={page}");
        let answer = server.get(&path);
        let results = answer["results"].as_array().unwrap();
        found.extend(results.iter().cloned());
        if results.is_empty() || found.len() as u64 >= answer["total"].as_u64().unwrap() {
            break;
        }
    }
    found
}

/// The number of the request that made it.
fn number(execution: &Json) -> u64 {
    let labels = execution["labels"].as_array().map(Vec::as_slice).unwrap_or_default();
    let label =
        labels.iter().find(|label| label["key"] == "number").and_then(|label| label["value"].as_str());
    let of_body = || execution["trigger"]["variables"]["body"]["number"].as_u64();
    label
        .map(|text| text.parse().unwrap())
        .or_else(of_body)
        .unwrap_or_else(|| panic!("no number: {execution}"))
}

/// It ended well, and each of its tasks ran once.
fn is_whole(execution: &Json, flow: &str) {
    assert_eq!(execution["state"]["current"], "SUCCESS", "{execution}");
    let runs = execution["taskRunList"].as_array().map_or(0, Vec::len);
    let (_, expected) = TASK_RUNS.iter().find(|(id, _)| *id == flow).unwrap();
    assert_eq!(runs, *expected, "{execution}");
}

/// A key has what was answered last, or something that was written after it without an answer.
fn is_kept(server: &Server, key: &str, puts: &[Put]) {
    let Some(answered) = puts.iter().rposition(|put| put.is_answered) else { return };
    let found = server.get(&format!("/api/v1/main/namespaces/storm/kv/{key}"));
    let value = found["value"].as_u64().or_else(|| found["value"].as_str()?.parse().ok());
    let may = puts[answered..].iter().map(|put| put.value).collect::<Vec<_>>();
    assert!(value.is_some_and(|value| may.contains(&value)), "`{key}` is {found}, not one of {may:?}");
}
