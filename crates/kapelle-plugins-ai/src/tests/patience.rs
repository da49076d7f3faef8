//! What happens when a provider does not answer as it should: waiting, giving up, limits, and what is said of it.

use std::sync::Arc;
use std::time::Duration;

use kapelle_http::server::{Server, answer};
use kapelle_model::{Text, Value};
use kapelle_plugin::stage::Stage;
use serde_json::json;

use super::world::{OPEN_AI, call, fails, run, saying, stage, telling, text};
use crate::agent::AiAgent;

fn good() -> Vec<u8> {
    answer("200 OK", &[], &text("hi").to_string())
}

fn asking() -> String {
    format!("prompt: x\nprovider: {OPEN_AI}")
}

#[tokio::test]
async fn who_is_asked_to_wait_waits_and_says_so() {
    let busy = r#"{"error":{"message":"slow down"}}"#;
    let server = telling([
        answer("429 Too Many Requests", &["Retry-After: 7"], busy),
        answer("503 Unavailable", &[], "down"),
        answer("429 Too Many Requests", &["Retry-After: Wed, 06 May 2026 07:08:39 GMT"], busy),
        good(),
    ]);
    let stage = stage(&server);
    assert_eq!(run::<AiAgent>(&stage, &asking()).await["textOutput"], "hi");
    assert_eq!(
        stage.lines(),
        [
            "WARN OpenAI answers 429: slow down; asking again in 7s (1 of 3)",
            "slept PT7S",
            "WARN OpenAI answers 503: down; asking again in 2s (2 of 3)",
            "slept PT2S",
            "WARN OpenAI answers 429: slow down; asking again in 30s (3 of 3)",
            "slept PT30S",
        ]
    );
}

