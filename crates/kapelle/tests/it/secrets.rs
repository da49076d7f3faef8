//! `kapelle secrets …`, and where secrets of runs are: nowhere in clear.

use std::path::Path;

use kapelle_core::expression::plain::to_base64;

use crate::Folder;

const TOKEN: &str = "canary-token-0815";
const PASS: &str = "canary-pass-4711";

const LEAKS: &str = "\
id: leaks
namespace: demo.team
inputs:
  - {id: pass, type: SECRET}
  - {id: large, type: SECRET}
tasks:
  - {id: out, type: io.kestra.plugin.core.debug.Return, format: \"x {{ secret('TOKEN') }} {{ inputs.pass }}\"}
  - {id: large, type: io.kestra.plugin.core.debug.Return, format: '{{ inputs.large }}'}
  - {id: log, type: io.kestra.plugin.core.log.Log, message: '{{ outputs.out.value }}'}
  - {id: set, type: io.kestra.plugin.core.kv.Set, key: k, value: \"{{ secret('TOKEN') }}\"}
  - {id: vars, type: io.kestra.plugin.core.execution.SetVariables, variables: {v: '{{ inputs.pass }}'}}
  - id: fails
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: '{{ inputs.pass }}'
    allowFailure: true
  - id: child
    type: io.kestra.plugin.core.flow.Subflow
    namespace: demo.team
    flowId: child
    inputs: {pass: '{{ inputs.pass }}'}
  - id: lines
    type: io.kestra.plugin.core.storage.Write
    content: \"one\\ntwo\\n\"
  - id: each
    type: io.kestra.plugin.core.flow.ForEachItem
    items: '{{ outputs.lines.uri }}'
    batch: {rows: 1}
    namespace: demo.team
    flowId: child
    inputs: {pass: '{{ inputs.pass }}'}
outputs:
  - {id: all, type: STRING, value: '{{ outputs.out.value }}'}
";

const CHILD: &str = "\
id: child
namespace: demo.team
inputs:
  - {id: pass, type: SECRET}
tasks:
  - {id: out, type: io.kestra.plugin.core.debug.Return, format: '{{ inputs.pass }}'}
outputs:
  - {id: pass, type: STRING, value: '{{ outputs.out.value }}'}
";

/// A text as it is, in hexadecimal, and in base64 wherever it begins.
fn forms(text: &str) -> Vec<String> {
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut forms = vec![text.to_owned(), hex.to_uppercase(), hex];
    for before in 0..3 {
        let encoded = to_base64(&[vec![0; before], text.as_bytes().to_vec()].concat());
        // The characters at both ends depend on what is around.
        let clear = encoded.trim_end_matches('=');
        forms.push(clear[before + 1..clear.len() - 1].to_owned());
    }
    forms
}

/// The files below a folder that hold a text in any form.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let forms: Vec<_> = forms(text).iter().map(|form| regex::escape(form)).collect();
    let any = regex::bytes::Regex::new(&forms.join("|")).unwrap();
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if any.is_match(&std::fs::read(&path).unwrap()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn a_secret_goes_in_is_used_and_never_comes_out() {
    let folder = Folder::new("secrets-life", &[("leaks.yaml", LEAKS), ("flows/child.yaml", CHILD)]);
    let set = |arguments: &[&str], value: &str| {
        let all = [&["secrets", "set"], arguments, &["--data", "data"]].concat();
        folder.run_with("kapelle", &all, value)
    };
    assert_eq!(set(&["TOKEN", "--namespace", "demo", "--description", "for all"], TOKEN), "exit 0\n");
    assert_eq!(set(&["OTHER"], "x\n"), "exit 0\n");
    let empty = set(&["EMPTY"], "\n");
    assert!(empty.starts_with("exit 2") && empty.contains("there is no value"), "{empty}");
    let list = ["secrets", "list", "--data", "data"];
    assert_eq!(folder.run(&list), "exit 0\n--- stdout\nOTHER\n");
    let of_demo = folder.run(&[&list[..], &["--namespace", "demo"]].concat());
    assert_eq!(of_demo, "exit 0\n--- stdout\nTOKEN  for all\n");

    // So large that it is kept apart.
    let large = (0..16_000).map(|number| format!(" {number}")).collect::<Vec<_>>().concat();
    folder.write("inputs.yaml", format!("pass: {PASS}\nlarge: {PASS}{large}\n").as_bytes());
    let run = ["run", "leaks.yaml", "--flows", "flows", "--inputs", "inputs.yaml", "--data", "data"];
    let ran = folder.run(&run);
    assert!(ran.starts_with("exit 0") && ran.contains("WARNING in"), "{ran}");
    for (text, name) in [(TOKEN, "the secret"), (PASS, "the input")] {
        assert!(!ran.contains(text), "{name}: {ran}");
        assert_eq!(files_with(&folder.path("data"), text), Vec::<String>::new(), "{name}");
    }

    let delete = ["secrets", "delete", "TOKEN", "--namespace", "demo", "--data", "data"];
    assert_eq!(folder.run(&delete), "exit 0\n");
    let again = folder.run(&delete);
    assert!(
        again.starts_with("exit 1") && again.contains("no secret `TOKEN` in the namespace `demo`"),
        "{again}"
    );
    let without = folder.run(&run);
    assert!(without.starts_with("exit 1") && without.contains("TOKEN"), "{without}");
}

#[test]
fn a_key_of_the_installation_is_used_and_missed() {
    let folder = Folder::new("secrets-key", &[]);
    let with = |key: &str| {
        let mut command = folder.command("kapelle");
        command.args(["secrets", "list", "--data", "data"]).env("KESTRA_ENCRYPTION_SECRET_KEY", key);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    folder.run_with("kapelle", &["secrets", "set", "A", "--data", "data"], "x");
    let (code, words) = with("c2hvcnQ=");
    assert!(
        code == 2 && words.contains("`kestra.encryption.secret-key`") && words.contains("needs 32"),
        "{words}"
    );
    assert_eq!(with(&to_base64(&[9; 32])), (0, String::new()));
    let missed = folder.run(&["secrets", "list", "--data", "data"]);
    assert!(missed.starts_with("exit 2") && missed.contains("kestra.encryption.secret-key"), "{missed}");
    let none = folder.run(&["secrets", "list", "--data", "none"]);
    assert!(none.starts_with("exit 2") && none.contains("there is no data"), "{none}");
}
