//! Definitions at work, against a server that writes down what it is asked.

mod docker;
mod models;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_http::server::{Server, answer};
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of};
use kapelle_plugin::{Broken, RunContext, Told, ToldRun};

use super::*;

mod programs;
mod services;
mod signed;
mod waiting;
mod watching;

/// A key that is used nowhere else, made by `openssl genrsa`.
const KEY: &str = include_str!("tests/key.pem");

/// What a task gives, as JSON with its keys in order.
fn shown(given: Map) -> String {
    let sorted: std::collections::BTreeMap<_, _> = given.into_iter().collect();
    let value = Value::Map(Arc::new(sorted.into_iter().collect()));
    plain::to_json(&value, &TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

/// Runs a task of this type.
async fn run(stage: &Stage, name: &str, properties: &str) -> Result<Map, Broken> {
    run_in(&stage.context(), name, properties).await
}

async fn run_in(cx: &RunContext, name: &str, properties: &str) -> Result<Map, Broken> {
    let registry = crate::registry();
    let known = registry.find(name).unwrap_or_else(|| panic!("{name} is not there"));
    known.read(&properties_of(properties))?.run(cx).await
}

fn fine() -> Server {
    Server::start(|_| answer("200 OK", &[], "ok"))
}

const SLACK: &str = "io.kestra.plugin.slack.SlackIncomingWebhook";

#[test]
fn every_definition_can_be_read() {
    for (file, (name, ..)) in FILES.iter().enumerate() {
        assert!(!read_once(file).is_empty(), "{name} is empty");
    }
}

#[tokio::test]
async fn a_message_is_sent_as_it_is_written() {
    let stage = Stage::new().variable("name", "Ann");
    for (properties, sent) in [
        ("payload: '{\"text\": \"Hi {{ name }}\"}'", r#"{"text": "Hi Ann"}"#),
        ("payload: {text: 'Hi {{ name }}', n: 1}", r#"{"text":"Hi Ann","n":1}"#),
        ("messageText: say \"{{ name }}\"", r#"{"text":"say \"Ann\""}"#),
        ("message: hello", r#"{"text":"hello"}"#),
    ] {
        let server = fine();
        run(&stage, SLACK, &format!("url: '{}'\n{properties}", server.url("/hook"))).await.unwrap();
        let last = server.last();
        assert_eq!(last.line, "POST /hook HTTP/1.1");
        assert_eq!(last.body(), sent);
        assert_eq!(last.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn what_the_flow_says_about_sending_holds() {
    let server = Server::start(|_| answer("500 Oh", &[], "no"));
    let properties =
        format!("url: '{}'\nmessageText: x\noptions: {{headers: {{X-Own: '{{{{ a }}}}'}}}}", server.url("/"));
    let stage = Stage::new().variable("a", "b");
    let broken = run(&stage, SLACK, &properties).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "Failed http request with response code '500' and body:\nno");
    assert_eq!(server.last().header("x-own"), Some("b"));
    let properties = format!("url: '{}'\nmessageText: x\noptions: {{allowFailed: true}}", server.url("/"));
    run(&stage, SLACK, &properties).await.unwrap();
}

#[tokio::test]
async fn what_is_missing_is_said_with_where_it_may_be() {
    let broken = run(&Stage::new(), SLACK, "messageText: x").await.unwrap_err();
    assert_eq!(
        broken.failure.to_string(),
        "the property `url` is missing: write it, or keep it as a secret, a key or a variable of the environment named `SLACK_WEBHOOK_URL` or `SLACK_WEBHOOK`"
    );
    let server = fine();
    let envs = Map::from_iter([("SLACK_WEBHOOK".into(), Value::from(server.url("/env").as_str()))]);
    let stage = Stage::new().variable("envs", Value::Map(Arc::new(envs)));
    run(&stage, SLACK, "messageText: x").await.unwrap();
    assert_eq!(server.last().line, "POST /env HTTP/1.1");
}

/// An execution whose task `load` failed.
fn failing() -> Told {
    let run = |id: &str, task: &str, state, failure: Option<&str>| ToldRun {
        id: id.to_owned(),
        task: task.to_owned(),
        value: None,
        state,
        failure: failure.map(Into::into),
    };
    Told {
        id: "exec1".to_owned(),
        namespace: "team.a".to_owned(),
        flow: "f".to_owned(),
        revision: 3,
        state: kapelle_model::State::Running,
        start: "2026-05-06T07:07:00Z".parse().unwrap(),
        end: None,
        labels: Vec::new(),
        runs: vec![
            run("run0", "load", kapelle_model::State::Failed, Some("the disk is full")),
            run("run1", "t", kapelle_model::State::Running, None),
        ],
    }
}

#[tokio::test]
async fn a_message_about_an_execution_tells_state_failure_and_link() {
    let server = fine();
    let stage = Stage::new().setting("kestra.url", "https://flows.example/");
    stage.memory().told.lock().unwrap().push(failing());
    let properties = format!(
        "url: '{}'\nexecutionId: exec1\ncustomMessage: Call Ann\ncustomFields: {{Room: '12'}}\npayload: {{channel: ops}}",
        server.url("/")
    );
    run(&stage, "io.kestra.plugin.slack.SlackExecution", &properties).await.unwrap();
    assert_eq!(
        server.last().body(),
        r#"{"text":"team.a.f is FAILED","attachments":[{"color":"danger","title":"team.a.f exec1","title_link":"https://flows.example/ui/main/executions/team.a/f/exec1","text":"FAILED after 1 min 9 s\nTask load failed: the disk is full","fields":[{"title":"Namespace","value":"team.a","short":true},{"title":"Flow ID","value":"f","short":true},{"title":"Execution ID","value":"exec1","short":true},{"title":"Execution Status","value":"FAILED","short":true},{"title":"Final task ID","value":"load","short":true},{"title":"Room","value":"12","short":true}],"ts":1778051289},{"text":"Call Ann"}],"channel":"ops"}"#
    );
}

#[tokio::test]
async fn an_execution_that_is_not_there_is_named() {
    let broken = run(
        &Stage::new(),
        "io.kestra.plugin.slack.SlackExecution",
        "url: http://localhost\nexecutionId: gone",
    )
    .await;
    assert_eq!(broken.unwrap_err().failure.to_string(), "there is no execution `gone` to tell of");
}

/// Type, properties beside the address, and what is sent.
const SENT: &[(&str, &str, &str)] = &[
    ("discord.DiscordIncomingWebhook", "url: URL/d\npayload: {content: hi}", r#"POST /d {"content":"hi"}"#),
    (
        "discord.DiscordExecution",
        "url: URL/d\nexecutionId: exec1\nusername: bot",
        r#"POST /d {"content":"team.a.f is FAILED","username":"bot","embeds":[{"title":"team.a.f exec1","description":"FAILED after 1 min 9 s\nTask load failed: the disk is full","color":12000284,"fields":[{"name":"Namespace","value":"team.a","inline":true},{"name":"Flow ID","value":"f","inline":true},{"name":"Execution ID","value":"exec1","inline":true},{"name":"Execution Status","value":"FAILED","inline":true},{"name":"Final task ID","value":"load","inline":true}]}]}"#,
    ),
    (
        "discord.DiscordExecution",
        "url: URL/d\nexecutionId: exec1\navatarUrl: 'http://a/i'\nembedList: [{title: T, websiteUrl: 'http://w', thumbnail: 'http://t', authorName: Ann, color: [255, 0, 1], footer: F}, {title: U}]",
        r#"POST /d {"content":"team.a.f is FAILED","avatar_url":"http://a/i","embeds":[{"title":"T","description":"FAILED after 1 min 9 s\nTask load failed: the disk is full","color":16711681,"fields":[{"name":"Namespace","value":"team.a","inline":true},{"name":"Flow ID","value":"f","inline":true},{"name":"Execution ID","value":"exec1","inline":true},{"name":"Execution Status","value":"FAILED","inline":true},{"name":"Final task ID","value":"load","inline":true}],"url":"http://w","thumbnail":{"url":"http://t"},"footer":{"text":"F"},"author":{"name":"Ann","url":"http://w","icon_url":"http://a/i"}},{"title":"U"}]}"#,
    ),
    (
        "discord.DiscordExecution",
        "url: URL/d\nexecutionId: exec1\ncustomMessage: Call Ann\ncustomFields: {Room: 12, Note: ''}\nembedList: [{}, {title: U}]",
        r#"POST /d {"content":"team.a.f is FAILED","embeds":[{"title":"team.a.f exec1","description":"FAILED after 1 min 9 s\nTask load failed: the disk is full","color":12000284,"fields":[{"name":"Namespace","value":"team.a","inline":true},{"name":"Flow ID","value":"f","inline":true},{"name":"Execution ID","value":"exec1","inline":true},{"name":"Execution Status","value":"FAILED","inline":true},{"name":"Final task ID","value":"load","inline":true},{"name":"Room","value":"12","inline":true},{"name":"Note","value":"-","inline":true}]},{"description":"Call Ann"},{"title":"U"}]}"#,
    ),
    (
        "microsoft365.teams.TeamsIncomingWebhook",
        "url: URL/t\npayload: {text: hi}",
        r#"POST /t {"text":"hi"}"#,
    ),
    (
        "microsoft365.teams.TeamsExecution",
        "url: URL/t\nexecutionId: exec1",
        r#"POST /t {"@type":"MessageCard","@context":"http://schema.org/extensions","themeColor":"0076D7","summary":"team.a.f is FAILED","sections":[{"activityTitle":"team.a.f is FAILED","activitySubtitle":"exec1","text":"FAILED after 1 min 9 s\nTask load failed: the disk is full","facts":[{"name":"Namespace","value":"team.a"},{"name":"Flow ID","value":"f"},{"name":"Execution ID","value":"exec1"},{"name":"Execution Status","value":"FAILED"},{"name":"Final task ID","value":"load"}]}]}"#,
    ),
    (
        "googleworkspace.chat.GoogleChatExecution",
        "url: URL/g\nexecutionId: exec1\ntext: Oh",
        r#"POST /g {"text":"Oh\nFAILED after 1 min 9 s\nTask load failed: the disk is full"}"#,
    ),
    (
        "telegram.TelegramSend",
        "endpointOverride: URL\ntoken: '1:a'\nchannel: '@ops'\npayload: hi\nparseMode: MARKDOWNV2",
        r#"POST /bot1:a/sendMessage {"chat_id":"@ops","text":"hi","parse_mode":"MarkdownV2"}"#,
    ),
    (
        "pagerduty.PagerDutyExecution",
        "url: URL/p\nexecutionId: exec1\nroutingKey: k",
        r#"POST /p {"routing_key":"k","dedup_key":"exec1","event_action":"trigger","payload":{"summary":"team.a.f is FAILED","source":"team.a.f","severity":"error","custom_details":{"text":"FAILED after 1 min 9 s\nTask load failed: the disk is full","execution":"exec1"}}}"#,
    ),
    (
        "opsgenie.OpsgenieExecution",
        "url: URL/o\nexecutionId: exec1\nmessage: m\nresponders: {Ann: user}\ntags: [a, b]\npriority: P1",
        r#"POST /o {"message":"m","alias":"exec1","description":"FAILED after 1 min 9 s\nTask load failed: the disk is full","responders":[{"id":"Ann","type":"user"}],"tags":["a","b"],"priority":"P1","entity":"team.a.f"}"#,
    ),
    (
        "squadcast.SquadcastExecution",
        "url: URL/s\nexecutionId: exec1\nmessage: m",
        r#"POST /s {"message":"m","description":"FAILED after 1 min 9 s\nTask load failed: the disk is full","event_id":"exec1","status":"trigger"}"#,
    ),
    (
        "zenduty.ZendutyExecution",
        "url: URL/z\nexecutionId: exec1\nalertType: CRITICAL\nurls: ['http://a']",
        r#"POST /z {"message":"team.a.f is FAILED","summary":"FAILED after 1 min 9 s\nTask load failed: the disk is full","alert_type":"critical","entity_id":"exec1","urls":[{"link_url":"http://a","link_text":"http://a"}]}"#,
    ),
    (
        "zulip.ZulipExecution",
        "url: URL/z\nexecutionId: exec1\nchannel: ops",
        r#"POST /z {"text":"team.a.f is FAILED\nFAILED after 1 min 9 s\nTask load failed: the disk is full","channel":"ops"}"#,
    ),
    (
        "line.LineExecution",
        "url: URL/l\nexecutionId: exec1\nchannelAccessToken: t",
        r#"POST /l {"messages":[{"type":"text","text":"team.a.f is FAILED\nFAILED after 1 min 9 s\nTask load failed: the disk is full"}]}"#,
    ),
    (
        "resend.email.Send",
        "apiKey: k\nfrom: a\nto: [b]\nsubject: s\nhtml: h",
        r#"POST /v1/emails {"from":"a","to":["b"],"subject":"s","html":"h"}"#,
    ),
    (
        "sentry.SentryAlert",
        "dsn: 'http://key@HOST/base/7'\nendpointType: STORE\npayload: {message: m}",
        r#"POST /base/api/7/store/ {"message":"m"}"#,
    ),
    (
        "sentry.SentryAlert",
        "dsn: 'http://key@HOST/7'\npayload: '{\"event_id\": \"e1\"}'",
        "POST /api/7/envelope/ {\"dsn\":\"http://key@HOST/7\",\"event_id\":\"e1\"}\n{\"type\":\"event\"}\n{\"event_id\": \"e1\"}\n",
    ),
    (
        "slack.app.chats.Post",
        "token: t\nchannel: c\nmessageText: m",
        r#"POST /v1/chat.postMessage {"channel":"c","text":"m"}"#,
    ),
    (
        "slack.app.conversations.Create",
        "token: t\nname: n\nisPrivate: true",
        r#"POST /v1/conversations.create {"name":"n","is_private":true}"#,
    ),
    (
        "slack.app.conversations.Invite",
        "token: t\nchannel: c\nusers: [u, v]",
        r#"POST /v1/conversations.invite {"channel":"c","users":"u,v"}"#,
    ),
    ("slack.app.conversations.History", "token: t\nchannel: c", "GET /v1/conversations.history?channel=c "),
    (
        "twilio.notify.sms.Send",
        "accountSID: s\nauthToken: t\nfrom: '+1'\nto: '+2'\nbody: a b",
        "POST /v1/2010-04-01/Accounts/s/Messages.json From=%2B1&To=%2B2&Body=a+b",
    ),
    (
        "twilio.notify.mms.Send",
        "accountSID: s\nauthToken: t\nfrom: '+1'\nto: '+2'\nbody: b\nmediaUrls: ['http://a/1', 'http://a/2']",
        "POST /v1/2010-04-01/Accounts/s/Messages.json From=%2B1&To=%2B2&Body=b&MediaUrl=http%3A%2F%2Fa%2F1&MediaUrl=http%3A%2F%2Fa%2F2",
    ),
];

/// The settings that name other places of services.
const BASES: &[&str] = &["kapelle.services.resend", "kapelle.services.slack", "kapelle.services.twilio"];

#[tokio::test]
async fn every_service_is_told_in_its_own_form() {
    for (name, properties, sent) in SENT {
        let server = Server::start(|_| answer("200 OK", &[], r#"{"ok":true,"messages":[]}"#));
        let base = server.url("/v1");
        let stage = BASES.iter().fold(Stage::new(), |stage, setting| stage.setting(setting, &base));
        stage.memory().told.lock().unwrap().push(failing());
        let host = server.address().to_string();
        let properties = properties.replace("URL", &server.url("")).replace("HOST", &host);
        run(&stage, &format!("io.kestra.plugin.{name}"), &properties)
            .await
            .unwrap_or_else(|broken| panic!("{name}: {}", broken.failure));
        let last = server.last();
        let line = last.line.trim_end_matches(" HTTP/1.1");
        assert_eq!(format!("{line} {}", last.body()), sent.replace("HOST", &host), "{name}");
    }
}

#[tokio::test]
async fn an_event_of_sentry_has_an_id_and_need_not_be_written() {
    let id = |id: &str| Value::Map(Map::from_iter([("id".into(), Value::from(id))]).into());
    let flow = Map::from_iter([("id".into(), Value::from("f")), ("namespace".into(), Value::from("team.a"))]);
    let stage = Stage::new().variable("execution", id("exec1")).variable("flow", Value::Map(flow.into()));
    for (payload, tells) in [
        ("", r#""extra":{"execution":"exec1","namespace":"team.a","flow":"f"}"#),
        ("payload: '{\"level\": \"error\"}'", r#"{"level": "error"}"#),
    ] {
        let server = fine();
        let properties = format!("dsn: 'http://key@{}/7'\n{payload}", server.address());
        run(&stage, "io.kestra.plugin.sentry.SentryAlert", &properties).await.unwrap();
        let sent = server.last().body();
        let [header, "{\"type\":\"event\"}", event] = sent.lines().collect::<Vec<_>>()[..] else {
            panic!("{sent}")
        };
        let id = header.split("\"event_id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{header}");
        assert!(event.contains(tells), "{event}");
    }
}

/// The stage, with the address of a service.
fn served(setting: &str, server: &Server) -> Stage {
    Stage::new().setting(setting, &server.url("/v1"))
}

#[tokio::test]
async fn a_model_is_asked_and_its_answer_kept() {
    let said = r#"{"id":"c1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Paris"}}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}"#;
    let server = Server::start(move |_| answer("200 OK", &["Content-Type: application/json"], said));
    let stage = served("kapelle.ai.providers.openai.base-url", &server);
    let properties = "apiKey: key\nmodel: m\nmessages: [{role: system, content: short}]\nprompt: 'Capital of France?'\nmaxTokens: '{{ 10 }}'\nfunctionCall: f\njsonResponseSchema: '{\"type\": \"object\"}'\nfunctions: [{name: f, description: d, parameters: [{name: p, type: string, description: q, required: true, enumValues: [a]}]}]";
    let outputs = run(&stage, "io.kestra.plugin.openai.ChatCompletion", properties).await.unwrap();
    let last = server.last();
    assert_eq!(last.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(last.header("authorization"), Some("Bearer key"));
    assert_eq!(
        last.body(),
        r#"{"model":"m","messages":[{"role":"system","content":"short"},{"role":"user","content":"Capital of France?"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"p":{"type":"string","description":"q","enum":["a"]}},"required":["p"]}}}],"tool_choice":{"type":"function","function":{"name":"f"}},"temperature":1.0,"n":1,"max_completion_tokens":10,"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}}}"#
    );
    let cx = stage.variable("outputs", Value::Map(Arc::new(outputs))).context();
    assert_eq!(cx.render_text("{{ outputs.choices[0].message.content }}").unwrap().expose(), "Paris");
}

#[tokio::test]
async fn what_a_model_refuses_is_told() {
    let server = Server::start(|_| answer("401 Unauthorized", &[], "no such key"));
    let stage = served("kapelle.ai.providers.openai.base-url", &server);
    let broken = run(&stage, "io.kestra.plugin.openai.ChatCompletion", "apiKey: key\nmodel: m\nprompt: x")
        .await
        .unwrap_err();
    assert_eq!(
        broken.failure.to_string(),
        "Failed http request with response code '401' and body:\nno such key"
    );
}

#[tokio::test]
async fn lines_are_read_from_loki() {
    let said = r#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"a"},"values":[["1","one"],["2","two"]]},{"stream":{"app":"b"},"values":[["3","three"]]}]}}"#;
    let server = Server::start(move |_| answer("200 OK", &[], said));
    let properties = format!(
        "url: '{}'\nquery: '{{app=~\"a|b\"}}'\nlimit: 5\ndirection: FORWARD\nusername: u\npassword: p\ntenantId: t",
        server.url("")
    );
    let outputs = run(&Stage::new(), "io.kestra.plugin.loki.Query", &properties).await.unwrap();
    let last = server.last();
    assert_eq!(
        last.line,
        "GET /loki/api/v1/query_range?query=%7Bapp%3D~%22a%7Cb%22%7D&limit=5&direction=forward HTTP/1.1"
    );
    assert_eq!(last.header("authorization"), Some("Basic dTpw"));
    assert_eq!(last.header("x-scope-orgid"), Some("t"));
    let cx = Stage::new().variable("outputs", Value::Map(Arc::new(outputs))).context();
    assert_eq!(
        cx.render_text("{{ outputs.size }}: {{ outputs.results | join(',') }}").unwrap().expose(),
        "3: one,two,three"
    );
}

#[tokio::test]
async fn prometheus_is_asked_and_every_kind_of_answer_understood() {
    for (data, metrics) in [
        (
            r#"{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[1.5,"7"]}]}"#,
            r#"[{"metric":{"job":"a"},"value":"7","timestamp":1.5}] 1"#,
        ),
        (r#"{"resultType":"scalar","result":[1,"7"]}"#, r#"[{"metric":{},"value":"7","timestamp":1}] 1"#),
    ] {
        let said = format!(r#"{{"status":"success","data":{data}}}"#);
        let server = Server::start(move |_| answer("200 OK", &[], &said));
        let properties = format!("url: '{}'\nquery: 'up == 1'\nheaders: {{X-A: b}}", server.url(""));
        let outputs = run(&Stage::new(), "io.kestra.plugin.prometheus.Query", &properties).await.unwrap();
        assert_eq!(server.last().line, "GET /api/v1/query?query=up%20%3D%3D%201 HTTP/1.1");
        assert_eq!(server.last().header("x-a"), Some("b"));
        let cx = Stage::new().variable("outputs", Value::Map(Arc::new(outputs))).context();
        assert_eq!(cx.render_text("{{ outputs.metrics }} {{ outputs.size }}").unwrap().expose(), metrics);
    }
}

#[tokio::test]
async fn what_slack_refuses_is_a_failure() {
    let server = Server::start(|_| answer("200 OK", &[], r#"{"ok":false,"error":"channel_not_found"}"#));
    let stage = served("kapelle.services.slack", &server);
    let broken = run(&stage, "io.kestra.plugin.slack.app.chats.Post", "token: t\nchannel: c\nmessageText: m")
        .await
        .unwrap_err();
    assert_eq!(broken.failure.to_string(), "Slack refused it: channel_not_found");
}

/// Definitions for what no service above needs.
fn of(text: &str) -> Declared {
    let all: &'static [Definition] = definitions(text).unwrap_or_else(|failure| panic!("{failure}")).leak();
    let entry = Catalogue::bundled().find("io.kestra.plugin.loki.Query").unwrap().entry;
    let given = read(&properties_of("url: 'http://localhost'\nquery: q")).unwrap();
    Declared::new(&all[0], entry, given).unwrap()
}

fn asking(server: &Server, more: &str) -> Declared {
    of(&format!(
        "- types: [a]\n  title: t\n  description: d\n  properties: {{url: u, query: q}}\n  example: e\n  requests:\n    - request: {{uri: '{}', params: {{page: '{{{{ page }}}}'}}}}\n{more}",
        server.url("/")
    ))
}

#[tokio::test]
async fn all_parts_of_an_answer_are_asked_for() {
    let server = Server::start(|received| {
        let next = if received.line.contains("page=two") { "null" } else { "\"two\"" };
        answer("200 OK", &[], &format!(r#"{{"list":[{next}],"next":{next}}}"#))
    });
    let task = asking(
        &server,
        "      pages: {items: '{{ answer.json.list }}', next: '{{ answer.json.next }}'}\n  outputs: {all: {description: d, value: '{{ answer.items }}'}}",
    );
    let outputs = ErasedTask::run(&task, &Stage::new().context()).await.unwrap();
    let cx = Stage::new().variable("outputs", Value::Map(Arc::new(outputs))).context();
    assert_eq!(cx.render_text("{{ outputs.all }}").unwrap().expose(), r#"["two",null]"#);
}

#[tokio::test]
async fn it_is_asked_again_until_it_is_done() {
    let count = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let server = Server::start(move |_| {
        let number = counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        answer("200 OK", &[], &format!(r#"{{"n":{number}}}"#))
    });
    let until = |most| {
        format!("      until: {{done: '{{{{ answer.json.n == 3 }}}}', every: PT5S, atMost: {most}}}\n")
    };
    let stage = Stage::new();
    let outputs =
        asking(&server, &(until("PT1M") + "  outputs: {n: {description: d, value: '{{ answer.json.n }}'}}"));
    let outputs = ErasedTask::run(&outputs, &stage.context()).await.unwrap();
    assert_eq!(outputs.get("n"), Some(&Value::Int(3)));
    assert_eq!(stage.lines().iter().filter(|line| line.starts_with("slept")).count(), 3);
    let broken = ErasedTask::run(&asking(&server, &until("PT10S")), &stage.context()).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "it was not done within 10s");
}

#[tokio::test]
async fn a_good_status_may_still_tell_of_a_failure() {
    let server = Server::start(|_| answer("200 OK", &[], r#"{"ok":false,"error":"no_channel"}"#));
    let task = asking(&server, "      fails: '{{ answer.json.ok ? \"\" : answer.json.error }}'\n");
    let broken = ErasedTask::run(&task, &Stage::new().context()).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "no_channel");
}

#[test]
fn a_definition_that_is_wrong_says_where() {
    let failed = |text: &str| definitions(text).err().map(|failure| failure.to_string()).unwrap_or_default();
    assert_eq!(failed("a: b"), "a list of definitions is expected: each begins with `- types:`");
    assert_eq!(failed("- types: [a]\n  title: t"), "the property `description` is missing");
    assert!(failed("- type: [a]").contains("unknown field `type`"), "{}", failed("- type: [a]"));
}