#[tokio::test]
async fn google_says_within_its_answer_how_long_to_wait() {
    let busy = json!({ "error": { "code": 429, "message": "quota", "details": [
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s" },
    ] } });
    let said =
        json!({ "candidates": [{ "finishReason": "STOP", "content": { "parts": [{ "text": "hi" }] } }] });
    let server = telling([
        answer("429 Too Many Requests", &[], &busy.to_string()),
        answer("200 OK", &[], &said.to_string()),
    ]);
    let provider = format!(
        "{{type: io.kestra.plugin.ai.provider.GoogleGemini, modelName: m, apiKey: k, baseUrl: '{}'}}",
        server.url("")
    );
    let stage = Stage::new();
    run::<AiAgent>(&stage, &format!("prompt: x\nprovider: {provider}")).await;
    assert_eq!(stage.lines()[1], "slept PT34S");
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once_with_what_to_do() {
    let error =
        |message: &str, code: &str| json!({ "error": { "message": message, "code": code } }).to_string();
    for (status, headers, body, words) in [
        (
            "401 Unauthorized",
            vec![],
            error("Incorrect API key provided: k-1", "invalid_api_key"),
            "OpenAI answers 401: Incorrect API key provided: ******\ncheck `apiKey` of the provider, or the secret `OPENAI_API_KEY`",
        ),
        (
            "404 Not Found",
            vec![],
            error("The model `gpt-test` does not exist", "model_not_found"),
            "OpenAI answers 404: The model `gpt-test` does not exist\ncheck the name of the model and the address",
        ),
        (
            "429 Too Many Requests",
            vec!["Retry-After: 3600"],
            error("come back later", "rate_limit_exceeded"),
            "OpenAI answers 429: come back later\nit asks to wait 1h: give the task a `retry` with such an interval",
        ),
        (
            "429 Too Many Requests",
            vec![],
            error("You have no money", "insufficient_quota"),
            "OpenAI answers 429: You have no money\nit wants fewer questions: give the task a `retry`, or the flow a `concurrency`",
        ),
        (
            "400 Bad Request",
            vec![],
            error("max_tokens is too large", "x"),
            "OpenAI answers 400: max_tokens is too large",
        ),
    ] {
        let server = telling([answer(status, &headers, &body)]);
        assert_eq!(fails::<AiAgent>(&stage(&server), &asking()).await, words);
        assert_eq!(server.requests().len(), 1, "{words}");
    }
}

#[tokio::test]
async fn who_is_never_there_is_asked_four_times() {
    let server = Server::start(|_| answer("500 Oh", &[], "broken"));
    let words = fails::<AiAgent>(&stage(&server), &asking()).await;
    assert_eq!(words, "OpenAI answers 500: broken\nthe trouble is on its side: give the task a `retry`");
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn what_is_no_answer_is_shown() {
    let server =
        telling([answer("200 OK", &[], "<html>login</html>"), answer("200 OK", &[], "{\"ok\":true}")]);
    let stage = stage(&server);
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert!(words.starts_with("the answer of OpenAI is no JSON: is `http://127.0.0.1:"), "{words}");
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert!(words.starts_with("the answer of OpenAI is not understood"), "{words}");
}

#[tokio::test]
async fn who_is_stopped_does_not_wait_for_an_answer() {
    let (asked, hears) = std::sync::mpsc::channel();
    let server = Server::start(move |_| {
        asked.send(()).unwrap();
        std::thread::sleep(Duration::from_secs(20));
        good()
    });
    let stage = Arc::new(stage(&server));
    let stopping = Arc::clone(&stage);
    let _detached = std::thread::spawn(move || {
        hears.recv().unwrap();
        stopping.stop();
    });
    let broken = stage.run::<AiAgent>(&asking()).await.unwrap_err();
    assert!(broken.is_killed);
}

#[tokio::test]
async fn a_run_uses_no_more_tokens_than_it_may() {
    let server = saying([call("nothing", &json!({})), call("nothing", &json!({})), text("never asked")]);
    let stage = stage(&server).setting("kapelle.ai.max-tokens-per-run", "16");
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert_eq!(
        words,
        "the run has used 16 tokens, and may use 16: raise the setting `kapelle.ai.max-tokens-per-run`, or ask for less"
    );
    assert_eq!(server.requests().len(), 2);
    let stage = Stage::new().setting("kapelle.ai.max-tokens-per-run", "many");
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert_eq!(words, "the setting `kapelle.ai.max-tokens-per-run` is `many`, which is no whole number");
}

#[tokio::test]
async fn a_run_costs_no_more_than_it_may() {
    let server = saying([call("nothing", &json!({})), call("nothing", &json!({})), text("never asked")]);
    let stage = stage(&server).setting("kapelle.ai.max-cost-per-run", "0.0001");
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert!(
        words
            .ends_with("`kapelle.ai.prices: {'gpt-test': {input: 0.50, output: 1.50}}` for a million tokens"),
        "{words}"
    );
    assert_eq!(server.requests().len(), 0);

    let stage = stage
        .setting("kapelle.ai.prices.gpt-test.input", "2.5")
        .setting("kapelle.ai.prices.gpt-test.output", "15");
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert_eq!(
        words,
        "the run has cost 0.000115, and may cost 0.0001: raise the setting `kapelle.ai.max-cost-per-run`, ask for less, or use a cheaper model"
    );
    assert_eq!(server.requests().len(), 2);

    let server = saying([text("fine")]);
    let stage = Stage::new()
        .setting("kapelle.ai.providers.openai.base-url", &server.url("/v1"))
        .setting("kapelle.ai.prices.gpt-test.input", "1");
    run::<AiAgent>(&stage, &asking()).await;
    let costs: Vec<f64> =
        stage.metrics().iter().filter(|metric| metric.name == "cost").map(|metric| metric.value).collect();
    assert_eq!(costs, [0.000_01]);
}

#[tokio::test]
async fn limits_are_not_kept_blindly() {
    let mut silent = call("nothing", &json!({}));
    silent.as_object_mut().unwrap().remove("usage");
    let server = saying([silent, text("never asked")]);
    let stage = stage(&server).setting("kapelle.ai.max-tokens-per-run", "1000");
    let words = fails::<AiAgent>(&stage, &asking()).await;
    assert!(words.contains("an answer did not say what it used"), "{words}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn answers_can_be_recorded_and_given_again() {
    let server = saying([text("once")]);
    let recording = stage(&server);
    let folder = recording.directory().with_file_name("answers");
    let folder = folder.to_str().unwrap();
    let recording =
        recording.setting("kapelle.ai.recordings", folder).setting("kapelle.ai.recordings-mode", "record");
    assert_eq!(run::<AiAgent>(&recording, &asking()).await["textOutput"], "once");

    let replaying = Stage::new()
        .setting("kapelle.ai.providers.openai.base-url", "http://nowhere.invalid/v1")
        .setting("kapelle.ai.recordings", folder);
    let other_key = asking().replace("k-1", "k-2");
    assert_eq!(run::<AiAgent>(&replaying, &other_key).await["textOutput"], "once");
    let words = fails::<AiAgent>(&replaying, &asking().replace("prompt: x", "prompt: y")).await;
    assert!(words.starts_with("there is no recorded answer of OpenAI to this question"), "{words}");
}

#[tokio::test]
async fn secrets_go_to_the_provider_and_not_to_the_log() {
    let server = saying([text("fine")]);
    let code = Text::concat(&"code ".into(), &Text::from("1234").into_secret());
    let stage = stage(&server).variable("code", Value::Str(code));
    let properties =
        format!("prompt: 'The {{{{ code }}}}'\nconfiguration: {{logRequests: true}}\nprovider: {OPEN_AI}");
    run::<AiAgent>(&stage, &properties).await;
    assert!(server.last().body().contains("The code 1234"));
    assert_eq!(stage.lines(), ["DEBUG to gpt-test, user: The code ******"]);
}
