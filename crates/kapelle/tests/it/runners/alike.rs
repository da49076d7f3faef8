//! One flow, which says nothing of runners, does the same on each of them.

use std::thread;

use serde_json::{Value as Json, json};

use super::{Runner, all, ended, logs, started};
use crate::Folder;
use crate::web::Server;

const FLOW: &str = include_str!("../../../../../examples/runners.yaml");

#[test]
fn one_flow_does_the_same_on_this_machine_in_a_container_and_in_a_pod() {
    let runners = all();
    let seen: Vec<(&str, Json)> = thread::scope(|scope| {
        let runs: Vec<_> =
            runners.iter().map(|runner| (runner.name, scope.spawn(|| seen_on(runner)))).collect();
        runs.into_iter().map(|(name, run)| (name, run.join().unwrap())).collect()
    });
    let (_, here) = &seen[0];
    let runs: Vec<_> = here["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (text(&run["task"]), text(&run["state"])))
        .collect();
    assert_eq!(
        (text(&here["state"]), runs),
        (
            "FAILED",
            vec![("split", "SUCCESS"), ("audit", "WARNING"), ("confirm", "WARNING"), ("publish", "FAILED")]
        )
    );
    let split = &here["runs"][0];
    assert_eq!(split["outputs"]["vars"], json!({"good": 2, "title": "Sales of at least 10"}));
    assert_eq!(
        split["files"],
        json!({
            "parts/bad.csv": "south,7\n",
            "parts/good.csv": "north,12\nwest,31\n",
            "report.txt": "Sales of at least 10\nnorth,12\nwest,31\n",
        })
    );
    assert_eq!(split["lines"]["ERROR"], json!(["south sold 7 only"]));
    assert_eq!(split["lines"]["INFO"], json!(["north is good", "west is good", "for it's $HOME & co."]));
    assert_eq!(
        (&here["runs"][1]["outputs"]["exitCode"], &here["runs"][3]["outputs"]["exitCode"]),
        (&json!(3), &json!(7))
    );
    for (name, there) in &seen[1..] {
        if *name == "kubernetes" {
            assert_eq!(in_one_stream(there), in_one_stream(here), "{name} differs from this machine");
        } else {
            assert_eq!(there, here, "{name} differs from this machine");
        }
    }
}

/// As clusters tell it: the lines of both streams are one log.
fn in_one_stream(seen: &Json) -> Json {
    let mut seen = seen.clone();
    for run in seen["runs"].as_array_mut().unwrap() {
        let outputs = run["outputs"].as_object_mut().unwrap();
        let counts = ["stdOutLineCount", "stdErrLineCount"]
            .map(|name| outputs.remove(name).unwrap().as_u64().unwrap());
        let lines = run["lines"].as_object().unwrap().values().flat_map(|lines| lines.as_array().unwrap());
        let mut lines: Vec<String> = lines.map(|line| text(line).to_owned()).collect();
        lines.sort();
        (run["lines"], run["count"]) = (json!(lines), json!(counts.iter().sum::<u64>()));
    }
    seen
}

/// What the flow does where its scripts run by this runner, without what has to differ: ids, moments, details of the runner.
fn seen_on(runner: &Runner) -> Json {
    let folder = Folder::new(
        &format!("runners-alike-{}", runner.name),
        &[("kestra.yml", &runner.configuration), ("flows/runners.yaml", FLOW)],
    );
    let server = Server::start(&folder.path(""), &["--flow-path", "flows"]).unwrap();
    let id = started(&server, "company.data/sales-report", &[("strict", "true")]);
    let execution = ended(&server, &id);
    let lines = logs(&server, &id);
    let runs = execution["taskRunList"].as_array().unwrap().iter();
    let runs: Vec<Json> = runs
        .map(|run| {
            let mut outputs = run["outputs"].clone();
            let given = outputs.as_object_mut().map(|outputs| {
                outputs.remove("taskRunner");
                // By which signal it was ended is a matter of the runner.
                if run["taskId"] == "confirm" {
                    outputs.remove("exitCode");
                }
                outputs.remove("outputFiles").unwrap_or_default()
            });
            let given = given.unwrap_or_default();
            let files = given.as_object().into_iter().flatten();
            let files: serde_json::Map<_, _> =
                files.map(|(name, uri)| (name.clone(), content(&server, &id, text(uri)).into())).collect();
            let attempts = run["attempts"].as_array().unwrap().iter();
            json!({
                "task": run["taskId"],
                "state": run["state"]["current"],
                "attempts": attempts.map(|attempt| &attempt["state"]["current"]).collect::<Vec<_>>(),
                "outputs": outputs,
                "files": files,
                "lines": by_level(&lines, text(&run["taskId"]), &id),
            })
        })
        .collect();
    json!({"state": execution["state"]["current"], "runs": runs})
}

fn content(server: &Server, id: &str, uri: &str) -> String {
    let path = format!("/api/v1/main/executions/{id}/file?path={uri}");
    let answer = server.ask("GET", &path, "text/plain", "").unwrap();
    assert_eq!(answer.status, 200, "{uri}: {}", answer.body);
    answer.body
}

/// The lines of a task. Of two streams, which comes first nobody knows.
fn by_level(lines: &[Json], task: &str, id: &str) -> Json {
    let of = |level: &str| {
        let lines = lines.iter().filter(|line| line["taskId"] == task && line["level"] == level);
        lines.map(|line| text(&line["message"]).replace(id, "ID")).collect::<Vec<_>>()
    };
    json!({"ERROR": of("ERROR"), "WARN": of("WARN"), "INFO": of("INFO")})
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}
