//! What a flow has as a whole: schedules, parameters, labels, limits; and what is told of it.

use super::*;

#[test]
fn times_and_tries_are_kept() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    dag:
      tasks:
      - {name: a, template: work, continueOn: {failed: true}}
      - {name: wait, template: wait, depends: a}
      - {name: ask, template: ask}
      - {name: get, template: get}
  - name: work
    activeDeadlineSeconds: 90
    retryStrategy: {limit: 3, backoff: {duration: 5s, factor: 2, maxDuration: 1m}}
    container: {image: busybox, command: [sleep, "1"]}
  - name: wait
    suspend: {duration: "20"}
  - name: ask
    suspend: {}
    outputs: {parameters: [{name: approve, enum: [YES, NO], valueFrom: {supplied: {}}}]}
  - name: get
    retryStrategy: {limit: "2"}
    http: {url: "https://example.com/{{workflow.parameters.x}}", method: POST, headers: [{name: X, value: y}], body: "{}", timeoutSeconds: 10}
"#
    ), @r#"
      - id: main
        type: io.kestra.plugin.core.flow.Dag
        tasks:
          - task:
              id: a
              type: io.kestra.plugin.scripts.shell.Commands
              commands:
                - sleep 1
              containerImage: busybox
              timeout: PT90S
              retry:
                type: exponential
                interval: PT5S
                delayFactor: 2.0
                maxInterval: PT1M
                maxDuration: PT1M
                maxAttempts: 4
              allowFailure: true
          - task:
              id: wait
              type: io.kestra.plugin.core.flow.Pause
              pauseDuration: PT20S
            dependsOn:
              - a
          - task:
              id: ask
              type: io.kestra.plugin.core.flow.Pause
              onResume:
                - id: approve
                  type: SELECT
                  values:
                    - true
                    - false
          - task:
              id: get
              type: io.kestra.plugin.core.http.Request
              uri: "https://example.com/{{ inputs.x }}"
              method: POST
              body: "{}"
              headers:
                X: "y"
              timeout: PT10S
              retry:
                type: constant
                interval: PT1S
                maxAttempts: 3
    "#);
}

const NIGHTLY: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata:
  name: nightly
  labels: {team: data}
  annotations: {workflows.argoproj.io/description: Counts at night.}
spec:
  schedule: 30 2 * * *
  timezone: Europe/Berlin
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 120
  workflowSpec:
    workflowTemplateRef: {name: counting}
    arguments: {parameters: [{name: to, value: "7"}]}
"#;

const COUNTING: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: counting}
spec:
  entrypoint: count
  onExit: bye
  activeDeadlineSeconds: 600
  arguments: {parameters: [{name: to, value: "3"}, {name: mode, enum: [fast, slow], value: fast}, {name: who}]}
  ttlStrategy: {secondsAfterCompletion: 60}
  templates:
  - name: count
    inputs: {parameters: [{name: to}]}
    container: {image: busybox, command: [seq], args: ["{{inputs.parameters.to}}"]}
  - name: bye
    container: {image: busybox, command: [echo], args: ["{{workflow.status}}"]}
"#;

