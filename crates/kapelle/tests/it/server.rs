//! `kapelle server …`, from outside: folders that are followed, health, the service manager.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::web::{OPEN, Server};
use crate::{Folder, REST};

/// How long something may take to be noticed on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[expect(clippy::disallowed_methods, reason = "waiting needs a clock")]
fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn status(server: &Server, id: &str) -> u16 {
    let path = format!("/api/v1/main/flows/demo/{id}");
    server.ask("GET", &path, "text/plain", "").unwrap().status
}

fn revision(server: &Server, id: &str) -> u64 {
    server.get(&format!("/api/v1/main/flows/demo/{id}"))["revision"].as_u64().unwrap()
}

#[test]
fn flows_of_folders_are_saved_and_followed() {
    let configuration = format!("{OPEN}micronaut: {{io: {{watch: {{enabled: true, paths: [flows]}}}}}}\n");
    let flow = |id: &str| format!("id: {id}\n{REST}");
    let both = format!("{}---\n{}", flow("one"), flow("two"));
    let wrong = "id: wrong\nnamespace: demo\ntasks:\n  - {id: t, type: io.kestra.plugin.core.log.Lgo}\n";
    let folder = Folder::new(
        "server-watch",
        &[
            ("kestra.yml", &configuration),
            ("flows/both.yaml", &both),
            ("flows/wrong.yml", wrong),
            ("more/x.yaml", &flow("x")),
        ],
    );
    let server = Server::start(&folder.path(""), &["--flow-path", "more"]).unwrap();
    let log = || server.log.lock().unwrap().clone();
    assert!(log().contains("flows: 3 flows saved"), "{}", log());
    assert!(log().contains("flows/wrong.yml:4:19"), "mistakes are told with their place: {}", log());
    assert_eq!([status(&server, "one"), status(&server, "two"), status(&server, "x")], [200; 3]);
    assert_eq!(status(&server, "wrong"), 404);

    folder.write("flows/wrong.yml", wrong.replace("Lgo", "Log, message: hi").as_bytes());
    soon("a flow that was mended is saved", || status(&server, "wrong") == 200);
    folder.write("flows/below/new.yaml", flow("new").as_bytes());
    soon("a flow in a new folder is saved", || status(&server, "new") == 200);
    folder.write("more/x.yaml", flow("x").replace("hi", "ho").as_bytes());
    soon("a flow that changed gets a revision", || revision(&server, "x") == 2);
    folder.write("flows/both.yaml", flow("two").as_bytes());
    soon("a flow that no file has is ended", || status(&server, "one") == 404);
    assert_eq!(status(&server, "two"), 200);
    fs::rename(folder.path("flows/both.yaml"), folder.path("flows/other.yaml")).unwrap();
    folder.write("more/x.yaml", b"id: x\nnamespace: demo\ntasks: [");
    soon("what is no flow is told", || log().contains("more/x.yaml:3:"));
    assert_eq!([status(&server, "two"), revision(&server, "x").try_into().unwrap()], [200, 2]);
}

