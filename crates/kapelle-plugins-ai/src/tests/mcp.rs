//! Servers of tools, by all ways to them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;
use serde_json::{Value as Json, json};

use super::world::{OPEN_AI, bodies, body, call, fails, run, saying, stage, text};
use crate::agent::AiAgent;
use crate::mcp::{CallTool, ListTools};

/// What a server of tools says to a message.
fn said(message: &Json) -> Option<Json> {
    let result = match message["method"].as_str()? {
        "initialize" => {
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": { "name": "s" } })
        }
        "tools/list" if message["params"]["cursor"] == "2" => {
            json!({ "tools": [{ "name": "fail", "description": "Fails." }] })
        }
        "tools/list" => json!({
            "tools": [{ "name": "add", "description": "Adds.", "inputSchema": { "type": "object", "properties": { "a": { "type": "integer" } } } }],
            "nextCursor": "2",
        }),
        "tools/call" if message["params"]["name"] == "fail" => {
            json!({ "isError": true, "content": [{ "type": "text", "text": "it is broken" }] })
        }
        "tools/call" if message["params"]["name"] == "add" => json!({
            "content": [{ "type": "text", "text": message["params"]["arguments"].to_string() }],
            "structuredContent": { "sum": 3 },
        }),
        "tools/call" => {
            return Some(
                json!({ "jsonrpc": "2.0", "id": message["id"], "error": { "code": -32602, "message": "no such tool" } }),
            );
        }
        _ => return None,
    };
    Some(json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))
}

/// A server that takes each question as a request; answers come as JSON or as events.
fn server(as_events: bool) -> Server {
    Server::start(move |received: &Received| {
        if received.line.starts_with("DELETE") {
            return answer("204 No Content", &[], "");
        }
        if received.header("authorization") != Some("Bearer t") {
            return answer("401 Unauthorized", &[], "who are you?");
        }
        match said(&body(received)) {
            None => answer("202 Accepted", &[], ""),
            Some(json) if as_events => {
                let other = r#"{"jsonrpc":"2.0","method":"notifications/message"}"#;
                let events = format!("event: message\ndata: {other}\n\nevent: message\ndata: {json}\n\n");
                answer("200 OK", &["Content-Type: text/event-stream", "Mcp-Session-Id: s-1"], &events)
            }
            Some(json) => answer(
                "200 OK",
                &["Content-Type: application/json", "Mcp-Session-Id: s-1"],
                &json.to_string(),
            ),
        }
    })
}

fn at(server: &Server) -> String {
    format!("url: '{}'\nheaders: {{Authorization: Bearer t}}", server.url("/mcp"))
}

