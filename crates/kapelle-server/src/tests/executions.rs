//! Executions over HTTP.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::stage::Stage;

const GREET: &str = "
id: greet
namespace: team
inputs:
- {id: name, type: STRING}
- {id: note, type: FILE, required: false}
tasks:
- {id: say, type: io.kestra.plugin.core.debug.Return, format: 'Hello {{ inputs.name }}{{ inputs.note is defined ? read(inputs.note) : inputs.name }}'}
outputs:
- {id: said, type: STRING, value: '{{ outputs.say.value }}'}
";

const PAUSE: &str = "
id: wait
namespace: team
tasks:
- {id: pause, type: io.kestra.plugin.core.flow.Pause}
";

fn staged(flow: &str) -> Stage {
    let stage = Stage::start();
    let saved = stage.ask("POST", "/api/v1/flows", "application/x-yaml", flow);
    assert_eq!(saved.status, 200, "{}", saved.text());
    stage
}

const FORM: &str = "multipart/form-data; boundary=x";

fn form(parts: &[(&str, &str)]) -> String {
    let part = |(head, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n")
    };
    format!("{}--x--\r\n", parts.iter().map(part).collect::<String>())
}

/// The execution once it is in this state.
fn awaited(stage: &Stage, id: &str, state: &str) -> Json {
    for _ in 0..500 {
        let found = stage.get(&format!("/api/v1/executions/{id}")).json();
        if found["state"]["current"] == state {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("execution {id} does not become {state}");
}

#[test]
fn an_execution_runs_with_what_a_form_gives() {
    let stage = staged(GREET);
    let body = form(&[
        ("name=\"name\"", "Ann"),
        ("name=\"note\"; filename=\"a.txt\"", "!"),
        ("name=\"labels\"", "x"),
    ]);
    let path = "/api/v1/main/executions/team/greet?wait=true&labels=a:b";
    let got = stage.ask("POST", path, FORM, &body);
    assert_eq!(got.status, 200, "{}", got.text());
    let done = got.json();
    assert_eq!(
        (&done["state"]["current"], &done["outputs"]["said"]),
        (&json!("SUCCESS"), &json!("Hello Ann!"))
    );
    assert!(done["labels"].as_array().unwrap().contains(&json!({"key": "a", "value": "b"})));

    let id = done["id"].as_str().unwrap();
    let file = done["inputs"]["note"].as_str().unwrap();
    assert_eq!(stage.get(&format!("/api/v1/executions/{id}/file?path={file}")).text(), "!");
    assert_eq!(stage.get(&format!("/api/v1/executions/{id}/file/metas?path={file}")).json()["size"], 1);
    let other = "kestra:///other/flow/executions/5cBZ1JF8kim8fbFg13bumX/inputs/a/b";
    assert_eq!(stage.get(&format!("/api/v1/executions/{id}/file?path={other}")).status, 404);
    assert_eq!(stage.get(&format!("/api/v1/executions/{id}/file?path=kestra:///../x")).status, 422);

    let found = stage.get("/api/v1/executions/search?filters[labels][EQUALS][a]=b").json();
    assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &json!(id)));
    let eval = stage.ask("POST", &format!("/api/v1/executions/{id}/eval"), "text/plain", "{{ inputs.name }}");
    assert_eq!(eval.json()["result"], "Ann");
    let latest = json!([{"namespace": "team", "id": "greet"}]).to_string();
    let latest = stage.ask("POST", "/api/v1/executions/latest", "application/json", &latest);
    assert_eq!(latest.json()[0]["id"], id);
}

const FAILS: &str = "
id: fails
namespace: team
tasks:
- id: group
  type: io.kestra.plugin.core.flow.Sequential
  tasks:
  - id: folder
    type: io.kestra.plugin.core.flow.WorkingDirectory
    tasks:
    - {id: never, type: io.kestra.plugin.core.execution.Fail}
";