#[test]
fn health_is_asked_and_the_service_manager_is_told() {
    let folder = Folder::new("server-health", &[("kestra.yml", OPEN)]);
    let manager = UnixDatagram::bind(folder.path("notify")).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let hears = || {
        let mut text = [0; 200];
        let bytes = manager.recv(&mut text).unwrap();
        String::from_utf8(text[..bytes].to_vec()).unwrap()
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_kapelle"));
    command.current_dir(folder.path("")).args([
        "server",
        "local",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--config",
        "kestra.yml",
    ]);
    command.env("NOTIFY_SOCKET", folder.path("notify")).env("WATCHDOG_USEC", "400000");
    let mut server = Server::spawn(&mut command).unwrap();
    let heard = [hears(), hears(), hears()];
    assert!(
        heard.iter().any(|text| text.starts_with("READY=1\nSTATUS=listening at 127.0.0.1:")),
        "{heard:?}"
    );
    assert!(heard.iter().filter(|text| *text == "WATCHDOG=1").count() >= 2, "{heard:?}");

    let port = server.address.port().to_string();
    let health = folder.run(&["server", "health", "--port", &port]);
    assert_eq!(health, "exit 0\n--- stdout\n{\"status\":\"UP\"}\n");
    let id = server.child.id().to_string();
    Command::new("kill").arg(&id).status().unwrap();
    soon("it says that it stops", || hears().starts_with("STOPPING=1"));
    assert!(server.child.wait().unwrap().success());
    let health = folder.run(&["server", "health", "--port", &port]);
    assert!(health.starts_with("exit 1\n--- stderr\nerror: the server at 127.0.0.1:"), "{health}");
}

/// Lines are written some moments after they came: a server that was told to stop in between ended without them. And a
/// task whose report it did not wait for said them once more.
#[test]
fn what_was_said_before_a_server_stops_is_in_the_log_of_the_next_one() {
    let flow = "\
id: talks
namespace: demo
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: \"{{ range(1, 150) }}\"
    concurrencyLimit: 1
    tasks:
      - {id: say, type: io.kestra.plugin.core.log.Log, message: 'line {{ taskrun.value }}'}
      - {id: rest, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.004S}
";
    let folder = Folder::new("server-stop", &[("kestra.yml", OPEN)]);
    let start = || Server::start(&folder.path(""), &["--data", "data"]).unwrap();
    let mut server = start();
    let saved = server.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow).unwrap();
    assert_eq!(saved.status, 200, "{}", saved.body);
    let begun = server.ask("POST", "/api/v1/main/executions/demo/talks", "text/plain", "").unwrap();
    let begun: serde_json::Value = serde_json::from_str(&begun.body).unwrap();
    let id = begun["id"].as_str().unwrap();
    for done in [30, 60, 90, 120, 150, 180] {
        let runs = |server: &Server| {
            let execution = server.get(&format!("/api/v1/main/executions/{id}"));
            execution["taskRunList"].as_array().map_or(0, Vec::len)
        };
        soon("it goes on", || runs(&server) > done);
        Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
        assert!(server.child.wait().unwrap().success());
        server = start();
    }
    let state = || server.get(&format!("/api/v1/main/executions/{id}"))["state"]["current"].clone();
    soon("it ends", || state() == "SUCCESS");
    let lines = server.get(&format!("/api/v1/main/logs/{id}"));
    let said = lines.as_array().unwrap().iter().filter(|line| line["taskId"] == "say").count();
    assert_eq!(said, 150);
}

/// Whoever holds a request has no part in what begins.
#[test]
fn nothing_begins_any_more_while_requests_have_time_to_end() {
    let flow = "\
id: goes_on
namespace: demo
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: \"{{ range(1, 300) }}\"
    concurrencyLimit: 1
    tasks:
      - {id: rest, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.05S}
";
    let configuration = OPEN.replace("server: {", "server: {termination-grace-period: PT3S, ");
    let folder = Folder::new("server-hold", &[("kestra.yml", &configuration)]);
    let start = || Server::start(&folder.path(""), &["--data", "data"]).unwrap();
    let mut server = start();
    let saved = server.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow).unwrap();
    assert_eq!(saved.status, 200, "{}", saved.body);
    let mut holder = TcpStream::connect(server.address).unwrap();
    let asked = "POST /api/v1/main/executions/demo/goes_on?wait=true HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    holder.write_all(asked.as_bytes()).unwrap();
    let runs = |server: &Server| {
        let found = server.get("/api/v1/main/executions/search");
        let Some(id) = found["results"][0]["id"].as_str() else { return Vec::new() };
        let execution = server.get(&format!("/api/v1/main/executions/{id}"));
        execution["taskRunList"].as_array().cloned().unwrap_or_default()
    };
    soon("it goes on", || runs(&server).len() > 3);
    let told = Timestamp::now();
    Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
    assert!(server.child.wait().unwrap().success());
    let ended = Timestamp::now();
    server = start();
    let begun =
        |run: &serde_json::Value| run["state"]["startDate"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let late = runs(&server)
        .iter()
        .map(begun)
        .filter(|at| (told + SignedDuration::from_secs(2)..ended).contains(at))
        .count();
    assert_eq!(late, 0, "told to stop at {told}, ended at {ended}");
}
