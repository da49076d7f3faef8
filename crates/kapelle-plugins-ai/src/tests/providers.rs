//! Each provider: what it is sent, and how its answers are read, with tools over two rounds.

use kapelle_http::server::Server;
use kapelle_plugin::stage::Stage;
use serde_json::{Value as Json, json};

use super::world::{LOOKING, bodies, run, saying, with_look};
use crate::agent::AiAgent;

const PROMPT: &str = "systemMessage: Be brief.
prompt: 'Look at {{ flow.id }}'
configuration: {temperature: 0.5, topP: 0.9, maxToken: 100}";

/// Asks an agent of this provider, at a server that gives these answers.
async fn asked(provider: &str, stage: Stage, answers: [Json; 3]) -> (Server, Json) {
    let server = saying(answers);
    let provider = provider.replace("HERE", &server.url(""));
    let provider = format!("{{type: io.kestra.plugin.ai.provider.{provider}}}");
    let outputs =
        run::<AiAgent>(&with_look(stage), &format!("{PROMPT}\nprovider: {provider}\ntools: {LOOKING}")).await;
    assert_eq!(outputs["textOutput"], "Both are there.");
    let results: Vec<_> =
        outputs["toolExecutions"].as_array().unwrap().iter().map(|one| one["result"].clone()).collect();
    assert_eq!(results, [r#"{"seen":"a picture of the moon"}"#, r#"{"seen":"a picture of mars"}"#]);
    assert_eq!(
        outputs["tokenUsage"],
        json!({ "inputTokenCount": 33, "outputTokenCount": 6, "totalTokenCount": 39 })
    );
    assert_eq!(outputs["finishReason"], "STOP");
    (server, outputs)
}

/// The schema of what the tool is given.
fn parameters() -> Json {
    json!({
        "type": "object",
        "properties": { "at": { "description": "The property `at` of the task." } },
        "required": ["at"],
    })
}

const TOOL: &str = "kestra_task_look";
const WORDS: &str = "Runs the task look, which is a test.Look.";

/// Answers as `OpenAI` gives them.
fn like_open_ai() -> [Json; 3] {
    let usage = json!({ "prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13 });
    let call = |id: &str, at: &str| {
        let arguments = json!({ "at": at }).to_string();
        json!({
            "id": "c", "usage": usage,
            "choices": [{ "finish_reason": "tool_calls", "message": { "role": "assistant", "content": null, "tool_calls": [
                { "id": id, "type": "function", "function": { "name": TOOL, "arguments": arguments } },
            ] } }],
        })
    };
    let end = json!({
        "id": "c", "usage": usage,
        "choices": [{ "finish_reason": "stop", "message": { "role": "assistant", "content": "Both are there." } }],
    });
    [call("a", "the moon"), call("b", "mars"), end]
}

/// The last request of a conversation with those answers, with the limit of tokens under this name.
fn last_like_open_ai(model: &str, tokens_max: &str) -> Json {
    let call = |id: &str, at: &str| json!([{ "id": id, "type": "function", "function": { "name": TOOL, "arguments": json!({ "at": at }).to_string() } }]);
    let mut body = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Look at f" },
            { "role": "assistant", "content": null, "tool_calls": call("a", "the moon") },
            { "role": "tool", "tool_call_id": "a", "content": r#"{"seen":"a picture of the moon"}"# },
            { "role": "assistant", "content": null, "tool_calls": call("b", "mars") },
            { "role": "tool", "tool_call_id": "b", "content": r#"{"seen":"a picture of mars"}"# },
        ],
        "temperature": 0.5,
        "top_p": 0.9,
        "tools": [{ "type": "function", "function": { "name": TOOL, "description": WORDS, "parameters": parameters() } }],
    });
    body[tokens_max] = 100.into();
    body
}

#[tokio::test]
async fn those_who_speak_like_open_ai() {
    for (provider, line, header, tokens_max) in [
        (
            "OpenAI, modelName: m, apiKey: k, baseUrl: 'HERE/v1'",
            "/v1/chat/completions",
            ("authorization", "Bearer k"),
            "max_completion_tokens",
        ),
        (
            "MistralAI, modelName: m, apiKey: k, baseUrl: 'HERE'",
            "/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "DeepSeek, modelName: m, apiKey: k, baseUrl: 'HERE/'",
            "/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "OpenRouter, modelName: m, apiKey: k, baseUrl: 'HERE'",
            "/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "GitHubModels, modelName: m, gitHubToken: k, baseUrl: 'HERE'",
            "/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "LocalAI, modelName: m, baseUrl: 'HERE/v1'",
            "/v1/chat/completions",
            ("content-type", "application/json"),
            "max_tokens",
        ),
        (
            "DockerModel, modelName: m, baseUrl: 'HERE/engines/v1'",
            "/engines/v1/chat/completions",
            ("content-type", "application/json"),
            "max_tokens",
        ),
        (
            "WorkersAI, modelName: m, apiKey: k, accountId: acc, baseUrl: 'HERE'",
            "/accounts/acc/ai/v1/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "ZhiPuAI, modelName: m, apiKey: k, baseUrl: 'HERE/'",
            "/api/paas/v4/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "DashScope, modelName: m, apiKey: k, baseUrl: 'HERE/api/v1'",
            "/compatible-mode/v1/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "HuggingFace, modelName: m, apiKey: k, baseUrl: 'HERE/v1'",
            "/v1/chat/completions",
            ("authorization", "Bearer k"),
            "max_tokens",
        ),
        (
            "AzureOpenAI, modelName: m, apiKey: k, endpoint: 'HERE', serviceVersion: V2024_06_01",
            "/openai/deployments/m/chat/completions?api-version=2024-06-01",
            ("api-key", "k"),
            "max_completion_tokens",
        ),
    ] {
        let (server, _) = asked(provider, Stage::new(), like_open_ai()).await;
        let last = server.last();
        assert_eq!(last.line, format!("POST {line} HTTP/1.1"), "{provider}");
        assert_eq!(last.header(header.0), Some(header.1), "{provider}");
        assert_eq!(bodies(&server)[2], last_like_open_ai("m", tokens_max), "{provider}");
    }
}

#[tokio::test]
async fn an_application_of_azure_gets_a_token_first() {
    let login = saying([json!({ "access_token": "t-1", "expires_in": 3600 })]);
    let stage = Stage::new().setting("kapelle.ai.providers.azure-login.base-url", &login.url(""));
    let provider =
        "AzureOpenAI, modelName: m, endpoint: 'HERE', tenantId: t, clientId: c, clientSecret: 's&1'";
    let (server, _) = asked(provider, stage, like_open_ai()).await;
    assert_eq!(server.last().header("authorization"), Some("Bearer t-1"));
    assert_eq!(login.last().line, "POST /t/oauth2/v2.0/token HTTP/1.1");
    assert_eq!(
        login.last().body(),
        "grant_type=client_credentials&client_id=c&client_secret=s%261&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
    );
}

#[tokio::test]
async fn anthropic() {
    let call = |id: &str, at: &str| {
        json!({
            "id": "msg", "type": "message", "stop_reason": "tool_use",
            "content": [
                { "type": "text", "text": "Let me see." },
                { "type": "tool_use", "id": id, "name": TOOL, "input": { "at": at } },
            ],
            "usage": { "input_tokens": 7, "cache_read_input_tokens": 4, "output_tokens": 2 },
        })
    };
    let end = json!({
        "id": "msg", "type": "message", "stop_reason": "end_turn",
        "content": [{ "type": "text", "text": "Both are " }, { "type": "text", "text": "there." }],
        "usage": { "input_tokens": 11, "output_tokens": 2 },
    });
    let provider = "Anthropic, modelName: claude-x, apiKey: k, baseUrl: 'HERE/v1', maxTokens: 7";
    let (server, outputs) =
        asked(provider, Stage::new(), [call("a", "the moon"), call("b", "mars"), end]).await;
    let last = server.last();
    assert_eq!(last.line, "POST /v1/messages HTTP/1.1");
    assert_eq!((last.header("x-api-key"), last.header("anthropic-version")), (Some("k"), Some("2023-06-01")));
    let said = |id: &str, at: &str| {
        json!({ "role": "assistant", "content": [
            { "type": "text", "text": "Let me see." },
            { "type": "tool_use", "id": id, "name": TOOL, "input": { "at": at } },
        ] })
    };
    let result = |id: &str, text: &str| json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": id, "content": text }] });
    assert_eq!(
        bodies(&server)[2],
        json!({
            "model": "claude-x",
            "max_tokens": 100,
            "system": [{ "type": "text", "text": "Be brief." }],
            "messages": [
                { "role": "user", "content": [{ "type": "text", "text": "Look at f" }] },
                said("a", "the moon"), result("a", r#"{"seen":"a picture of the moon"}"#),
                said("b", "mars"), result("b", r#"{"seen":"a picture of mars"}"#),
            ],
            "temperature": 0.5,
            "top_p": 0.9,
            "tools": [{ "name": TOOL, "description": WORDS, "input_schema": parameters() }],
        })
    );
    assert_eq!(outputs["intermediateResponses"][0]["completion"], "Let me see.");
    assert_eq!(outputs["intermediateResponses"][0]["finishReason"], "TOOL_EXECUTION");
}

/// Answers as Gemini gives them; what it thought is signed, and the signature has to come back.
fn like_gemini() -> [Json; 3] {
    let usage = json!({ "promptTokenCount": 11, "candidatesTokenCount": 1, "thoughtsTokenCount": 1, "totalTokenCount": 13 });
    let call = |at: &str| {
        json!({
            "responseId": "r", "usageMetadata": usage,
            "candidates": [{ "finishReason": "STOP", "content": { "role": "model", "parts": [
                { "functionCall": { "name": TOOL, "args": { "at": at } }, "thoughtSignature": "s==" },
            ] } }],
        })
    };
    let end = json!({
        "responseId": "r", "usageMetadata": usage,
        "candidates": [{ "finishReason": "STOP", "content": { "role": "model", "parts": [
            { "text": "Hm.", "thought": true }, { "text": "Both are there." },
        ] } }],
    });
    [call("the moon"), call("mars"), end]
}

fn last_like_gemini() -> Json {
    let call = |at: &str| {
        json!({ "role": "model", "parts": [
            { "functionCall": { "name": TOOL, "args": { "at": at } }, "thoughtSignature": "s==" },
        ] })
    };
    let result = |text: &str| json!({ "role": "user", "parts": [{ "functionResponse": { "name": TOOL, "response": { "result": text } } }] });
    json!({
        "systemInstruction": { "parts": [{ "text": "Be brief." }] },
        "contents": [
            { "role": "user", "parts": [{ "text": "Look at f" }] },
            call("the moon"), result(r#"{"seen":"a picture of the moon"}"#),
            call("mars"), result(r#"{"seen":"a picture of mars"}"#),
        ],
        "tools": [{ "functionDeclarations": [{ "name": TOOL, "description": WORDS, "parameters": parameters() }] }],
        "generationConfig": { "temperature": 0.5, "topP": 0.9, "maxOutputTokens": 100 },
    })
}

#[tokio::test]
async fn gemini() {
    let provider = "GoogleGemini, modelName: gemini-x, apiKey: k, baseUrl: 'HERE/v1beta'";
    let (server, outputs) = asked(provider, Stage::new(), like_gemini()).await;
    let last = server.last();
    assert_eq!(last.line, "POST /v1beta/models/gemini-x:generateContent HTTP/1.1");
    assert_eq!(last.header("x-goog-api-key"), Some("k"));
    assert_eq!(bodies(&server)[2], last_like_gemini());
    assert_eq!(outputs.get("thinking"), None);
}

#[tokio::test]
async fn vertex_ai_speaks_like_gemini_to_those_who_have_a_token() {
    let envs = json!({ "GOOGLE_ACCESS_TOKEN": "t-1" });
    let stage = Stage::new().variable("envs", crate::value::value(&envs));
    let provider = "GoogleVertexAI, modelName: gemini-x, project: p, location: l, endpoint: 'HERE'";
    let (server, _) = asked(provider, stage, like_gemini()).await;
    let last = server.last();
    assert_eq!(
        last.line,
        "POST /v1/projects/p/locations/l/publishers/google/models/gemini-x:generateContent HTTP/1.1"
    );
    assert_eq!(last.header("authorization"), Some("Bearer t-1"));
    assert_eq!(bodies(&server)[2], last_like_gemini());
}

#[tokio::test]
async fn ollama() {
    let call = |at: &str| {
        json!({
            "model": "m", "done": true, "done_reason": "stop", "prompt_eval_count": 11, "eval_count": 2,
            "message": { "role": "assistant", "content": "", "tool_calls": [{ "function": { "name": TOOL, "arguments": { "at": at } } }] },
        })
    };
    let end = json!({
        "model": "m", "done": true, "done_reason": "stop", "prompt_eval_count": 11, "eval_count": 2,
        "message": { "role": "assistant", "content": "Both are there." },
    });
    let provider = "Ollama, modelName: m, endpoint: 'HERE'";
    let (server, _) = asked(provider, Stage::new(), [call("the moon"), call("mars"), end]).await;
    assert_eq!(server.last().line, "POST /api/chat HTTP/1.1");
    let said = |at: &str| json!({ "role": "assistant", "content": "", "tool_calls": [{ "function": { "name": TOOL, "arguments": { "at": at } } }] });
    assert_eq!(
        bodies(&server)[2],
        json!({
            "model": "m",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "Look at f" },
                said("the moon"),
                { "role": "tool", "tool_name": TOOL, "content": r#"{"seen":"a picture of the moon"}"# },
                said("mars"),
                { "role": "tool", "tool_name": TOOL, "content": r#"{"seen":"a picture of mars"}"# },
            ],
            "stream": false,
            "options": { "temperature": 0.5, "top_p": 0.9, "num_predict": 100 },
            "tools": [{ "type": "function", "function": { "name": TOOL, "description": WORDS, "parameters": parameters() } }],
        })
    );
}

#[tokio::test]
async fn bedrock_gets_signed_requests() {
    let call = |id: &str, at: &str| {
        json!({
            "stopReason": "tool_use",
            "output": { "message": { "role": "assistant", "content": [
                { "toolUse": { "toolUseId": id, "name": TOOL, "input": { "at": at } } },
            ] } },
            "usage": { "inputTokens": 11, "outputTokens": 2, "totalTokens": 13 },
        })
    };
    let end = json!({
        "stopReason": "end_turn",
        "output": { "message": { "role": "assistant", "content": [{ "text": "Both are there." }] } },
        "usage": { "inputTokens": 11, "outputTokens": 2, "totalTokens": 13 },
    });
    let provider =
        "AmazonBedrock, modelName: 'a.b:0', accessKeyId: AKID, secretAccessKey: s, baseUrl: 'HERE'";
    let (server, _) = asked(provider, Stage::new(), [call("a", "the moon"), call("b", "mars"), end]).await;
    let last = server.last();
    assert_eq!(last.line, "POST /model/a.b%3A0/converse HTTP/1.1");
    let authorization = last.header("authorization").unwrap();
    let start = "AWS4-HMAC-SHA256 Credential=AKID/20260506/us-east-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=";
    assert!(authorization.starts_with(start), "{authorization}");
    assert_eq!(last.header("x-amz-date"), Some("20260506T070809Z"));
    let said = |id: &str, at: &str| json!({ "role": "assistant", "content": [{ "toolUse": { "toolUseId": id, "name": TOOL, "input": { "at": at } } }] });
    let result = |id: &str, text: &str| json!({ "role": "user", "content": [{ "toolResult": { "toolUseId": id, "content": [{ "text": text }] } }] });
    assert_eq!(
        bodies(&server)[2],
        json!({
            "system": [{ "text": "Be brief." }],
            "messages": [
                { "role": "user", "content": [{ "text": "Look at f" }] },
                said("a", "the moon"), result("a", r#"{"seen":"a picture of the moon"}"#),
                said("b", "mars"), result("b", r#"{"seen":"a picture of mars"}"#),
            ],
            "inferenceConfig": { "maxTokens": 100, "temperature": 0.5, "topP": 0.9 },
            "toolConfig": { "tools": [{ "toolSpec": {
                "name": TOOL, "description": WORDS, "inputSchema": { "json": parameters() },
            } }] },
        })
    );
}

#[tokio::test]
async fn a_service_account_of_google_signs_for_a_token() {
    let login = saying([json!({ "access_token": "t-2" })]);
    let account = json!({
        "client_email": "a@p.example", "token_uri": login.url("/token"), "private_key": include_str!("key.pem"),
    });
    let envs = json!({ "GOOGLE_SERVICE_ACCOUNT": account.to_string() });
    let stage = Stage::new().variable("envs", crate::value::value(&envs));
    let provider = "GoogleVertexAI, modelName: gemini-x, project: p, location: l, endpoint: 'HERE'";
    let (server, _) = asked(provider, stage, like_gemini()).await;
    assert_eq!(server.last().header("authorization"), Some("Bearer t-2"));
    let form = login.last().body();
    let assertion = form.split_once("&assertion=").unwrap().1;
    let claims = assertion.split('.').nth(1).unwrap();
    let claims =
        kapelle_core::expression::plain::from_base64(&claims.replace('-', "+").replace('_', "/")).unwrap();
    let claims: Json = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["iss"], "a@p.example");
    assert_eq!(claims["aud"], login.url("/token"));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3_600);
}
