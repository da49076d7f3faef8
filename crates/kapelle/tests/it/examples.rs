//! The flows of `examples` that need others, with servers of the same shapes in their place.

use std::time::{Duration, Instant};

use kapelle_http::server::{Received, Server as StandIn, answer};
use serde_json::{Value as Json, json};

use crate::Folder;
use crate::web::{OPEN, Server};

/// How long an execution may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn example(name: &str) -> String {
    let place = format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&place).unwrap_or_else(|error| panic!("{place}: {error}"))
}

/// A model that says what it was asked, and a table that takes everything.
fn services(asked: &Received) -> Vec<u8> {
    let body: Json = serde_json::from_slice(&asked.body).unwrap_or_default();
    let json = ["Content-Type: application/json"];
    if asked.line.starts_with("POST /v1beta/models/gemini-2.5-flash:generateContent") {
        let said =
            format!("said to: {}", body["contents"][0]["parts"][0]["text"].as_str().unwrap_or_default());
        let told = json!({"candidates": [{"content": {"parts": [{"text": said}], "role": "model"}, "finishReason": "STOP"}]});
        return answer("200 OK", &json, &told.to_string());
    }
    answer("201 Created", &json, &json!([body]).to_string())
}

/// The execution, as soon as it is in one of these states.
fn awaited(server: &Server, id: &str, states: &[&str]) -> Json {
    #[expect(clippy::disallowed_methods, reason = "waiting needs a clock")]
    let now = Instant::now;
    let deadline = now() + PATIENCE;
    loop {
        let execution = server.get(&format!("/api/v1/main/executions/{id}"));
        let state = execution["state"]["current"].as_str().unwrap().to_owned();
        if states.contains(&state.as_str()) {
            return execution;
        }
        assert!(now() < deadline, "{id} is {state}: {execution}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn an_incident_goes_the_way_of_its_severity() {
    if !has_python() {
        return;
    }
    let stand_in = StandIn::start(services);
    let folder = Folder::new(
        "example-incident",
        &[("kestra.yml", OPEN), ("flows/incident.yaml", &example("incident/incident-handler.yaml"))],
    );
    let server = Server::start(&folder.path(""), &["--flow-path", "flows"]).unwrap();
    let address = stand_in.url("");
    for (key, value) in [
        ("GEMINI_API_KEY", "model-key"),
        ("SUPABASE_KEY", "table-key"),
        ("GEMINI_URL", &address),
        ("SUPABASE_URL", &address),
    ] {
        let path = format!("/api/v1/main/namespaces/incident.response/kv/{key}");
        let kept = server.ask("PUT", &path, "text/plain", &json!(value).to_string()).unwrap();
        assert_eq!(kept.status, 200, "{}", kept.body);
    }
    for (severity, way) in [
        ("LOW", "auto_remediate_low"),
        ("MEDIUM", "require_approval_medium"),
        ("HIGH", "escalate_high"),
        ("CRITICAL", "escalate_critical"),
    ] {
        let incident = json!({
            "id": format!("INC-{severity}"), "service": "payment-api", "severity": severity, "title": "High Error Rate",
            "logs": ["ERROR: Connection timeout", "INFO: ok"], "metrics": {"error_rate": 0.45},
            "context": {"host": "prod-api-1"}, "organization_id": "org",
        });
        let path = "/api/v1/executions/webhook/incident.response/incident-handler/incident-webhook-key";
        let started = server.ask("POST", path, "application/json", &incident.to_string()).unwrap();
        let id = serde_json::from_str::<Json>(&started.body).unwrap()["id"].as_str().unwrap().to_owned();
        if severity == "MEDIUM" {
            awaited(&server, &id, &["PAUSED"]);
            let resumed = server
                .ask(
                    "POST",
                    &format!("/api/v1/main/executions/{id}/resume"),
                    "multipart/form-data; boundary=x",
                    "--x--\r\n",
                )
                .unwrap();
            assert!(resumed.status < 300, "{}", resumed.body);
        }
        let execution = awaited(&server, &id, &["SUCCESS", "WARNING", "FAILED", "KILLED"]);
        assert_eq!(execution["state"]["current"], "SUCCESS", "{severity}: {execution}");
        let tasks: Vec<&str> = execution["taskRunList"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|run| run["taskId"].as_str())
            .collect();
        assert_eq!(
            tasks,
            [
                "aggregate_data_sources",
                "ai_agent_analyze",
                "ai_agent_decision_branch",
                way,
                "ai_agent_remediation",
                "ai_agent_documentation",
                "save_to_supabase"
            ]
        );
    }
    let received = stand_in.requests();
    let saved: Vec<&Received> =
        received.iter().filter(|asked| asked.line.starts_with("POST /rest/v1/ai_analyses")).collect();
    assert_eq!(saved.len(), 4);
    assert_eq!(saved[0].header("Authorization"), Some("Bearer table-key"));
    let row: Json = serde_json::from_slice(&saved[0].body).unwrap();
    assert_eq!(row["incident_id"], "INC-LOW");
    let analysis = row["analysis"].as_str().unwrap();
    assert!(
        analysis.starts_with("said to: What is the root cause") && analysis.contains(r#""errors":1"#),
        "{analysis}"
    );
    assert!(row["postmortem"].as_str().unwrap().contains("Write the steps that mend this"), "{row}");
    let asked: Vec<_> = received.iter().filter(|asked| asked.line.contains("generateContent")).collect();
    assert_eq!((asked.len(), asked[0].header("x-goog-api-key")), (12, Some("model-key")));
}

#[test]
fn an_incident_of_no_severity_is_told() {
    if !has_python() {
        return;
    }
    let stand_in = StandIn::start(services);
    let folder = Folder::new(
        "example-incident-odd",
        &[
            ("incident.yaml", &example("incident/incident-handler.yaml")),
            (
                "kv.yaml",
                &format!(
                    "GEMINI_API_KEY: k\nSUPABASE_KEY: k\nGEMINI_URL: {0}\nSUPABASE_URL: {0}\n",
                    stand_in.url("")
                ),
            ),
        ],
    );
    let told = folder.run(&[
        "run",
        "incident.yaml",
        "--memory",
        "--kv",
        "kv.yaml",
        "--input",
        r#"incident_data={"id": "I", "service": "s", "severity": "NONE"}"#,
    ]);
    assert!(told.starts_with("exit 1"), "{told}");
    assert!(
        told.contains(
            "not_handled: ERROR I was not handled: The severity `NONE` is none of LOW, MEDIUM, HIGH, CRITICAL"
        ),
        "{told}"
    );
}

/// Whether scripts in Python run here.
#[expect(clippy::print_stdout, reason = "what is skipped is told")]
fn has_python() -> bool {
    let is_there = std::process::Command::new("python3").arg("--version").output().is_ok();
    if !is_there {
        println!("SKIP: there is no python3");
    }
    is_there
}

/// Whether packages can be had.
#[expect(clippy::print_stdout, reason = "what is skipped is told")]
fn has_packages(folder: &Folder) -> bool {
    let asked = folder.output(
        "python3",
        &["-m", "pip", "download", "--quiet", "--no-deps", "--dest", "wheels", "six"],
        "",
    );
    let reason = String::from_utf8_lossy(&asked.stderr).lines().last().unwrap_or_default().to_owned();
    if !asked.status.success() {
        println!("SKIP pandas: packages cannot be had: {reason}");
    }
    asked.status.success()
}

#[test]
fn data_is_checked_with_pandas_and_kept_in_three_forms() {
    let csv = "order_id,total\n1,10.5\n2,\n3,7\n";
    let stand_in = StandIn::start(move |_| answer("200 OK", &["Content-Type: text/csv"], csv));
    let folder = Folder::new("example-data", &[("data.yaml", &example("platform/data-processing.yaml"))]);
    if !has_python() || !has_packages(&folder) {
        return;
    }
    let source = format!("source={}", stand_in.url("/orders.csv"));
    let run = || folder.run(&["run", "data.yaml", "--data", "data", "--input", &source]);
    let first = run();
    assert!(
        first.starts_with("exit 0") && first.contains("report: 2 rows are good, 1 were left out."),
        "{first}"
    );
    assert!(first.contains(".parquet"), "{first}");
    let again = run();
    assert!(again.starts_with("exit 0"), "{again}");
    let installed = |told: &str| told.contains("pandas") && told.contains("nstall");
    assert!(!installed(&again), "the packages are there already: {again}");
}

#[test]
fn environments_are_asked_for_and_act() {
    let folder = Folder::new(
        "example-environment",
        &[
            ("e.yaml", &example("platform/environment-orchestration.yaml")),
            ("h.yaml", &example("platform/hello-world.yaml")),
        ],
    );
    let run = |more: &[&str]| folder.run(&[&["run", "e.yaml", "--data", "data"], more].concat());
    let started = run(&["--input", "action=start", "--input", "version=2.0.1"]);
    assert!(
        started.contains("start RETRYING") && started.contains("starting development with 2.0.1"),
        "{started}"
    );
    let status = run(&[]);
    assert!(status.contains("\"status\": \"running 2.0.1\""), "{status}");
    let refused = run(&["--input", "action=stop", "--input", "environment=production"]);
    assert!(
        refused.starts_with("exit 1") && refused.contains("Production is not stopped from here"),
        "{refused}"
    );
    let hello = folder.run(&["run", "h.yaml", "--memory", "--input", "name=Ann"]);
    assert!(hello.contains("greet: Hello, Ann!"), "{hello}");
}