#[test]
fn what_is_started_again_is_told_as_it_was_then() {
    let stage = staged(FAILS);
    let created = stage.ask("POST", "/api/v1/executions/team/fails", FORM, &form(&[])).json();
    let id = created["id"].as_str().unwrap();
    awaited(&stage, id, "FAILED");
    let again = stage.ask("POST", &format!("/api/v1/executions/{id}/restart"), "", "").json();
    let states: Vec<_> = again["taskRunList"].as_array().unwrap().iter().collect();
    let states: Vec<_> = states.iter().map(|run| (&run["taskId"], &run["state"]["current"])).collect();
    // A group has nobody to wait for; a working directory waits for a worker.
    assert_eq!(states[0], (&json!("group"), &json!("RUNNING")), "{again}");
    assert_eq!(states[1], (&json!("folder"), &json!("RESTARTED")), "{again}");
}

#[test]
fn what_cannot_be_created_is_refused() {
    let stage = staged(GREET);
    let create =
        |path: &str| stage.ask("POST", &format!("/api/v1/executions/{path}"), FORM, &form(&[])).status;
    assert_eq!(create("team/nothing"), 404);
    assert_eq!(create("team/greet"), 422);
    assert_eq!(create("team/greet?labels=system.x:y"), 422);
    assert_eq!(create("team/greet?labels=nothing"), 422);
    assert_eq!(create("team/greet?scheduleDate=soon"), 422);
}