#[test]
fn a_cron_workflow_of_a_template_is_a_flow_with_a_schedule() {
    insta::assert_snapshot!(translated(Runner::Process, &[NIGHTLY, COUNTING]), @r#"
    id: nightly
    namespace: argo
    description: Counts at night.
    labels:
      team: data
    inputs:
      - id: to
        type: STRING
        defaults: "7"
      - id: mode
        type: SELECT
        values:
          - fast
          - slow
        defaults: fast
      - id: who
        type: STRING
    concurrency:
      limit: 1
      behavior: CANCEL
    sla:
      - id: deadline
        type: MAX_DURATION
        duration: PT600S
        behavior: FAIL
    tasks:
      - id: count
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "seq \"$ARG_1\""
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        env:
          ARG_1: "{{ inputs.to }}"
    afterExecution:
      - id: bye
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "echo \"$ARG_1\""
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        env:
          ARG_1: "{{ (execution.state == 'SUCCESS' or execution.state == 'WARNING' ? 'Succeeded' : (execution.state == 'SKIPPED' ? 'Skipped' : 'Failed')) }}"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "30 2 * * *"
        timezone: Europe/Berlin
        recoverMissedSchedules: LAST
        lateMaximumDelay: PT120S

    id: counting
    namespace: argo
    inputs:
      - id: to
        type: STRING
        defaults: "3"
      - id: mode
        type: SELECT
        values:
          - fast
          - slow
        defaults: fast
      - id: who
        type: STRING
    sla:
      - id: deadline
        type: MAX_DURATION
        duration: PT600S
        behavior: FAIL
    tasks:
      - id: count
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "seq \"$ARG_1\""
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        env:
          ARG_1: "{{ inputs.to }}"
    afterExecution:
      - id: bye
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "echo \"$ARG_1\""
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        env:
          ARG_1: "{{ (execution.state == 'SUCCESS' or execution.state == 'WARNING' ? 'Succeeded' : (execution.state == 'SKIPPED' ? 'Skipped' : 'Failed')) }}"
    "#);
}

#[test]
fn templates_of_others_are_found_and_named_when_they_are_not_there() {
    let caller = with(
        "  - name: main\n    steps:\n    - - {name: a, templateRef: {name: counting, template: count}, arguments: {parameters: [{name: to, value: '2'}]}}\n    - - {name: b, templateRef: {name: other, template: x}}\n",
    );
    insta::assert_snapshot!(translated(Runner::Docker, &[&caller, COUNTING]), @r#"
    id: w
    namespace: argo
    tasks:
      - id: a
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - seq 2
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.scripts.runner.docker.Docker
      - id: b
        type: io.kestra.plugin.core.execution.Fail
        errorMessage: "`b` was not translated"

    id: counting
    namespace: argo
    inputs:
      - id: to
        type: STRING
        defaults: "3"
      - id: mode
        type: SELECT
        values:
          - fast
          - slow
        defaults: fast
      - id: who
        type: STRING
    sla:
      - id: deadline
        type: MAX_DURATION
        duration: PT600S
        behavior: FAIL
    tasks:
      - id: count
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "seq \"$ARG_1\""
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.scripts.runner.docker.Docker
        env:
          ARG_1: "{{ inputs.to }}"
    afterExecution:
      - id: bye
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "echo \"$ARG_1\""
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.scripts.runner.docker.Docker
        env:
          ARG_1: "{{ (execution.state == 'SUCCESS' or execution.state == 'WARNING' ? 'Succeeded' : (execution.state == 'SKIPPED' ? 'Skipped' : 'Failed')) }}"

    1.yaml:11: `b` is not translated: there is no template `x` in the workflow template `other`: give its file too
    "#);
}

#[test]
fn what_is_not_translated_is_told_with_its_line() {
    let workflow = with(
        r#"
  - name: main
    synchronization: {mutex: {name: m}}
    dag:
      tasks:
      - {name: a, template: itself}
      - {name: b, template: nowhere}
      - {name: c, template: say, depends: "a.Failed || b", when: "a in (b)", hooks: {exit: {template: say}}}
      - {name: d, template: set}
  - name: itself
    steps: [[{name: again, template: itself}]]
  - name: say
    container: {image: busybox, args: ["{{=sprig.now()}}", "{{tasks.a.outputs.result}}"], tty: true}
  - name: set
    containerSet: {containers: []}
"#,
    );
    let told = translated(
        Runner::Process,
        &[&workflow, "kind: Sensor\napiVersion: argoproj.io/v1alpha1\n", "a: [\n"],
    );
    insta::assert_snapshot!(told, @r#"
    id: w
    namespace: argo
    tasks:
      - id: main
        type: io.kestra.plugin.core.flow.Dag
        tasks:
          - task:
              id: a
              type: io.kestra.plugin.core.flow.Sequential
              tasks:
                - id: again
                  type: io.kestra.plugin.core.execution.Fail
                  errorMessage: "`again` was not translated"
          - task:
              id: b
              type: io.kestra.plugin.core.execution.Fail
              errorMessage: "`b` was not translated"
          - task:
              id: c
              type: io.kestra.plugin.docker.cli.Run
              commands:
                - "{% verbatim %}{{=sprig.now()}}{% endverbatim %}"
                - "{% verbatim %}{{tasks.a.outputs.result}}{% endverbatim %}"
              containerImage: busybox
            dependsOn:
              - a
              - b
          - task:
              id: d
              type: io.kestra.plugin.core.execution.Fail
              errorMessage: "`d` was not translated"

    1.yaml:10: `synchronization` of template `main` is not translated
    1.yaml:14: `b` is not translated: there is no template `nowhere`
    1.yaml:15: `depends: a.Failed || b` is translated as if all of them had to succeed
    1.yaml:15: `hooks` of `c` is not translated
    1.yaml:15: the condition `a in (b)` is not translated
    1.yaml:18: `again` is not translated: the template `itself` calls itself: make a flow of it that calls itself as a subflow
    1.yaml:20: `tty` of template `c` is not translated
    1.yaml:20: `{{=sprig.now()}}` is not translated: it stays as it is written
    1.yaml:20: `{{tasks.a.outputs.result}}` is not translated: it stays as it is written
    1.yaml:20: template `c` runs what its image does by itself: without containers it needs a `command`
    1.yaml:21: `d` is a template of kind `containerSet`, which is not translated
    2.yaml:1: an Argo document of kind `Sensor` is not translated
    3.yaml:2: this is no YAML: this is not YAML: a value is expected here
    "#);
}

#[test]
fn a_run_at_its_time_is_never_left_out() {
    let schedule = |seconds: &str| {
        let text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {{name: c}}\nspec:\n  schedules: ['* * * * *', 'CRON_TZ=Asia/Tokyo 0 5 * * *']\n{seconds}  workflowSpec:\n    entrypoint: a\n    templates: [{{name: a, container: {{image: busybox, command: [ls]}}}}]\n"
        );
        let told = translated(Runner::Auto, &[&text]);
        told.split_once("triggers:\n").map(|(_, triggers)| triggers.to_owned()).unwrap()
    };
    let all = ["", "  startingDeadlineSeconds: 0\n", "  startingDeadlineSeconds: 5\n"];
    assert_eq!(schedule(all[0]), schedule(all[1]));
    insta::assert_snapshot!(format!("{}{}", schedule(all[0]), schedule(all[2])), @r#"
    - id: schedule-1
      type: io.kestra.plugin.core.trigger.Schedule
      cron: "* * * * *"
      recoverMissedSchedules: NONE
    - id: schedule-2
      type: io.kestra.plugin.core.trigger.Schedule
      cron: "0 5 * * *"
      timezone: Asia/Tokyo
      recoverMissedSchedules: NONE

    - id: schedule-1
      type: io.kestra.plugin.core.trigger.Schedule
      cron: "* * * * *"
      recoverMissedSchedules: LAST
      lateMaximumDelay: PT60S
    - id: schedule-2
      type: io.kestra.plugin.core.trigger.Schedule
      cron: "0 5 * * *"
      timezone: Asia/Tokyo
      recoverMissedSchedules: LAST
      lateMaximumDelay: PT60S
    "#);
}

#[test]
fn labels_are_called_as_flows_can_call_them() {
    let labelled = with("  - name: main\n    suspend: {}\n").replace(
        "metadata:",
        "metadata:\n  labels: {workflows.argoproj.io/no-test: 'x', App: y, '9': z, system.a: b, empty: ''}",
    );
    insta::assert_snapshot!(translated(Runner::Auto, &[&labelled]), @r#"
    id: w
    namespace: argo
    labels:
      workflows.argoproj.io.no-test: x
      app: "y"
    tasks:
      - id: main
        type: io.kestra.plugin.core.flow.Pause

    1.yaml:4: note: the label `9` is left out: flows cannot have it
    1.yaml:4: note: the label `App` is called `app` here
    1.yaml:4: note: the label `empty` is left out: flows cannot have it
    1.yaml:4: note: the label `system.a` is left out: flows cannot have it
    1.yaml:4: note: the label `workflows.argoproj.io/no-test` is called `workflows.argoproj.io.no-test` here
    "#);
}

#[test]
fn parameters_have_the_values_that_they_had() {
    let workflow = with(
        r#"
  - name: main
    inputs: {parameters: [{name: who, value: usual}, {name: more, value: usual}]}
    steps:
    - - name: a
        template: echo
        arguments:
          parameters:
          - {name: who, value: "{{inputs.parameters.who}} {{inputs.parameters.more}}"}
          - {name: conf, valueFrom: {configMapKeyRef: {name: conf, key: c}, default: d}}
  - name: echo
    inputs: {parameters: [{name: who}, {name: conf}, {name: list, value: [1, {a: b}]}]}
    container: {image: busybox, command: [echo], args: ["{{inputs.parameters.who}}", "{{inputs.parameters.conf}}", "{{inputs.parameters.list}}"]}
"#,
    )
    .replace(
        "spec:\n",
        "spec:\n  arguments: {parameters: [{name: who, value: 'a={#} {% if x %}'}, {name: where, value: '/data/{{workflow.name}}'}, {name: kept, valueFrom: {configMapKeyRef: {name: conf, key: k}}}]}\n",
    );
    insta::assert_snapshot!(translated(Runner::Auto, &[&workflow]), @r#"
    id: w
    namespace: argo
    inputs:
      - id: who
        type: STRING
        defaults: "{% verbatim %}a={#} {% if x %}{% endverbatim %}"
      - id: where
        type: STRING
        defaults: "/data/{% verbatim %}{{workflow.name}}{% endverbatim %}"
      - id: kept
        type: STRING
        defaults: "{{ kv('conf.k') }}"
    tasks:
      - id: a
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "echo \"$ARG_1\" \"$ARG_2\" '[1,{\"a\":\"b\"}]'"
        containerImage: busybox
        env:
          ARG_1: "{{ inputs.who }} usual"
          ARG_2: "{{ (kv('conf.c', errorOnMissing=false) ?? 'd') }}"

    1.yaml:6: note: `kept` is the key `conf.k` of the namespace's key-value store: set it
    1.yaml:6: `{{workflow.name}}` is not known before the execution starts: it stays as it is written
    1.yaml:18: note: `conf` is the key `conf.c` of the namespace's key-value store: set it
    "#);
}

#[test]
fn limits_of_times_and_tries_are_kept_or_told() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    retryStrategy: {limit: 2}
    activeDeadlineSeconds: 5
    steps:
    - - {name: a, template: a, arguments: {parameters: [{name: limit, value: "2"}]}}
    - - {name: b, template: b, continueOn: {failed: true}}
    - - {name: c, template: b}
      - {name: d, template: d}
  - name: a
    inputs: {parameters: [{name: limit}]}
    activeDeadlineSeconds: "{{workflow.parameters.seconds}}"
    retryStrategy: {limit: "{{inputs.parameters.limit}}", backoff: {duration: 500ms, factor: 1, cap: soon}}
    suspend: {}
  - name: b
    steps: [[{name: e, template: e}, {name: f, template: e}]]
  - name: d
    daemon: true
    retryStrategy: {limit: "{{workflow.parameters.limit}}"}
    container: {image: busybox, command: [ls]}
  - name: e
    daemon: false
    suspend: {duration: 1d}
"#
    ), @r#"
      - id: a
        type: io.kestra.plugin.core.flow.Pause
        timeout: "PT{{ inputs.seconds }}S"
        retry:
          type: constant
          interval: PT0.5S
          maxAttempts: 3
      - id: b
        type: io.kestra.plugin.core.flow.Sequential
        tasks:
          - id: b-at-once-1
            type: io.kestra.plugin.core.flow.Parallel
            tasks:
              - id: e
                type: io.kestra.plugin.core.flow.Pause
                pauseDuration: PT24H
              - id: f
                type: io.kestra.plugin.core.flow.Pause
                pauseDuration: PT24H
        allowFailure: true
      - id: main-at-once-3
        type: io.kestra.plugin.core.flow.Parallel
        tasks:
          - id: c
            type: io.kestra.plugin.core.flow.Sequential
            tasks:
              - id: c-at-once-1
                type: io.kestra.plugin.core.flow.Parallel
                tasks:
                  - id: c-e
                    type: io.kestra.plugin.core.flow.Pause
                    pauseDuration: PT24H
                  - id: c-f
                    type: io.kestra.plugin.core.flow.Pause
                    pauseDuration: PT24H
          - id: d
            type: io.kestra.plugin.scripts.shell.Commands
            commands:
              - ls
            containerImage: busybox

    1.yaml:10: `retryStrategy` of template `main` is not translated
    1.yaml:11: `activeDeadlineSeconds` of template `main` is not translated
    1.yaml:14: note: what comes after `b` starts as soon as a step of it has failed, though others of it may still run
    1.yaml:20: `cap: soon` of `retryStrategy` is not translated
    1.yaml:25: `daemon` of template `d` is not translated
    1.yaml:26: `limit: {{workflow.parameters.limit}}` of `retryStrategy` is not translated
    "#);
    let durations = ["20", "1h30m", "1.5h", "90s", "500ms", "", "soon", "5", "1m5", "0s"];
    let told: Vec<String> = durations
        .iter()
        .map(|written| format!("{written} => {}", task::duration(written).unwrap_or_else(|| "-".to_owned())))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    20 => PT20S
    1h30m => PT1H30M
    1.5h => PT1H30M
    90s => PT1M30S
    500ms => PT0.5S
     => -
    soon => -
    5 => PT5S
    1m5 => -
    0s => PT0S
    "#);
}
