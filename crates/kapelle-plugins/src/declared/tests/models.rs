//! Models that are asked by data: what is sent, and what becomes of the answer.

use kapelle_http::server::{Server, answer};
use kapelle_plugin::stage::Stage;

use super::run;

/// Type, where it is set, properties, what is answered, what is sent, and outputs as an expression with its text.
const ASKED: &[(&str, &str, &str, &str, &str, &str, &str)] = &[
    (
        "anthropic.ChatCompletion",
        "kapelle.ai.providers.anthropic.base-url",
        "apiKey: k\nmodel: m\nsystem: short\npromptCaching: true\nmessages: [{type: USER, content: a}, {type: AI, content: b}, {type: USER, content: c}]",
        r#"{"content":[{"type":"text","text":"Pa"},{"type":"text","text":"ris"},{"type":"tool_use","name":"f"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}}"#,
        r#"POST /messages {"model":"m","max_tokens":1024,"system":[{"type":"text","text":"short","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}"#,
        "{{ o.outputText }} {{ o.toolUses[0].name }} {{ o.stopReason }} {{ o.rawResponse | length > 9 }}",
        "Paris f end_turn true",
    ),
    (
        "gemini.TextCompletion",
        "kapelle.ai.providers.gemini.base-url",
        "apiKey: k\nmodel: m\nprompt: a",
        r#"{"candidates":[{"content":{"parts":[{"text":"Paris"}]},"finishReason":"STOP"}]}"#,
        r#"POST /models/m:generateContent {"contents":[{"role":"user","parts":[{"text":"a"}]}]}"#,
        "{{ o.predictions[0].content }} {{ o.predictions[0].finishReason }}",
        "Paris STOP",
    ),
    (
        "gemini.StructuredOutputCompletion",
        "kapelle.ai.providers.gemini.base-url",
        "apiKey: k\nmodel: m\nprompt: a\njsonResponseSchema: '{\"type\": \"array\"}'",
        r#"{"candidates":[{"content":{"parts":[{"text":"[]"}]},"finishReason":"STOP"}]}"#,
        r#"POST /models/m:generateContent {"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"array"}}}"#,
        "{{ o.predictions[0] }}",
        "[]",
    ),
    (
        "gemini.ChatCompletion",
        "kapelle.ai.providers.gemini.base-url",
        "apiKey: k\nmodel: m\nmessages: [{type: SYSTEM, content: short}, {type: USER, content: a}, {type: AI, content: b}, {type: USER, content: c}]",
        r#"{"candidates":[{"content":{"parts":[{"text":"Paris"}]},"finishReason":"STOP"}]}"#,
        r#"POST /models/m:generateContent {"systemInstruction":{"parts":[{"text":"short"}]},"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"c"}]}]}"#,
        "{{ o.predictions[0].content }}",
        "Paris",
    ),
    (
        "mistral.ChatCompletion",
        "kapelle.ai.providers.mistral.base-url",
        "apiKey: k\nmodelName: m\nmessages: [{type: USER, content: a}]\njsonResponseSchema: '{\"type\": \"object\"}'",
        r#"{"choices":[{"message":{"content":"Paris"}}]}"#,
        r#"POST /chat/completions {"model":"m","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}}}"#,
        "{{ o.response }} {{ o.raw | length > 9 }}",
        "Paris true",
    ),
    (
        "deepseek.ChatCompletion",
        "kapelle.ai.providers.deepseek.base-url",
        "apiKey: k\nmodelName: m\nmessages: [{type: USER, content: a}]\njsonResponseSchema: '{\"type\": \"object\"}'",
        r#"{"choices":[{"message":{"content":"{}"}}]}"#,
        r#"POST /chat/completions {"model":"m","messages":[{"role":"user","content":"a"},{"role":"system","content":"Answer with JSON that keeps this schema: {\"type\": \"object\"}"}],"response_format":{"type":"json_object"}}"#,
        "{{ o.response }}",
        "{}",
    ),
    (
        "perplexity.ChatCompletion",
        "kapelle.ai.providers.perplexity.base-url",
        "apiKey: k\nmodel: sonar\nmessages: [{type: USER, content: a}]\nmaxTokens: 5",
        r#"{"choices":[{"message":{"content":"Paris"}}]}"#,
        r#"POST /chat/completions {"model":"sonar","messages":[{"role":"user","content":"a"}],"temperature":0.2,"top_p":0.9,"top_k":0,"presence_penalty":0.0,"frequency_penalty":0.0,"max_tokens":5}"#,
        "{{ o.outputText }}",
        "Paris",
    ),
    (
        "openai.Responses",
        "kapelle.ai.providers.openai.base-url",
        "apiKey: k\nmodel: m\ninput: a\ntoolChoice: AUTO\ntools: [{type: web_search_preview}]\npromptId: p",
        r#"{"id":"r1","output":[{"type":"web_search_call"},{"type":"message","content":[{"type":"output_text","text":"Paris","annotations":[{"type":"url_citation","url":"https://a"}]}]}]}"#,
        r#"POST /responses {"model":"m","input":"a","tools":[{"type":"web_search_preview"}],"tool_choice":"auto","store":true,"prompt":{"id":"p","variables":{}},"temperature":1.0}"#,
        "{{ o.responseId }} {{ o.outputText }} {{ o.sources[0] }} {{ o.rawResponse.id }}",
        "r1 Paris https://a r1",
    ),
];

