//! The Model Context Protocol over HTTP.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const TOOL: &str = "id: greet
namespace: team
inputs:
- {id: name, type: STRING}
triggers:
- {id: tool, type: io.kestra.plugin.core.trigger.McpToolTrigger, toolName: greet, title: Greet, toolDescription: Says hello}
tasks:
- {id: say, type: io.kestra.plugin.core.debug.Return, format: 'Hello {{ inputs.name }}'}
outputs:
- {id: said, type: STRING, value: '{{ outputs.say.value }}'}
";

fn speak(stage: &Stage, method: &str, params: &Json) -> Json {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let got = stage.ask("POST", "/api/v1/main/mcp/default", "application/json", &message.to_string());
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()
}

#[test]
fn a_flow_with_such_a_trigger_is_a_tool() {
    let stage = Stage::start();
    assert_eq!(stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", TOOL).status, 200);
    let hello = speak(&stage, "initialize", &json!({"protocolVersion": "2025-03-26"}));
    assert_eq!(hello["result"]["protocolVersion"], "2025-03-26");
    let tools = speak(&stage, "tools/list", &json!({}));
    let tool = &tools["result"]["tools"][0];
    assert_eq!((&tool["name"], &tool["inputSchema"]["required"]), (&json!("greet"), &json!(["name"])));
    let done = speak(&stage, "tools/call", &json!({"name": "greet", "arguments": {"name": "Ann"}}));
    assert_eq!(done["result"]["structuredContent"], json!({"said": "Hello Ann"}), "{done}");
    let wrong = speak(&stage, "tools/call", &json!({"name": "greet", "arguments": {}}));
    assert_eq!(wrong["result"]["isError"], true, "{wrong}");
    assert_eq!(speak(&stage, "tools/call", &json!({"name": "none"}))["error"]["code"], -32_602);
    assert_eq!(speak(&stage, "nothing", &json!({}))["error"]["code"], -32_601);
    let told = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    assert_eq!(stage.ask("POST", "/api/v1/main/mcp/default", "application/json", &told).status, 202);
    assert_eq!(stage.send("POST", "/api/v1/main/mcp/default", &[], &told).status, 401);
    let rows = stage.get("/api/v1/main/mcp-servers/default/tools").json();
    assert_eq!(rows[0]["flowId"], "greet");
}

#[test]
fn servers_are_kept_by_id() {
    let stage = Stage::start();
    let body = json!({"id": "ours", "description": "a", "serverType": "PRIVATE"}).to_string();
    let made = stage.ask("POST", "/api/v1/main/mcp-servers", "application/json", &body);
    assert_eq!((made.status, &made.json()["description"]), (200, &json!("a")));
    assert_eq!(stage.ask("POST", "/api/v1/main/mcp/servers", "application/json", &body).status, 409);
    assert_eq!(stage.get("/api/v1/main/mcp/servers").json()["total"], 2);
    let off = stage.ask("PATCH", "/api/v1/main/mcp-servers/ours/toggle", "", "").json();
    assert_eq!(off["disabled"], true);
    let ping = r#"{"jsonrpc": "2.0", "id": 1, "method": "ping"}"#;
    assert_eq!(stage.ask("POST", "/api/v1/main/mcp/ours", "application/json", ping).status, 409);
    assert_eq!(stage.ask("DELETE", "/api/v1/main/mcp-servers/ours", "", "").status, 204);
    assert_eq!(stage.get("/api/v1/main/mcp-servers/ours").status, 404);
}