#[tokio::test]
async fn tools_are_listed_and_called_and_the_session_ends() {
    for as_events in [false, true] {
        let server = server(as_events);
        let outputs = run::<ListTools>(&Stage::new(), &at(&server)).await;
        assert_eq!(outputs["count"], 2);
        assert_eq!(outputs["tools"][1]["name"], "fail");
        let last = server.last();
        assert_eq!(last.line, "DELETE /mcp HTTP/1.1");
        assert_eq!(last.header("mcp-session-id"), Some("s-1"));
        assert_eq!(last.header("mcp-protocol-version"), Some("2025-06-18"));

        let outputs =
            run::<CallTool>(&Stage::new(), &format!("{}\ntool: add\narguments: {{a: 1}}", at(&server))).await;
        assert_eq!(outputs["result"], r#"{"a":1}"#);
        assert_eq!(outputs["structuredContent"], json!({ "sum": 3 }));
        assert_eq!(outputs["isError"], false);
    }
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let server = server(false);
    let properties = format!("{}\ntool: fail", at(&server));
    assert_eq!(fails::<CallTool>(&Stage::new(), &properties).await, "the tool `fail` failed: it is broken");
    let outputs = run::<CallTool>(&Stage::new(), &format!("{properties}\nfailOnToolError: false")).await;
    assert_eq!((&outputs["isError"], &outputs["errorMessage"]), (&json!(true), &json!("it is broken")));
    let words = fails::<CallTool>(&Stage::new(), &format!("{}\ntool: x", at(&server))).await;
    assert_eq!(words, "the MCP server `127.0.0.1` refuses `tools/call`: no such tool");
    let words = fails::<ListTools>(&Stage::new(), &format!("url: '{}'", server.url("/mcp"))).await;
    assert_eq!(
        words,
        "the MCP server `127.0.0.1` answers 401: who are you?\ncheck the `headers` that show who asks"
    );
}

#[tokio::test]
async fn a_model_calls_tools_of_a_server() {
    let tools = server(true);
    let model = saying([call("add", &json!({ "a": 2 })), call("fail", &json!({})), text("3")]);
    let properties = format!(
        "prompt: x\nprovider: {OPEN_AI}\ntools: [{{type: io.kestra.plugin.ai.tool.StreamableHttpMcpClient, url: '{}', headers: {{Authorization: Bearer t}}}}]",
        tools.url("/mcp")
    );
    let outputs = run::<AiAgent>(&stage(&model), &properties).await;
    assert_eq!(outputs["toolExecutions"][0]["result"], r#"{"a":2}"#);
    assert_eq!(outputs["toolExecutions"][1]["result"], "The tool failed: it is broken");
    let names: Vec<_> = bodies(&model)[0]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["function"]["name"].clone())
        .collect();
    assert_eq!(names, ["add", "fail"]);
    let goodbyes = tools.requests().iter().filter(|one| one.line.starts_with("DELETE")).count();
    assert_eq!(goodbyes, 1);
}

/// An older server: one long answer of events, and questions at another address.
fn older() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, hear) = mpsc::channel::<Json>();
    let hear = std::sync::Mutex::new(Some(hear));
    let _detached = thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (line, content) = request(&mut reader);
            if line.starts_with("GET /sse ") {
                let hear = hear.lock().unwrap().take().unwrap();
                let _detached = thread::spawn(move || events(stream, &hear));
            } else {
                assert_eq!(line.trim(), "POST /messages?session=9 HTTP/1.1");
                (&stream).write_all(&answer("202 Accepted", &[], "")).unwrap();
                if let Some(json) = said(&serde_json::from_slice(&content).unwrap()) {
                    tell.send(json).unwrap();
                }
            }
        }
    });
    format!("http://{address}/sse")
}

fn request(reader: &mut BufReader<TcpStream>) -> (String, Vec<u8>) {
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut content = vec![0; length];
    reader.read_exact(&mut content).unwrap();
    (first, content)
}

fn events(mut stream: TcpStream, hear: &mpsc::Receiver<Json>) {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n").unwrap();
    stream.write_all(b"event: endpoint\ndata: /messages?session=9\n\n").unwrap();
    for json in hear {
        let event = format!("event: message\ndata: {json}\n\n");
        if stream.write_all(event.as_bytes()).is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn an_older_server_answers_by_events() {
    let outputs = run::<CallTool>(
        &Stage::new(),
        &format!("url: '{}'\ntransport: SSE\ntool: add\narguments: {{a: 5}}", older()),
    )
    .await;
    assert_eq!(outputs["result"], r#"{"a":5}"#);
    let model = saying([call("add", &json!({ "a": 6 })), text("done")]);
    let properties = format!(
        "prompt: x\nprovider: {OPEN_AI}\ntools: [{{type: io.kestra.plugin.ai.tool.SseMcpClient, sseUrl: '{}'}}]",
        older()
    );
    let outputs = run::<AiAgent>(&stage(&model), &properties).await;
    assert_eq!(outputs["toolExecutions"][0]["result"], r#"{"a":6}"#);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let (answered, waits) = mpsc::channel::<()>();
    let waits = std::sync::Mutex::new(waits);
    let silent = Server::start(move |_| {
        // Until the test is over.
        let _over = waits.lock().unwrap().recv();
        Vec::new()
    });
    let model = saying([]);
    let properties = format!(
        "prompt: x\nprovider: {OPEN_AI}\ntools: [{{type: io.kestra.plugin.ai.tool.StreamableHttpMcpClient, url: '{}', timeout: PT0.05S}}]",
        silent.url("/")
    );
    let words = fails::<AiAgent>(&stage(&model), &properties).await;
    assert!(words.contains("127.0.0.1"), "{words}");
    drop(answered);
}

/// A server that is a program: a shell that answers by what it reads. It asks, too, and says what nobody asked for.
const PROGRAM: &str = r#"
echo "starting" >&2
echo "no json at all"
while read -r line; do
    id=$(echo "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    say() { echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$1}"; }
    case "$line" in
    *'"initialize"'*) say '{"protocolVersion":"2025-06-18","capabilities":{}}' ;;
    *'"tools/list"'*)
        echo '{"jsonrpc":"2.0","id":"p","method":"ping"}'
        read -r pong; echo "$pong" > pong
        echo '{"jsonrpc":"2.0","id":"r","method":"roots/list"}'
        read -r refused; echo "$refused" > refused
        say '{"tools":[{"name":"greet"},{"name":"die"}]}' ;;
    *'"die"'*) echo "out of $WORDS" >&2; exit 3 ;;
    *'"tools/call"'*) say "{\"content\":[{\"type\":\"text\",\"text\":\"hello $NAME, $(cat pong) $(grep -c 32601 refused)\"}]}" | sed 's/{"jsonrpc":"2.0","id":"p","result":{}}/pong/' ;;
    esac
