//! Tools beside those of servers: tasks, flows, agents, searches.

use kapelle_http::server::{Server, answer};
use kapelle_plugin::stage::Stage;
use serde_json::json;

use super::world::{LOOKING, OPEN_AI, bodies, body, call, fails, run, saying, stage, text, with_look};
use crate::agent::{A2aClient, AiAgent};

fn agent(tools: &str) -> String {
    format!("prompt: x\nprovider: {OPEN_AI}\ntools: {tools}")
}

/// What a model was told by the tools, one after the other.
fn results(server: &Server) -> Vec<String> {
    let last = body(&server.last());
    let messages = last["messages"].as_array().unwrap().iter();
    let own = messages.filter(|one| one["role"] == "tool");
    own.map(|one| one["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_fails_is_told_to_the_model() {
    let look = |at: &str| call("kestra_task_look", &json!({ "at": at }));
    let server = saying([
        look("the sun"),
        call("kestra_task_look", &json!({})),
        call("other", &json!({})),
        text("sorry"),
    ]);
    let outputs = run::<AiAgent>(&with_look(stage(&server)), &agent(LOOKING)).await;
    assert_eq!(outputs["textOutput"], "sorry");
    assert_eq!(
        results(&server),
        [
            "The tool failed: it is too bright",
            "The tool failed: the tool needs `at`",
            "There is no tool `other`. There are: kestra_task_look",
        ]
    );
}

#[tokio::test]
async fn what_a_model_says_is_no_expression() {
    let server = saying([call("kestra_task_look", &json!({ "at": "{{ secret('S') }}" })), text("done")]);
    run::<AiAgent>(&with_look(stage(&server)), &agent(LOOKING)).await;
    assert_eq!(results(&server), [r#"{"seen":"a picture of {{ secret('S') }}"}"#]);
}

#[tokio::test]
async fn what_the_flow_says_of_a_task_stays() {
    let tools = "[{type: io.kestra.plugin.ai.tool.KestraTask, tasks: [{id: look, type: test.Look, description: Looks., at: '{{ flow.id }} by night'}]}]";
    let server = saying([call("kestra_task_look", &json!({})), text("done")]);
    run::<AiAgent>(&with_look(stage(&server)), &agent(tools)).await;
    assert_eq!(results(&server), [r#"{"seen":"a picture of f by night"}"#]);
    assert_eq!(bodies(&server)[0]["tools"][0]["function"]["description"], "Looks.");
}

#[tokio::test]
async fn two_tools_of_one_name_are_refused() {
    let two = LOOKING.replace("tasks: [", "tasks: [{id: look, type: test.Look, at: b}, ");
    let words = fails::<AiAgent>(&with_look(stage(&saying([]))), &agent(&two)).await;
    assert_eq!(words, "two tools are called `kestra_task_look`: give one of them another name");
}

#[tokio::test]
async fn a_model_starts_a_flow_with_inputs_of_its_own() {
    let arguments =
        json!({ "inputs": { "name": "Ann", "n": 1 }, "labels": { "by": "model", "system.x": "no" } });
    let server = saying([call("kestra_flow_team_b_greet", &arguments), text("started")]);
    let stage = stage(&server);
    let tools = "[{type: io.kestra.plugin.ai.tool.KestraFlow, namespace: team.b, flowId: greet, revision: 2, inputs: {n: 7}, labels: {a: b}}]";
    run::<AiAgent>(&stage, &agent(tools)).await;
    let asked = stage.memory().requests().pop().unwrap();
    for part in [
        r#"namespace: "team.b""#,
        r#"flow: "greet""#,
        "revision: Some(2)",
        r#"labels: [("a", "b"), ("by", "model")]"#,
        "by: 0000000000000000000007",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
    assert_eq!(
        results(&server),
        [r#"{"id":"started1","namespace":"team.b","flowId":"greet","state":"CREATED"}"#]
    );
    let tools =
        "[{type: io.kestra.plugin.ai.tool.KestraFlow, flowId: greet, kestraUrl: 'https://other.example'}]";
    let words = fails::<AiAgent>(&stage, &agent(tools)).await;
    assert!(words.starts_with("the tool `KestraFlow` starts flows of this server only"), "{words}");
}

#[tokio::test]
async fn a_model_may_choose_the_flow() {
    let server =
        saying([call("kestra_flow", &json!({ "flowId": "greet", "namespace": "team.c" })), text("started")]);
    let stage = stage(&server);
    run::<AiAgent>(&stage, &agent("[{type: io.kestra.plugin.ai.tool.KestraFlow}]")).await;
    let asked = stage.memory().requests().pop().unwrap();
    assert!(asked.contains(r#"namespace: "team.c", flow: "greet""#), "{asked}");
    assert_eq!(
        bodies(&server)[0]["tools"][0]["function"]["parameters"]["required"],
        json!(["flowId", "namespace"])
    );
}

#[tokio::test]
async fn an_agent_asks_another_one() {
    let server =
        saying([call("translate", &json!({ "prompt": "house" })), text("Haus"), text("It is Haus.")]);
    let tools = format!(
        "[{{type: io.kestra.plugin.ai.tool.AIAgent, name: translate, description: Translates., systemMessage: German!, provider: {}}}]",
        OPEN_AI.replace("gpt-test", "gpt-small")
    );
    let outputs = run::<AiAgent>(&stage(&server), &agent(&tools)).await;
    assert_eq!(outputs["textOutput"], "It is Haus.");
    let sent = bodies(&server);
    assert_eq!(sent[1]["model"], "gpt-small");
    assert_eq!(
        sent[1]["messages"],
        json!([{ "role": "system", "content": "German!" }, { "role": "user", "content": "house" }])
    );
    assert_eq!(results(&server), ["Haus"]);
}

#[tokio::test]
async fn searches_give_what_they_find() {
    let google =
        saying([json!({ "items": [{ "title": "T", "link": "https://t.example", "snippet": "S" }] })]);
    let tavily = saying([
        json!({ "results": [{ "title": "U", "url": "https://u.example", "content": "V" }] }),
        json!({}),
    ]);
    let server = saying([
        call("google_search", &json!({ "query": "a b" })),
        call("tavily_search", &json!({ "query": "c" })),
        call("tavily_search", &json!({ "query": "d" })),
        text("found"),
    ]);
    let stage = stage(&server)
        .setting("kapelle.services.google-search", &google.url(""))
        .setting("kapelle.services.tavily", &tavily.url("/"));
    let tools = "[{type: io.kestra.plugin.ai.tool.GoogleCustomWebSearch, csi: e, apiKey: k}, {type: io.kestra.plugin.ai.tool.TavilyWebSearch, apiKey: t}]";
    run::<AiAgent>(&stage, &agent(tools)).await;
    assert_eq!(google.last().line, "GET /customsearch/v1?cx=e&num=5&q=a%20b HTTP/1.1");
    assert_eq!(tavily.last().header("authorization"), Some("Bearer t"));
    assert_eq!(
        results(&server),
        ["T\nhttps://t.example\nS", "U\nhttps://u.example\nV", "Nothing was found."]
    );
}

/// An agent of another server, with a card or without one.
fn remote(has_card: bool, last: serde_json::Value) -> Server {
    Server::start(move |received| match received.line.as_str() {
        "GET /.well-known/agent-card.json HTTP/1.1" if has_card => {
            let here = received.header("host").unwrap();
            answer("200 OK", &[], &json!({ "name": "a", "url": format!("http://{here}/ask") }).to_string())
        }
        line if line.starts_with("GET") => answer("404 Not Found", &[], ""),
        _ if body(received)["method"] == "message/send" => {
            let working =
                json!({ "result": { "kind": "task", "id": "t-1", "status": { "state": "working" } } });
            answer("200 OK", &[], &working.to_string())
        }
        _ => answer("200 OK", &[], &json!({ "result": last.clone() }).to_string()),
    })
}

#[tokio::test]
async fn an_agent_of_another_server_is_asked_until_it_has_answered() {
    let done = json!({ "id": "t-1", "status": { "state": "completed" }, "artifacts": [{ "parts": [{ "kind": "text", "text": "Done." }] }] });
    for has_card in [true, false] {
        let server = remote(has_card, done.clone());
        let stage = Stage::new();
        let outputs = run::<A2aClient>(
            &stage,
            &format!("serverUrl: '{}'\nprompt: do it", server.url("/a2a").trim_end_matches("/a2a")),
        )
        .await;
        assert_eq!(outputs["textOutput"], "Done.");
        let path = if has_card { "/ask" } else { "/" };
        assert_eq!(server.last().line, format!("POST {path} HTTP/1.1"));
        assert_eq!(body(&server.last())["params"], json!({ "id": "t-1" }));
        assert_eq!(stage.lines(), ["slept PT2S"]);
    }
    let failed = json!({ "id": "t-1", "status": { "state": "failed", "message": { "parts": [{ "text": "No way." }] } } });
    let server = remote(true, failed);
    let words =
        fails::<A2aClient>(&Stage::new(), &format!("serverUrl: '{}'\nprompt: do it", server.url(""))).await;
    assert!(words.ends_with("ended as `failed`: No way."), "{words}");
}