#[tokio::test]
async fn models_are_asked_and_their_answers_kept() {
    for (name, setting, properties, said, sent, expression, text) in ASKED {
        let server = Server::start(move |_| answer("200 OK", &["Content-Type: application/json"], said));
        let stage = Stage::new().setting(setting, &server.url("/"));
        let outputs = run(&stage, &format!("io.kestra.plugin.{name}"), properties)
            .await
            .unwrap_or_else(|broken| panic!("{name}: {}", broken.failure));
        let last = server.last();
        let line = last.line.trim_end_matches(" HTTP/1.1");
        assert_eq!(format!("{line} {}", last.body()), *sent, "{name}");
        let cx = stage.variable("o", kapelle_model::Value::Map(outputs.into())).context();
        assert_eq!(cx.render_text(expression).unwrap().expose(), *text, "{name}");
    }
}

#[tokio::test]
async fn other_ways_to_ask() {
    let server = Server::start(|received| {
        let is_first = !received.line.contains("after_id");
        let said = if is_first {
            r#"{"data":[{"id":"a"}],"has_more":true,"last_id":"a"}"#
        } else {
            r#"{"data":[{"id":"b"}],"has_more":false,"last_id":"b"}"#
        };
        answer("200 OK", &[], said)
    });
    let stage = Stage::new().setting("kapelle.ai.providers.anthropic.base-url", &server.url(""));
    let outputs = run(&stage, "io.kestra.plugin.anthropic.ListModels", "apiKey: k").await.unwrap();
    let cx = stage.variable("o", kapelle_model::Value::Map(outputs.into())).context();
    assert_eq!(cx.render_text("{{ o.models[0].id }}{{ o.models[1].id }}").unwrap().expose(), "ab");
    assert_eq!(server.last().line, "GET /models?limit=100&after_id=a HTTP/1.1");

    let server = Server::start(|_| answer("200 OK", &[], r#"[{"label":"good"}]"#));
    let properties = format!("apiKey: k\nmodel: a/b\ninputs: hi\nendpoint: '{}'", server.url("/models"));
    let stage = Stage::new();
    let outputs = run(&stage, "io.kestra.plugin.huggingface.Inference", &properties).await.unwrap();
    assert_eq!(server.last().line, "POST /models/a/b HTTP/1.1");
    assert_eq!(server.last().body(), r#"{"inputs":"hi"}"#);
    assert_eq!(server.last().header("x-use-cache"), Some("true"));
    let cx = stage.variable("o", kapelle_model::Value::Map(outputs.into())).context();
    assert_eq!(cx.render_text("{{ o.output[0].label }}").unwrap().expose(), "good");
}