done
echo "goodbye" > ended
"#;

fn directory(stage: &Stage) -> std::path::PathBuf {
    stage.context().host.directory().unwrap()
}

/// The tool of such a program.
fn program(stage: &Stage) -> String {
    let path = directory(stage).join("server.sh");
    std::fs::write(&path, PROGRAM).unwrap();
    format!(
        "[{{type: io.kestra.plugin.ai.tool.StdioMcpClient, command: [sh, '{}'], env: {{NAME: Ann, WORDS: order}}}}]",
        path.display()
    )
}

#[tokio::test]
async fn a_program_that_has_tools_is_started_and_ends_with_the_conversation() {
    let model = saying([call("greet", &json!({})), text("done")]);
    let stage = stage(&model);
    let properties = format!("prompt: x\nprovider: {OPEN_AI}\ntools: {}", program(&stage));
    let outputs = run::<AiAgent>(&stage, &properties).await;
    assert_eq!(outputs["toolExecutions"][0]["result"], "hello Ann, pong 1");
    assert_eq!(std::fs::read_to_string(directory(&stage).join("ended")).unwrap(), "goodbye\n");
}

#[tokio::test]
async fn a_program_that_ends_says_why() {
    let model = saying([call("die", &json!({})), call("greet", &json!({})), text("done")]);
    let stage = stage(&model);
    let properties = format!("prompt: x\nprovider: {OPEN_AI}\ntools: {}", program(&stage));
    let outputs = run::<AiAgent>(&stage, &properties).await;
    let ended = "The tool failed: the MCP server `sh` ended (exit status: 3) before it answered. It said:\nstarting\nout of order";
    assert_eq!(outputs["toolExecutions"][0]["result"], ended);
    assert_eq!(outputs["toolExecutions"][1]["result"], ended);

    for (command, words) in [
        (
            "[no-such-program]",
            "there is no program `no-such-program` on this machine, not in any folder of the PATH",
        ),
        ("[]", "the `command` of an MCP server is empty: name a program"),
        ("['true']", "the MCP server `true` ended (exit status: 0) before it answered"),
    ] {
        let tools = format!("[{{type: io.kestra.plugin.ai.tool.StdioMcpClient, command: {command}}}]");
        let properties = format!("prompt: x\nprovider: {OPEN_AI}\ntools: {tools}");
        let told = fails::<AiAgent>(&stage, &properties).await;
        assert!(told.starts_with(words), "{told}");
    }
}

#[tokio::test]
async fn a_program_is_ended_with_what_it_started_when_the_task_is_killed() {
    let model = saying([]);
    let stage = stage(&model);
    let path = directory(&stage).join("pid");
    let tool = format!(
        "[{{type: io.kestra.plugin.ai.tool.StdioMcpClient, command: [sh, -c, 'sleep 1000 & echo $! > {0}.part; mv {0}.part {0}; wait']}}]",
        path.display()
    );
    let properties = format!("prompt: x\nprovider: {OPEN_AI}\ntools: {tool}");
    let killed = async {
        while !path.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        stage.stop();
    };
    let (ended, ()) = tokio::join!(stage.run::<AiAgent>(&properties), killed);
    assert!(ended.unwrap_err().is_killed);
    let pid = std::fs::read_to_string(&path).unwrap();
    let process = format!("/proc/{}", pid.trim());
    while std::path::Path::new(&process).exists() {
        let state = std::fs::read_to_string(format!("{process}/stat")).unwrap_or_default();
        if state.contains(") Z ") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
