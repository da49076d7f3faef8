//! What the tests share: servers that answer by a list, a task that tools may run, and outputs as JSON.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use kapelle_http::server::{Received, Server, answer};
use kapelle_model::{Map, Text, Value};
use kapelle_plugin::stage::{Stage, properties_of};
use kapelle_plugin::{Broken, ErasedTask, Expr, RunContext, Task, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::value;

/// A server that gives these answers, one after the other.
pub(super) fn saying(answers: impl IntoIterator<Item = Json>) -> Server {
    telling(
        answers
            .into_iter()
            .map(|json| answer("200 OK", &["Content-Type: application/json"], &json.to_string())),
    )
}

/// The same with whole answers.
pub(super) fn telling(answers: impl IntoIterator<Item = Vec<u8>>) -> Server {
    let left: Mutex<VecDeque<Vec<u8>>> = Mutex::new(answers.into_iter().collect());
    Server::start(move |_| {
        let next = left.lock().unwrap().pop_front();
        next.unwrap_or_else(|| answer("418 Nothing more", &[], "there is no answer left"))
    })
}

/// The content of a request.
pub(super) fn body(received: &Received) -> Json {
    serde_json::from_slice(&received.body).unwrap()
}

/// The contents of all requests.
pub(super) fn bodies(server: &Server) -> Vec<Json> {
    server.requests().iter().map(body).collect()
}

/// Outputs as JSON.
pub(super) fn told(outputs: Map) -> Json {
    value::json(&Value::Map(outputs.into())).unwrap()
}

pub(super) async fn run<T: Task>(stage: &Stage, properties: &str) -> Json {
    told(stage.run::<T>(properties).await.unwrap_or_else(|broken| panic!("{}", broken.failure)))
}

pub(super) async fn fails<T: Task>(stage: &Stage, properties: &str) -> String {
    stage.run::<T>(properties).await.expect_err("it has to fail").failure.to_string()
}

/// A stage on which `OpenAI` is this server.
pub(super) fn stage(server: &Server) -> Stage {
    Stage::new().setting("kapelle.ai.providers.openai.base-url", &server.url("/v1"))
}

/// The provider of such a stage, as a property.
pub(super) const OPEN_AI: &str =
    "{type: io.kestra.plugin.ai.provider.OpenAI, modelName: gpt-test, apiKey: k-1}";

/// What `OpenAI` answers with this text.
pub(super) fn text(text: &str) -> Json {
    json!({
        "id": "c1",
        "choices": [{ "finish_reason": "stop", "message": { "role": "assistant", "content": text } }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12 },
    })
}

/// What `OpenAI` answers when it wants a tool to be called.
pub(super) fn call(name: &str, arguments: &Json) -> Json {
    json!({
        "id": "c0",
        "choices": [{ "finish_reason": "tool_calls", "message": { "role": "assistant", "content": null, "tool_calls": [
            { "id": "call-1", "type": "function", "function": { "name": name, "arguments": arguments.to_string() } },
        ] } }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8 },
    })
}

/// A task that a model may run.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Look {
    at: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Seen {
    seen: String,
}

const LOOK: &str = "test.Look";

impl Task for Look {
    const TYPE: &'static str = LOOK;
    type Output = Seen;

    async fn run(&self, cx: &RunContext) -> Result<Seen, Broken> {
        let at = cx.render(&self.at)?;
        if at.expose() == "the sun" {
            return Err(Broken::new("it is too bright"));
        }
        Ok(Seen { seen: format!("a picture of {}", at.expose()) })
    }
}

/// A stage that knows this task.
pub(super) fn with_look(stage: Stage) -> Stage {
    stage.finding(|source| {
        let properties: Vec<_> =
            properties_of(source).into_iter().filter(|(name, _)| &**name == "at").collect();
        let task: Look = read(&properties)?;
        Ok(Arc::new(task) as Arc<dyn ErasedTask>)
    })
}

/// The tool that runs it; the model says at what it looks.
pub(super) const LOOKING: &str =
    "[{type: io.kestra.plugin.ai.tool.KestraTask, tasks: [{id: look, type: test.Look, at: '...'}]}]";
