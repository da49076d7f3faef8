//! `kapelle run …`

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::Folder;

const GREET: &str = "\
id: greet
namespace: demo
inputs:
  - {id: name, type: STRING}
  - {id: list, type: FILE, required: false}
tasks:
  - {id: hello, type: io.kestra.plugin.core.log.Log, message: 'Hello {{ inputs.name }}'}
outputs:
  - {id: length, type: INT, value: '{{ inputs.name | length }}'}
";

/// What comes without moments, durations and ids.
fn shown(text: &str) -> String {
    let spans = regex::Regex::new(r"\d+ ms|\d+\.\d s").unwrap();
    let ids = regex::Regex::new(r"execution [0-9A-Za-z]{22}").unwrap();
    ids.replace_all(&spans.replace_all(text, "TIME"), "execution ID").into_owned()
}

#[test]
fn a_flow_runs_and_shows_what_happens_and_its_outputs() {
    let folder = Folder::new("run-greet", &[("greet.yaml", GREET)]);
    let ran = folder.run(&["run", "greet.yaml", "--input", "name=Ann", "--data", "data"]);
    insta::assert_snapshot!(shown(&ran), @r#"
    exit 0
    --- stdout
    demo.greet revision 1, execution ID
      hello: Hello Ann
      hello SUCCESS TIME
    SUCCESS in TIME
    {
      "length": 3
    }
    "#);
    let quiet = folder.run(&["run", "greet.yaml", "--input", "name=Jo", "--memory", "--quiet"]);
    assert_eq!(quiet, "exit 0\n--- stdout\n{\n  \"length\": 2\n}\n");
}

#[test]
fn what_is_wrong_is_told_and_nothing_runs() {
    let wrong = GREET.replace("message:", "mesage:");
    let folder = Folder::new("run-wrong", &[("wrong.yaml", &wrong), ("greet.yaml", GREET)]);
    let ran = folder.run(&["run", "wrong.yaml", "--memory", "--input", "name=Ann"]);
    assert!(ran.starts_with("exit 1") && ran.contains("wrong.yaml:7:") && !ran.contains("SUCCESS"), "{ran}");
    let ran = folder.run(&["run", "greet.yaml", "--memory"]);
    assert!(ran.starts_with("exit 1") && ran.contains("Missing required input:name"), "{ran}");
    for (arguments, words) in [
        (&["run", "greet.yaml", "--memory", "--input", "name"][..], "NAME=VALUE"),
        (&["run", "greet.yaml", "--memory", "--max-time", "soon"], "--max-time soon"),
        (&["run", "none.yaml"], "none.yaml"),
        (&["run", "greet.yaml", "--flow", "demo.none", "--memory"], "there is no flow `demo.none`"),
        (&["run"], "FLOW"),
    ] {
        let ran = folder.run(arguments);
        assert!(ran.contains(words) && !ran.starts_with("exit 0"), "{arguments:?}: {ran}");
    }
}

#[test]
fn the_execution_is_printed_as_the_api_shows_it() {
    let folder = Folder::new("run-json", &[("greet.yaml", GREET), ("list.csv", "a,b\n")]);
    let options = ["--input", "name=Ann", "--input", "list=@list.csv", "--label", "team=a", "--memory"];
    let ran = folder.run(&[&["run", "greet.yaml", "--format", "json"][..], &options].concat());
    let json: serde_json::Value =
        serde_json::from_str(ran.strip_prefix("exit 0\n--- stdout\n").unwrap()).unwrap();
    assert_eq!(json["state"]["current"], "SUCCESS");
    assert_eq!(json["taskRunList"][0]["taskId"], "hello");
    assert_eq!(json["taskRunList"][0]["attempts"][0]["state"]["current"], "SUCCESS");
    assert_eq!(json["outputs"]["length"], 3);
    assert_eq!(json["labels"][0]["value"], "a");
    let file = json["inputs"]["list"].as_str().unwrap();
    assert!(
        file.starts_with("kestra:///demo/greet/executions/") && file.ends_with("/inputs/list/list.csv"),
        "{file}"
    );
}

#[test]
fn subflows_keys_files_and_secrets_come_from_options() {
    let parent = "\
id: parent
namespace: demo
tasks:
  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: demo, flowId: greet, inputs: {name: \"{{ kv('who') }}\"}}
  - {id: read, type: io.kestra.plugin.core.log.Log, message: \"{{ read('note.txt') }} {{ outputs.call.outputs.length }}\"}
  - {id: hide, type: io.kestra.plugin.core.log.Log, message: \"it is {{ secret('TOKEN') }}\"}
";
    let files = [
        ("parent.yaml", parent),
        ("more/greet.yaml", GREET),
        ("files/note.txt", "a note"),
        ("keys.yaml", "who: Grace"),
        ("secrets.env", "TOKEN=s3cr3t-value"),
    ];
    let folder = Folder::new("run-options", &files);
    let ran = folder.run(&[
        "run",
        "parent.yaml",
        "--flows",
        "more",
        "--namespace-files",
        "files",
        "--kv",
        "keys.yaml",
        "--secrets",
        "secrets.env",
        "--memory",
    ]);
    assert!(ran.starts_with("exit 0"), "{ran}");
    assert!(ran.contains("read: a note 5") && ran.contains("hello: Hello Grace"), "{ran}");
    assert!(ran.contains("hide: it is ******") && !ran.contains("s3cr3t"), "{ran}");
    folder.write("mounted/TOKEN", b"another-s3cr3t");
    let coded = parent.replace("it is {{ secret('TOKEN') }}", "{{ secret('TOKEN') | base64encode }}");
    folder.write("coded.yaml", coded.as_bytes());
    let options =
        ["--flows", "more", "--namespace-files", "files", "--kv", "keys.yaml", "--secrets", "mounted"];
    let ran = folder.run(&[&["run", "coded.yaml", "--memory"][..], &options].concat());
    assert!(ran.starts_with("exit 0") && ran.contains("hide: ******"), "{ran}");
}

#[test]
fn what_takes_longer_than_it_may_is_killed() {
    let flow = "\
id: long
namespace: demo
tasks:
  - {id: wait, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}
";
    let folder = Folder::new("run-long", &[("long.yaml", flow)]);
    let ran = folder.run(&["run", "long.yaml", "--memory", "--max-time", "PT0.2S"]);
    assert!(ran.starts_with("exit 1") && ran.contains("KILLED in"), "{ran}");
}

#[test]
fn after_a_crash_it_goes_on_where_it_was() {
    let flow = "\
id: crash
namespace: demo
tasks:
  - {id: before, type: io.kestra.plugin.core.log.Log, message: before}
  - {id: wait, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT1S}
  - {id: after, type: io.kestra.plugin.core.log.Log, message: after}
";
    let folder = Folder::new("run-crash", &[("crash.yaml", flow)]);
    let mut process = Command::new(env!("CARGO_BIN_EXE_kapelle"))
        .args(["run", "crash.yaml", "--data", "data"])
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let title = lines.next().unwrap();
    lines.find(|line| line.contains("wait PAUSED")).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    let id = title.rsplit(' ').next().unwrap();
    let ran = folder.run(&["run", "--resume", id, "--data", "data"]);
    assert!(ran.starts_with("exit 0") && ran.contains("after: after") && ran.contains("SUCCESS in"), "{ran}");
    assert!(!ran.contains("before: before"), "it does not begin anew: {ran}");
    let again = folder.run(&["run", "--resume", id, "--data", "data"]);
    assert!(again.starts_with("exit 0") && again.contains("SUCCESS in"), "{again}");
}

#[test]
fn what_the_batches_of_a_file_gave_is_joined_in_their_order() {
    let parent = "\
id: batches
namespace: demo
tasks:
  - {id: rows, type: io.kestra.plugin.core.storage.Write, content: \"Ann\\nBob\\nEve\\n\", extension: .txt}
  - id: each
    type: io.kestra.plugin.core.flow.ForEachItem
    items: '{{ outputs.rows.uri }}'
    batch: {rows: 1}
    namespace: demo
    flowId: one
    inputs: {batch: '{{ taskrun.items }}'}
  - {id: show, type: io.kestra.plugin.core.log.Log, message: '{{ read(outputs.each_merge.subflowOutputs) }}'}
";
    let child = "\
id: one
namespace: demo
inputs:
  - {id: batch, type: FILE}
tasks:
  - {id: log, type: io.kestra.plugin.core.log.Log, message: hi}
outputs:
  - {id: name, type: STRING, value: '{{ read(inputs.batch) | trim }}'}
";
    let folder = Folder::new("run-batches", &[("batches.yaml", parent), ("more/one.yaml", child)]);
    let ran = folder.run(&["run", "batches.yaml", "--flows", "more", "--memory", "--format", "logs"]);
    assert!(ran.contains("{name:\"Ann\"}\n{name:\"Bob\"}\n{name:\"Eve\"}\n"), "{ran}");
}

#[test]
fn a_task_with_a_cache_is_done_once_for_the_same_properties() {
    let flow = "\
id: cached
namespace: demo
inputs:
  - {id: n, type: INT}
tasks:
  - {id: once, type: io.kestra.plugin.core.debug.Return, format: '{{ inputs.n }} {{ randomInt(1, 1000000000) }}', taskCache: {enabled: true, ttl: PT1H}}
  - {id: stable, type: io.kestra.plugin.core.debug.Return, format: 'n is {{ inputs.n }}', taskCache: {enabled: true}}
";
    let folder = Folder::new("run-cached", &[("cached.yaml", flow)]);
    let run = |n: &str| folder.run(&["run", "cached.yaml", "--data", "data", "--input", n]);
    let again = "stable: the outputs of an earlier run with the same properties are used again";
    assert!(!run("n=1").contains(again));
    let second = run("n=1");
    assert!(second.starts_with("exit 0") && second.contains(again), "{second}");
    assert!(!second.contains("once: the outputs"), "what is rendered otherwise is other work: {second}");
    assert!(!run("n=2").contains(again));
}

#[test]
fn the_log_of_a_task_goes_into_a_file_if_it_wants_that() {
    let flow = GREET.replace("message:", "logToFile: true, message:");
    let folder = Folder::new("run-log-file", &[("greet.yaml", &flow)]);
    let ran = folder.run(&["run", "greet.yaml", "--input", "name=Ann", "--data", "data", "--format", "json"]);
    let file = ran.split_once("\"logFile\": \"kestra:///").unwrap().1.split_once('"').unwrap().0;
    assert!(file.starts_with("demo/greet/executions/") && file.ends_with("/attempt-1.log"), "{file}");
    let log = folder.read(&format!("data/files/main/{file}"));
    assert!(log.ends_with("Z INFO  Hello Ann\n"), "{log}");
    let lines =
        folder.run(&["run", "greet.yaml", "--input", "name=Ann", "--data", "data", "--format", "logs"]);
    assert!(lines.starts_with("exit 0") && !lines.contains("Hello"), "{lines}");
}

#[test]
fn runs_that_ended_long_ago_go_but_for_the_last_ones() {
    use kapelle_model::State;
    use kapelle_store::contract::data::World;
    use kapelle_store::{Store, Transaction, Write};
    use kapelle_store_sqlite::{Options, SqliteStore};
    let folder = Folder::new("run-tidy", &[("greet.yaml", GREET)]);
    let place = folder.path("state/kapelle/run/0");
    let open = || SqliteStore::open(&place, Options::new(Box::new(|why| panic!("{why}")))).unwrap();
    let store = open();
    let mut world = World::new(3);
    let mut ids = Vec::new();
    for number in 0..14 {
        let birth = world.birth_with(|birth| {
            birth.parent = None;
            (birth.tenant, birth.namespace, birth.flow) = ("main".into(), "demo".into(), "old".into());
        });
        let id = birth.id;
        let mut writes = vec![Write::from(birth), world.change_to(id, State::Running).into()];
        if number != 1 {
            writes.push(world.end(id).into());
        }
        (&store as &dyn Store).commit(Transaction::of(writes)).unwrap();
        folder.write(&format!("state/kapelle/run/0/files/main/demo/old/executions/{id}/a.txt"), b"a");
        ids.push(id);
    }
    drop(store);
    let mut command = folder.command("kapelle");
    command.args(["run", "greet.yaml", "--input", "name=Ann"]).env("XDG_STATE_HOME", folder.path("state"));
    assert!(command.output().unwrap().status.success());
    let store = open();
    let left: Vec<_> = ids.iter().map(|id| store.header(*id).unwrap().is_some()).collect();
    assert_eq!(left[..5], [false, true, false, false, true], "the last ten stay, and what is not over");
    for (id, is_left) in ids.iter().zip(left) {
        let files = place.join(format!("files/main/demo/old/executions/{id}"));
        assert_eq!(files.exists(), is_left, "{id}");
    }
}

#[test]
fn an_execution_that_is_tried_again_as_another_one_is_followed_to_the_last() {
    let flow = "\
id: again
namespace: demo
tasks:
  - id: first
    type: io.kestra.plugin.core.execution.Fail
    runIf: '{{ execution.originalId == execution.id }}'
    retry: {type: constant, interval: PT0.1S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}
  - {id: then, type: io.kestra.plugin.core.log.Log, message: at last}
";
    let folder = Folder::new("run-again", &[("again.yaml", flow)]);
    let ran = folder.run(&["run", "again.yaml", "--memory"]);
    let moment = regex::Regex::new(r"at 2\S+Z").unwrap();
    insta::assert_snapshot!(moment.replace_all(&shown(&ran), "at MOMENT"), @r"
    exit 0
    --- stdout
    demo.again revision 1, execution ID
      first: ERROR Task failure
      first RETRIED TIME
    demo.again revision 1, execution ID
      tries again after attempt 1 at MOMENT
      first SKIPPED TIME
      then: at last
      then SUCCESS TIME
    SUCCESS in TIME
    ");
}

#[test]
fn what_still_runs_after_a_failure_is_killed_when_the_time_is_up() {
    let flow = "\
id: beside
namespace: demo
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {id: bad, type: io.kestra.plugin.core.execution.Fail}
      - {id: long, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}
";
    let folder = Folder::new("run-beside", &[("beside.yaml", flow)]);
    let ran = folder.run(&["run", "beside.yaml", "--memory", "--max-time", "PT0.5S"]);
    assert!(ran.starts_with("exit 1") && ran.contains("FAILED in "), "{ran}");
}

#[test]
fn what_tries_it_again_is_killed_with_it() {
    let flow = "\
id: patient
namespace: demo
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: bad
        type: io.kestra.plugin.core.execution.Fail
        retry: {type: constant, interval: PT1H, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}
      - {id: long, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}
";
    let folder = Folder::new("run-patient", &[("patient.yaml", flow)]);
    let ran = folder.run(&["run", "patient.yaml", "--memory", "--max-time", "PT0.5S"]);
    assert!(ran.starts_with("exit 1") && ran.contains("KILLED in "), "{ran}");
}
