//! Agents within flows: what the flow around them tells them, and flows that they start.

use kapelle_http::server::{Server, answer};
use kapelle_model::State;

use super::world::{SETTINGS, World};

/// The flow of the examples, which wants an agent twice.
const CONCIERGE: &str = include_str!("../../../../examples/concierge/smart_concierge_booking.yaml");

/// The part of the flow between two of its comments.
fn part(from: &str, until: &str) -> &'static str {
    let (_, rest) = CONCIERGE.split_once(from).unwrap();
    rest.split_once('\n').unwrap().1.split_once(until).unwrap().0
}

#[test]
fn agents_of_a_flow_share_a_provider_and_give_what_the_flow_asks_for() {
    let server = Server::start(|received| {
        let text = match received.body() {
            asked if asked.contains("Score these results") => r#"{"matches": 2, "best_match": "Salon Nord"}"#,
            _ => r#"{"providers": ["Salon Nord"]}"#,
        };
        let said = serde_json::json!({
            "candidates": [{ "finishReason": "STOP", "content": { "parts": [{ "text": text }] } }],
        });
        answer("200 OK", &["Content-Type: application/json"], &said.to_string())
    });
    SETTINGS.lock().unwrap().insert("kapelle.ai.providers.gemini.base-url".to_owned(), server.url("/v1beta"));
    let world = World::new();
    let (research, score) = (part("# Step 1:", "  # Step 2:"), part("# Step 5:", "  # Step 6:"));
    let source = format!(
        "
id: concierge
namespace: team
inputs:
  - {{id: user_request, type: STRING}}
  - {{id: criteria, type: JSON}}
tasks:
{research}
{score}
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: '{{{{ outputs.research.providers[0] }}}}: {{{{ outputs.score_results.matches }}}} of {{{{ outputs.score_results.best_match }}}}'
"
    );
    let id = world.start(&source, &[("user_request", "a haircut"), ("criteria", "{\"price\": \"low\"}")]);
    assert_eq!(world.finish(id), State::Success, "{:?}", world.lines(id));
    assert_eq!(world.lines(id).last().unwrap(), "Salon Nord: 2 of Salon Nord");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for (request, names) in requests.iter().zip(["`providers`", "`matches`, `best_match`"]) {
        assert_eq!(request.line, "POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1");
        assert_eq!(request.header("x-goog-api-key"), Some("g-1"));
        assert!(request.body().contains(&format!("the keys {names}.")), "{}", request.body());
    }
    assert!(requests[0].body().contains("Find providers for: a haircut"));
}

#[test]
fn an_agent_starts_a_flow() {
    let server = Server::start(|received| {
        let message = if received.body().contains("\"tool\"") {
            serde_json::json!({ "content": "started" })
        } else {
            let function = serde_json::json!({ "name": "kestra_flow_team_greet", "arguments": "{\"inputs\":{\"name\":\"Ann\"}}" });
            serde_json::json!({ "tool_calls": [{ "id": "c", "type": "function", "function": function }] })
        };
        let said = serde_json::json!({ "choices": [{ "finish_reason": "stop", "message": message }] });
        answer("200 OK", &[], &said.to_string())
    });
    let world = World::new();
    world.save(
        "
id: greet
namespace: team
inputs:
  - {id: name, type: STRING}
tasks:
  - {id: greet, type: io.kestra.plugin.core.log.Log, message: 'Hello {{ inputs.name }}'}
",
    );
    let source = format!(
        "
id: starter
namespace: team
tasks:
  - id: ask
    type: io.kestra.plugin.ai.agent.AIAgent
    prompt: Greet Ann
    provider: {{type: io.kestra.plugin.ai.provider.OpenAI, modelName: m, apiKey: k, baseUrl: '{}'}}
    tools:
      - {{type: io.kestra.plugin.ai.tool.KestraFlow, namespace: team, flowId: greet}}
",
        server.url("/v1")
    );
    let id = world.start(&source, &[]);
    assert_eq!(world.finish(id), State::Success, "{:?}", world.lines(id));
    let body = server.last().body();
    let (_, rest) = body.split_once(r#"\"id\":\""#).unwrap();
    let started = kapelle_model::ExecutionId::parse(rest.split_once('\\').unwrap().0).unwrap();
    assert_eq!(world.finish(started), State::Success);
    assert_eq!(world.lines(started), ["Hello Ann"]);
    assert_eq!(world.execution(started).birth.depth, 1);
}
