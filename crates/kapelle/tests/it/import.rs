//! `kapelle import crontab`.

use super::Folder;

const CRONTAB: &str = r#"
PATH=/usr/local/bin:/usr/bin
MAILTO=ops@example.com

# Nightly backup of the shop.
30 2 * * * /opt/backup.sh --all
CRON_TZ=Europe/Berlin
MAILTO=
SHELL=/bin/bash
*/5 * * * * docker ps --format '{{.Names}}' | wc -l
0 0 * * 0 mail -s "it's" ann%Hi,%all is well: yes
@reboot /opt/warm-up.sh
"#;

#[test]
fn each_line_becomes_a_flow_or_is_told() {
    let folder = Folder::new("import-crontab", &[("jobs", CRONTAB)]);
    insta::assert_snapshot!(folder.run(&["import", "crontab", "jobs", "--namespace", "company.ops"]), @r#"
    exit 1
    --- stdout
    id: backup
    namespace: company.ops
    description: Nightly backup of the shop.
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        failFast: false
        env:
          PATH: "/usr/local/bin:/usr/bin"
        commands:
          - "/opt/backup.sh --all"
    errors:
      - id: mail
        type: io.kestra.plugin.email.MailSend
        host: localhost
        port: 25
        transportStrategy: SMTP
        from: "ops@example.com"
        to: "ops@example.com"
        subject: "{{ flow.id }} failed"
        plainTextContent: "{{ flow.namespace }}.{{ flow.id }} failed in execution {{ execution.id }}:\n{{ errorLogs() }}"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "30 2 * * *"
        recoverMissedSchedules: NONE
    ---
    id: docker-ps
    namespace: company.ops
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        interpreter:
          - "/bin/bash"
          - "-c"
        failFast: false
        env:
          PATH: "/usr/local/bin:/usr/bin"
        commands:
          - "{% verbatim %}docker ps --format '{{.Names}}' | wc -l{% endverbatim %}"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "*/5 * * * *"
        timezone: Europe/Berlin
        recoverMissedSchedules: NONE
    ---
    id: mail
    namespace: company.ops
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        interpreter:
          - "/bin/bash"
          - "-c"
        failFast: false
        env:
          PATH: "/usr/local/bin:/usr/bin"
        commands:
          - "{ mail -s \"it's\" ann\n} <<'INPUT'\nHi,\nall is well: yes\nINPUT"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "0 0 * * 0"
        timezone: Europe/Berlin
        recoverMissedSchedules: NONE
    --- stderr
    line 6: backup
    line 6: note: cron mailed what the command printed, the flow mails when it fails: check the mail server in its task `mail`
    line 10: docker-ps
    line 11: mail
    line 12: not translated: `@reboot` runs when the machine starts, and no trigger does: let a service of the machine start it
    note: commands run as the user of the server, in a folder of their own instead of a home folder
    note: schedules without a zone follow the clock of the server; choose one with `--zone`
    translated 3 lines, 1 not translated
    "#);
}

#[test]
fn what_comes_out_is_what_check_wants() {
    let folder = Folder::new("import-check", &[]);
    let many = "\
* * * * * true\n0 24 * * * no\n@daily kill -0 1\n@weekly pause\n0 0 1 1 * a ${#b} {% raw %} %x\n\
MAILTO=root\nFOO='a: b # c'\ny=no\n1 1 1 1 1 \"a b\" 'c' \\\\ \u{e4}\u{1F600} \t : - ? & *\n";
    folder.write("many", many.as_bytes());
    folder.write("jobs", CRONTAB.as_bytes());
    for (file, expected) in [("many", 5), ("jobs", 3)] {
        let out = format!("out-{file}");
        folder.run(&["import", "crontab", file, "--out", &out]);
        let written = std::fs::read_dir(folder.path(&out)).unwrap().count();
        assert_eq!(written, expected, "{file}");
        let checked = folder.run(&["check", "--strict", &out]);
        assert!(checked.starts_with("exit 0\n"), "{checked}");
    }
}

#[test]
fn system_crontabs_come_from_standard_input_too() {
    let folder = Folder::new("import-system", &[]);
    let text = "17 * * * * root /opt/x.sh\n";
    let arguments = ["import", "crontab", "-", "--format", "system", "--zone", "UTC"];
    insta::assert_snapshot!(folder.run_with("kapelle", &arguments, text), @r#"
    exit 0
    --- stdout
    id: x
    namespace: cron
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        failFast: false
        commands:
          - "/opt/x.sh"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "17 * * * *"
        timezone: UTC
        recoverMissedSchedules: NONE
    --- stderr
    line 1: x (ran as `root`)
    note: commands run as the user of the server, in a folder of their own instead of a home folder
    translated 1 line
    "#);
}

#[test]
fn nothing_is_written_over() {
    let folder = Folder::new("import-over", &[("jobs", "@daily a\n@daily b\n"), ("flows/b.yaml", "mine")]);
    insta::assert_snapshot!(folder.run(&["import", "crontab", "jobs", "--out", "flows"]), @"
    exit 1
    --- stderr
    error: `flows/b.yaml` is there already: remove it, or choose another folder with `--out`
    ");
    assert!(!folder.path("flows/a.yaml").exists());
    assert_eq!(folder.read("flows/b.yaml"), "mine");
    insta::assert_snapshot!(folder.run(&["import", "crontab", "none"]), @"
    exit 1
    --- stderr
    error: cannot read `none`: No such file or directory (os error 2)
    ");
    insta::assert_snapshot!(folder.run(&["import", "crontab", "jobs", "--zone", "Berlin"]), @"
    exit 2
    --- stderr
    error: there is no time zone `Berlin`; did you mean `Europe/Berlin`?
    ");
}

const COIN: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: coin}
spec:
  entrypoint: main
  onExit: bye
  arguments: {parameters: [{name: side, value: heads}]}
  templates:
  - name: main
    steps:
    - - {name: flip, template: flip}
    - - name: heads
        template: note
        when: "{{steps.flip.outputs.result}} == heads"
        arguments: {parameters: [{name: what, value: "it's {{steps.flip.outputs.result}}"}]}
      - name: tails
        template: note
        when: "{{steps.flip.outputs.result}} == tails"
        arguments: {parameters: [{name: what, value: never}]}
    - - name: each
        template: pair
        withItems: [{n: 1}, {n: 2}]
        arguments: {parameters: [{name: n, value: "{{item.n}}"}]}
  - name: flip
    script: {image: busybox, command: [sh], source: "echo {{workflow.parameters.side}}"}
  - name: note
    inputs: {parameters: [{name: what}]}
    container: {image: busybox, command: [echo], args: ["{{inputs.parameters.what}}"]}
  - name: pair
    inputs: {parameters: [{name: n}]}
    dag:
      tasks:
      - {name: write, template: write, arguments: {parameters: [{name: n, value: "{{inputs.parameters.n}}"}]}}
      - name: read
        dependencies: [write]
        template: read
        arguments:
          parameters: [{name: double, value: "{{tasks.write.outputs.parameters.double}}"}]
          artifacts: [{name: text, from: "{{tasks.write.outputs.artifacts.text}}"}]
  - name: write
    inputs: {parameters: [{name: n}]}
    outputs:
      parameters: [{name: double, valueFrom: {path: double.txt}}]
      artifacts: [{name: text, path: text.txt}]
    container: {image: busybox, command: [sh, -c], args: ["expr {{inputs.parameters.n}} + {{inputs.parameters.n}} > double.txt; echo text of {{inputs.parameters.n}} > text.txt"]}
  - name: read
    inputs: {parameters: [{name: double}], artifacts: [{name: text, path: in/text.txt}]}
    container: {image: busybox, command: [sh, -c], args: ["echo $(cat {{inputs.artifacts.text.path}}) is {{inputs.parameters.double}}"]}
  - name: bye
    container: {image: busybox, command: [echo], args: ["bye: {{workflow.status}}"]}
"#;

/// What the programs of a run print and how it ended, sorted: what runs at once has no order.
fn printed(folder: &Folder, arguments: &[&str]) -> String {
    let told = folder.run(arguments);
    let is_printed = |line: &&str| {
        let mut tasks = ["flip", "heads", "tails", "read", "bye"].iter();
        // Which runner is taken is told too.
        let is_told = line.contains("scripts that name no runner");
        line.starts_with("exit") || !is_told && tasks.any(|task| line.starts_with(&format!("  {task}: ")))
    };
    let mut lines: Vec<&str> = told.lines().filter(is_printed).map(str::trim).collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn a_workflow_of_argo_runs_as_it_is_and_as_the_flow_that_it_becomes() {
    let folder = Folder::new("import-argo", &[("coin.yaml", COIN)]);
    let expected = "bye: bye: Succeeded\nexit 0\nflip: heads\nheads: it's heads\nread: text of 1 is 2\nread: text of 2 is 4";
    assert_eq!(printed(&folder, &["run", "coin.yaml", "--memory"]), expected);
    folder.run(&["import", "argo", "coin.yaml", "--runner", "process", "--out", "flows"]);
    assert_eq!(printed(&folder, &["run", "flows", "--memory"]), expected);
}

const FAILURES: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: failures}
spec:
  entrypoint: main
  templates:
  - name: main
    parallelism: 1
    failFast: true
    steps:
    - - {name: make, template: make}
    - - name: read
        template: read
        arguments:
          artifacts:
          - {name: folder, from: "{{steps.make.outputs.artifacts.folder}}"}
          - {name: none, from: "{{steps.make.outputs.artifacts.none}}"}
    - - {name: flip, template: strict, continueOn: {failed: true}}
    - - {name: heads, template: note, when: "{{steps.flip.status}} =~ '^F' && {{steps.make.outputs.result}} == ' 2.50'"}
    - - {name: omitted, template: omitted}
  - name: make
    container: {image: busybox, command: [sh, -c], args: ["mkdir -p out/of; echo kept > out/of/it; echo ' 2.50'"]}
    outputs: {artifacts: [{name: folder, path: out}, {name: none, path: none, optional: true}]}
  - name: read
    inputs: {artifacts: [{name: folder, path: "in/{{workflow.name}}"}, {name: none, path: in/none, optional: true}]}
    container: {image: busybox, command: [sh, -c], args: ["cat {{inputs.artifacts.folder.path}}/of/it; [ ! -e in/none ]"]}
  - name: strict
    script: {image: busybox, command: [sh, -e], source: "echo first\nfalse\necho second\n"}
  - name: omitted
    dag:
      tasks:
      - {name: skipped, template: note, when: "1 == 2"}
      - {name: tails, template: note, depends: skipped.Succeeded}
      - {name: bye, template: note, depends: tails}
  - name: note
    container: {image: busybox, command: [echo, noted]}
"#;

#[test]
fn what_fails_or_is_skipped_means_what_it_meant() {
    let folder = Folder::new("import-failures", &[("failures.yaml", FAILURES)]);
    let ran = printed(&folder, &["run", "failures.yaml", "--memory"]);
    insta::assert_snapshot!(ran, @"
    exit 0
    flip: ERROR Command failed with exit code 1
    flip: first
    heads: noted
    read: kept
    ");
}

#[test]
fn a_workflow_that_was_not_understood_whole_does_not_run() {
    let odd = "apiVersion: argoproj.io/v1\nkind: Workflow\nmetadata: {name: odd}\nspec:\n  entrypoint: a\n  templates:\n  - name: a\n    steps: [[{name: b, template: c, when: \"x in (y)\"}]]\n  - name: c\n    container: {image: busybox, command: [ls]}\n";
    let folder = Folder::new("import-odd", &[("odd.yaml", odd)]);
    insta::assert_snapshot!(folder.run(&["run", "odd.yaml", "--memory"]), @r#"
    exit 1
    --- stderr
    odd.yaml:8: the condition `x in (y)` is not translated
    error: some of the workflow would be left out: mend it, or make a flow of it with `kapelle import argo` and mend that
    "#);
}

#[test]
fn lines_of_the_flow_are_not_told_as_those_of_the_workflow() {
    let wrong = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wrong}\nspec:\n  entrypoint: a\n  arguments: {parameters: [{name: p, enum: [a, b], value: c}]}\n  templates: [{name: a, suspend: {}}]\n";
    let folder = Folder::new("import-wrong", &[("wrong.yaml", wrong)]);
    insta::assert_snapshot!(folder.run(&["run", "wrong.yaml", "--memory"]), @"
    exit 1
    --- stderr
    error[input-default]: the default `c` is not one of the values
      wrong.yaml (as a flow):9:15
    9 |     defaults: c
      |               ^ values are a, b

    checked 1 flow in 1 file in TIME: 1 error
    ");
}
