//! The Model Context Protocol by streamable HTTP: one message of JSON-RPC in, one out. Nothing is remembered between
//! two of them, so there are no sessions and no streams.

use std::sync::Arc;

use hyper::StatusCode;
use kapelle_core::expression::plain;
use kapelle_model::effect::Request;
use kapelle_model::{ExecutionId, Map, State, Value};
use serde_json::{Value as Json, json};

use super::{Server, find, tools};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::handlers::executions::whole;
use crate::handlers::instance::API_VERSION;

/// Versions of the protocol, the newest first.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

const METHOD_NOT_FOUND: i32 = -32_601;
const INVALID_PARAMS: i32 = -32_602;

/// Why a message has no result.
type Refused = (i32, String);

pub(crate) async fn post(call: Arc<Call>) -> Outcome<Answer> {
    let asking = Arc::clone(&call);
    let (server, message) = call.app.blocking(move || Ok((find(&asking)?, asking.json()?))).await?;
    if server.is_disabled {
        return Err(ApiError::conflict(format!("the MCP server `{}` is disabled", server.id)));
    }
    let Some(id) = message.get("id").filter(|id| !id.is_null()) else {
        // Something that wants no answer.
        return Ok(Answer::empty(StatusCode::ACCEPTED));
    };
    let method = message["method"].as_str().unwrap_or_default();
    let result = match method {
        "initialize" => Ok(greeting(&server, &message["params"])),
        "ping" => Ok(json!({})),
        "tools/list" => {
            let asking = Arc::clone(&call);
            let found = call.app.blocking(move || tools::of(&asking, &server.id)).await?;
            let offered = found.iter().filter(|tool| !tool.is_disabled).map(tools::Tool::offer);
            Ok(json!({"tools": offered.collect::<Vec<_>>()}))
        }
        "tools/call" => called(&call, server, &message["params"]).await?,
        other => Err((METHOD_NOT_FOUND, format!("there is no method `{other}`"))),
    };
    Ok(Answer::json(&match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err((code, message)) => {
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
        }
    }))
}

fn greeting(server: &Server, params: &Json) -> Json {
    let wanted = params["protocolVersion"].as_str();
    let version = VERSIONS.into_iter().find(|version| Some(*version) == wanted).unwrap_or(VERSIONS[0]);
    let mut greeting = json!({
        "protocolVersion": version,
        "capabilities": {"tools": {"listChanged": false}},
        "serverInfo": {"name": format!("kapelle/{}", server.id), "version": API_VERSION},
    });
    if let Some(instructions) = server.said.get("instructions") {
        greeting["instructions"] = instructions.clone();
    }
    greeting
}

/// Runs the flow of a tool to its end. What goes wrong in it is told to who called, as the protocol wants it.
async fn called(call: &Arc<Call>, server: Server, params: &Json) -> Outcome<Result<Json, Refused>> {
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let asking = Arc::clone(call);
    let found = call.app.blocking(move || tools::of(&asking, &server.id)).await?;
    let Some(tool) = found.into_iter().find(|tool| tool.name == name && !tool.is_disabled) else {
        return Ok(Err((INVALID_PARAMS, format!("there is no tool `{name}`"))));
    };
    let Some(inputs) = arguments(&params["arguments"]) else {
        return Ok(Err((INVALID_PARAMS, "arguments: they have to be an object".to_owned())));
    };
    let id = call.runtime().fresh_id();
    let labels: [(Arc<str>, Arc<str>); 1] = [("system.from".into(), "mcp".into())];
    let request = Request {
        inputs: Arc::new(inputs),
        labels: labels.into(),
        ..Request::new(id, tool.namespace.as_str().into(), tool.flow.as_str().into())
    };
    if let Err(unborn) = call.runtime().run(&call.tenant, &request).await {
        return Ok(Ok(failed(&ApiError::from(unborn).message)));
    }
    result(call, id).await.map(Ok)
}

fn arguments(given: &Json) -> Option<Map> {
    match plain::from_json(&given.to_string()).ok()? {
        Value::Map(map) => Some(Arc::unwrap_or_clone(map)),
        Value::Null => Some(Map::new()),
        _ => None,
    }
}

async fn result(call: &Arc<Call>, id: ExecutionId) -> Outcome<Json> {
    let asking = Arc::clone(call);
    let execution = call.app.blocking(move || whole(&asking, &id.to_string())).await?;
    let state = execution.head.history.current();
    if !matches!(state, State::Success | State::Warning) {
        return Ok(failed(&format!("execution {id} ended as {}", state.name())));
    }
    let outputs =
        execution.head.outputs.map_or(json!({}), |outputs| crate::views::value(&Value::Map(outputs)));
    let text = outputs.to_string();
    Ok(json!({
        "content": [{"type": "text", "text": text}],
        "structuredContent": outputs,
        "isError": false,
    }))
}

fn failed(words: &str) -> Json {
    json!({"content": [{"type": "text", "text": words}], "isError": true})
}

/// There is nothing that comes without being asked for.
pub(crate) fn no_stream(call: &Call) -> Outcome<Answer> {
    find(call)?;
    Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "this server sends nothing that is not asked for"))
}

/// There is no session to end.
pub(crate) fn end(call: &Call) -> Outcome<Answer> {
    find(call)?;
    Ok(Answer::json(&json!({})))
}