#[test]
fn a_paused_execution_is_resumed_followed_and_deleted() {
    let stage = staged(PAUSE);
    let created = stage.ask("POST", "/api/v1/executions/team/wait", "", "").json();
    assert_eq!(created["state"]["current"], "CREATED");
    let id = created["id"].as_str().unwrap().to_owned();
    awaited(&stage, &id, "PAUSED");
    let act = |method: &str, action: &str| {
        stage.ask(method, &format!("/api/v1/executions/{id}{action}"), "", "").status
    };
    assert_eq!(act("POST", "/restart?revision=7"), 409);
    assert_eq!(act("POST", "/change-status?status=FAILED"), 422);
    assert_eq!(act("DELETE", ""), 409);
    assert_eq!(act("POST", "/actions/resume"), 200);
    awaited(&stage, &id, "SUCCESS");
    assert_eq!(act("POST", "/resume"), 409);
    assert_eq!(act("DELETE", "/kill?isOnKillCascade=false"), 409);

    let events = stage.get(&format!("/api/v1/executions/{id}/follow")).text();
    let ids: Vec<&str> = events.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert_eq!((ids.first(), ids.last()), (Some(&"start"), Some(&"end")), "{events}");

    let label = |key: &str| {
        let labels = json!([{"key": key, "value": "b"}]).to_string();
        let path = format!("/api/v1/executions/{id}/labels");
        let labelled = stage.ask("POST", &path, "application/json", &labels).json();
        let labels: Vec<_> = labelled["labels"].as_array().unwrap().clone();
        labels.iter().map(|label| label["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(label("a").contains(&"a".to_owned()));
    // They take the place of those before, but for those of the system.
    let labels = label("z");
    assert!(labels.contains(&"z".to_owned()) && !labels.contains(&"a".to_owned()), "{labels:?}");
    assert!(labels.contains(&"system.correlationId".to_owned()), "{labels:?}");
    let unknown = json!([id, "unknown"]).to_string();
    let refused = stage.ask("DELETE", "/api/v1/executions/by-ids", "application/json", &unknown);
    assert_eq!((refused.status, refused.json()["invalids"].as_array().unwrap().len()), (400, 1));
    assert_eq!(act("DELETE", ""), 204);
    assert_eq!(act("DELETE", ""), 404);
}

#[test]
fn an_execution_is_repeated_under_a_new_id() {
    let stage = staged(GREET);
    let body = form(&[("name=\"name\"", "Ann")]);
    let first = stage.ask("POST", "/api/v1/executions/team/greet?wait=true", FORM, &body).json();
    let id = first["id"].as_str().unwrap();
    let again = stage.ask("POST", &format!("/api/v1/executions/{id}/replay"), "", "").json();
    assert_eq!((&again["originalId"], &again["state"]["current"]), (&json!(id), &json!("CREATED")));
    let done = awaited(&stage, again["id"].as_str().unwrap(), "SUCCESS");
    assert_eq!(done["outputs"]["said"], "Hello AnnAnn");
    let other = form(&[("name=\"name\"", "Bob")]);
    let path = format!("/api/v1/executions/{id}/actions/replay-with-inputs");
    let other = stage.ask("POST", &path, FORM, &other).json();
    assert_eq!(awaited(&stage, other["id"].as_str().unwrap(), "SUCCESS")["outputs"]["said"], "Hello BobBob");
}

#[test]
fn a_secret_input_is_shown_as_something_encrypted() {
    let stage = staged(
        "
id: hide
namespace: team
inputs:
- {id: word, type: SECRET}
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: x}
",
    );
    let got = stage.ask(
        "POST",
        "/api/v1/executions/team/hide?wait=true",
        FORM,
        &form(&[("name=\"word\"", "tell no one")]),
    );
    assert!(!got.text().contains("tell no one"), "{}", got.text());
    let shown = json!({"type": "io.kestra.datatype:aes_encrypted", "value": "******"});
    assert_eq!(got.json()["inputs"]["word"], shown);
}

#[test]
fn many_executions_have_things_in_common() {
    let stage = staged(PAUSE);
    let made = stage.ask("POST", "/api/v1/executions/team/wait", "", "").json();
    let id = made["id"].as_str().unwrap().to_owned();
    awaited(&stage, &id, "PAUSED");
    let values = |field: &str| stage.get(&format!("/api/v1/executions/distinct-field-values?field={field}"));
    assert_eq!(values("NAMESPACE").json(), json!(["team"]));
    assert_eq!(values("STATE").json(), json!(["PAUSED"]));
    assert_eq!(values("nonsense").status, 422);
    let average = "/api/v1/executions/namespaces/team/flows/wait/average-duration";
    assert_eq!(stage.get(average).json(), json!({"avgDurationMs": 0, "count": 0}));
    assert_eq!(stage.get("/api/v1/concurrency-limit/search").json()["total"], 0);
    let runs = |query: &str| stage.get(&format!("/api/v1/taskruns/search?{query}")).json()["total"].clone();
    assert_eq!(
        (runs("state=PAUSED"), runs("state=FAILED"), runs("namespace=other")),
        (json!(1), json!(0), json!(0))
    );
    let body = json!({"expressions": ["{{ flow.id }}", "{{ nope }}"], "executionId": id}).to_string();
    let rendered = stage.ask("POST", "/api/v1/expressions/render", "application/json", &body).json();
    assert_eq!(rendered["rendered"]["{{ flow.id }}"], "wait");
    assert!(rendered["errors"]["{{ nope }}"].is_string(), "{rendered}");
}

#[test]
fn a_replay_from_a_task_run_has_the_story_of_the_old_execution() {
    let stage = staged(
        "id: two\nnamespace: team\ntasks:\n- {id: a, type: io.kestra.plugin.core.debug.Return, format: x}\n- {id: b, \
         type: io.kestra.plugin.core.debug.Return, format: y}\n",
    );
    let old = stage.ask("POST", "/api/v1/executions/team/two?wait=true", "", "").json();
    let (id, run) = (old["id"].as_str().unwrap(), old["taskRunList"][1]["id"].as_str().unwrap());
    let path = |run: &str| format!("/api/v1/executions/{id}/replay?taskRunId={run}");
    let new = stage.ask("POST", &path(run), "", "").json();
    assert_eq!((&new["state"]["current"], &new["parentId"]), (&json!("RESTARTED"), &old["id"]), "{new}");
    let states = new["taskRunList"].as_array().unwrap().iter().map(|run| run["state"]["current"].clone());
    assert_eq!(states.collect::<Vec<_>>(), ["SUCCESS", "RESTARTED"]);
    let unknown = stage.ask("POST", &path("nope"), "", "");
    assert!(unknown.status == 422 && unknown.text().contains("No task found"), "{}", unknown.text());
    awaited(&stage, new["id"].as_str().unwrap(), "SUCCESS");
}
