//! Why a server did not do it, as a sentence with what to do.

use anyhow::anyhow;
use kapelle_http::{HttpError, Kind};
use serde_json::Value as Json;

use crate::outcome::Stop;
use crate::report::printable;

/// Lines of an answer that is no error of this API.
const LINES_MAX: usize = 3;

/// Whether no server listens there, so that another try is in vain.
pub(super) fn is_nobody_there(error: &HttpError) -> bool {
    error.kind == Kind::Connection && error.message.contains("refused")
}

pub(super) fn unreached(error: &HttpError, server: &str) -> Stop {
    let advice = if is_nobody_there(error) {
        "\n  No server listens there. Start one with `kapelle server local`, or name another with `--server URL` or \
         `kapelle config server set URL`."
    } else {
        match error.kind {
            Kind::Connection | Kind::Timeout => "\n  Is the address right, and the server up?",
            _ => "",
        }
    };
    Stop::Failed(anyhow!("{server} cannot be reached: {error}{advice}"))
}

/// A status that is no success, with what the server says about it.
pub(super) fn refused(status: u16, body: &[u8], server: &str) -> Stop {
    let advice = match status {
        401 => {
            "\n  Say who you are with `--user NAME:PASSWORD` or `--api-token TOKEN`, or once for all with `kapelle \
             config auth token --create`."
        }
        403 => "\n  Your account may not do this.",
        404 if is_missing_route(body) => "\n  This server does not have that function.",
        _ => "",
    };
    Stop::Failed(anyhow!("{server} answers {status}: {}{advice}", said(body)))
}

/// Kestra and Kapelle both say nothing of what is missing when there is no such route.
fn is_missing_route(body: &[u8]) -> bool {
    let body: Json = serde_json::from_slice(body).unwrap_or_default();
    matches!(body["message"].as_str(), None | Some("Not Found" | "Page Not Found"))
        || body["message"].as_str().is_some_and(|message| message.contains("route"))
}

/// The message, and what is wrong one by one if the message does not say it.
fn said(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Json>(body) else { return start(&String::from_utf8_lossy(body)) };
    let message = body["message"].as_str().or_else(|| body["detail"].as_str());
    let message = message.unwrap_or("it gives no reason");
    let mut lines: Vec<String> = message.lines().map(printable).collect();
    for violation in body["_embedded"]["errors"].as_array().into_iter().flatten() {
        let text = violation["message"].as_str().unwrap_or_default();
        if !text.is_empty() && !message.contains(text) {
            let path = violation["path"].as_str().map_or(String::new(), |path| format!("{path}: "));
            lines.push(format!("- {}", printable(&format!("{path}{text}"))));
        }
    }
    for invalid in body["invalids"].as_array().into_iter().flatten() {
        let text = invalid["message"].as_str().unwrap_or_default();
        lines.push(format!(
            "- {}: {}",
            printable(invalid["invalidValue"].as_str().unwrap_or_default()),
            printable(text)
        ));
    }
    lines.join("\n  ")
}

fn start(text: &str) -> String {
    let lines: Vec<String> = text.lines().take(LINES_MAX).map(printable).collect();
    if lines.is_empty() { "it gives no reason".to_owned() } else { lines.join("\n  ") }
}
