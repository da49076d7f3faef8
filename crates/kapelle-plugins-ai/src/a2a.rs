//! Agents of other servers, asked by the `Agent2Agent` protocol.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use kapelle_model::Text;
use kapelle_plugin::{Broken, RunContext};
use serde_json::{Value as Json, json};

use crate::chat::{items_at, text_at};
use crate::wire::{Body, Letter, post};

/// How often a task of another agent is looked at, and how long.
const EVERY: SignedDuration = SignedDuration::from_secs(2);
const LOOKS_MAX: u32 = 1_800;

/// Tells the questions of this process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// What an agent answers.
pub(crate) async fn ask(cx: &RunContext, server: &str, prompt: &Text) -> Result<Text, Broken> {
    let url = endpoint(cx, server).await?;
    let id = format!("{}-{}", cx.place.run_id, NUMBER.fetch_add(1, Ordering::Relaxed));
    let message = json!({
        "kind": "message", "role": "user", "messageId": id,
        "parts": [{ "kind": "text", "text": prompt.expose() }],
    });
    let mut result = call(cx, &url, "message/send", json!({ "message": message })).await?;
    for _ in 0..LOOKS_MAX {
        let state = text_at(&result, "/status/state").unwrap_or("completed").to_owned();
        match state.as_str() {
            "submitted" | "working" => {}
            "completed" => return Ok(said(&result).into()),
            other => {
                let words = said(&result);
                return Err(Broken::new(format!("the agent at `{server}` ended as `{other}`: {words}")));
            }
        }
        if cx.stop.run_until_cancelled(cx.host.sleep(EVERY)).await.is_none() {
            return Err(Broken::killed());
        }
        let task = text_at(&result, "/id").unwrap_or_default().to_owned();
        result = call(cx, &url, "tasks/get", json!({ "id": task })).await?;
    }
    Err(Broken::new(format!("the agent at `{server}` still works after an hour")))
}

/// Where an agent is asked: its card says so; where it has none, at the address itself.
async fn endpoint(cx: &RunContext, server: &str) -> Result<String, Broken> {
    let base = server.trim_end_matches('/');
    for card in ["agent-card.json", "agent.json"] {
        let letter = Letter {
            who: "the agent",
            client: &cx.host.http(),
            url: format!("{base}/.well-known/{card}"),
            headers: Vec::new(),
            body: Body::Nothing,
            key_hint: "check the address of the agent",
        };
        match post(cx, &letter).await {
            Ok(card) => {
                if let Some(url) = text_at(&card, "/url") {
                    return Ok(url.to_owned());
                }
            }
            Err(broken) if broken.is_killed => return Err(broken),
            // There is no card of this name.
            Err(_) => {}
        }
    }
    Ok(server.to_owned())
}

async fn call(cx: &RunContext, url: &str, method: &str, params: Json) -> Result<Json, Broken> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let letter = Letter {
        who: "the agent",
        client: &cx.host.http(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Body::Json(&body),
        key_hint: "the agent wants to know who asks, which it cannot be told here",
    };
    let answer = post(cx, &letter).await?;
    if let Some(words) = text_at(&answer, "/error/message") {
        return Err(Broken::new(format!("the agent at `{url}` refuses: {words}")));
    }
    answer.get("result").cloned().ok_or_else(|| Broken::new(format!("the agent at `{url}` gives no result")))
}

/// The texts of a message, or of a task: what it made, else what it says of its state.
fn said(result: &Json) -> String {
    let texts = |parts: &[Json]| -> String {
        parts.iter().filter_map(|part| text_at(part, "/text")).collect::<Vec<_>>().join("\n")
    };
    let made: Vec<String> =
        items_at(result, "/artifacts").iter().map(|artifact| texts(items_at(artifact, "/parts"))).collect();
    let made = made.join("\n");
    if !made.is_empty() {
        return made;
    }
    let own = texts(items_at(result, "/parts"));
    if own.is_empty() { texts(items_at(result, "/status/message/parts")) } else { own }
}
