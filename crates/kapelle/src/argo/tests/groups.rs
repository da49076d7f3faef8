//! Steps, loops and conditions: what runs in which order, and whether it does.

use super::*;

#[test]
fn a_dag_is_a_dag_and_what_it_calls_stands_in_it() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    parallelism: 3
    dag:
      tasks:
      - name: a
        template: say
        arguments: {parameters: [{name: what, value: "one {{workflow.parameters.who}}"}]}
      - name: b
        depends: a && c.Succeeded
        template: say
      - name: c
        dependencies: [a]
        template: inner
  - name: inner
    dag:
      tasks:
      - {name: a, template: say, arguments: {parameters: [{name: what, value: two}]}}
  - name: say
    inputs: {parameters: [{name: what, default: nothing}]}
    container: {image: "busybox:1.36", command: [echo], args: ["{{inputs.parameters.what}}", "it's"]}
"#
    ), @r#"
      - id: main
        type: io.kestra.plugin.core.flow.Dag
        concurrent: 3
        tasks:
          - task:
              id: a
              type: io.kestra.plugin.scripts.shell.Commands
              commands:
                - "echo \"$ARG_1\" 'it'\\''s'"
              containerImage: busybox:1.36
              env:
                ARG_1: "one {{ inputs.who }}"
          - task:
              id: b
              type: io.kestra.plugin.scripts.shell.Commands
              commands:
                - "echo nothing 'it'\\''s'"
              containerImage: busybox:1.36
            dependsOn:
              - a
              - c
          - task:
              id: c
              type: io.kestra.plugin.core.flow.Dag
              tasks:
                - task:
                    id: c-a
                    type: io.kestra.plugin.scripts.shell.Commands
                    commands:
                      - "echo two 'it'\\''s'"
                    containerImage: busybox:1.36
            dependsOn:
              - a
    "#);
}

#[test]
fn what_a_step_gives_is_what_the_next_gets() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    steps:
    - - {name: make, template: make}
    - - name: use
        template: use
        arguments:
          parameters: [{name: n, value: "{{steps.make.outputs.parameters.n}}"}]
          artifacts: [{name: list, from: "{{steps.make.outputs.artifacts.list}}"}]
      - name: heads
        template: use
        when: "{{steps.make.outputs.result}} == heads && {{steps.make.outputs.parameters.n}} > 3"
        arguments:
          parameters: [{name: n, value: "{{steps.make.outputs.result}}"}]
          artifacts: [{name: list, raw: {data: "a {{workflow.name}}"}}]
  - name: make
    outputs:
      parameters: [{name: n, valueFrom: {path: /tmp/n, default: "0"}}]
      artifacts: [{name: list, path: /data/list.txt}]
    script:
      image: python:3.11
      command: [python]
      source: |
        print("heads")
  - name: use
    inputs:
      parameters: [{name: n}]
      artifacts: [{name: list, path: /in/list.txt}]
    container:
      image: busybox
      command: [sh, -c]
      args: ["wc -l {{inputs.artifacts.list.path}}; echo {{inputs.parameters.n}}"]
"#
    ), @r#"
    - id: make
      type: io.kestra.plugin.scripts.shell.Commands
      commands:
        - "python \"$WORKING_DIR\"/script.py >\"$WORKING_DIR\"/result || { code=$?; cat \"$WORKING_DIR\"/result; exit $code; }"
        - "cat \"$WORKING_DIR\"/result"
        - "if [ -e /tmp/n ]; then cp /tmp/n \"$WORKING_DIR\"/n; else printf %s 0 > \"$WORKING_DIR\"/n; fi"
        - "if [ -d /data/list.txt ]; then tar -cf - -C /data/list.txt . > \"$WORKING_DIR\"/list; else cp /data/list.txt \"$WORKING_DIR\"/list; fi"
      containerImage: python:3.11
      inputFiles:
        script.py: "print(\"heads\")\n"
      outputFiles:
        - "n"
        - list
        - result
    - id: main-at-once-2
      type: io.kestra.plugin.core.flow.Parallel
      tasks:
        - id: use
          type: io.kestra.plugin.scripts.shell.Commands
          commands:
            - "if tar -tf - < \"$WORKING_DIR\"/list 2>/dev/null | head -n 1 | grep -qx ./; then mkdir -p /in/list.txt && tar -xf - -C /in/list.txt < \"$WORKING_DIR\"/list; else mkdir -p \"$(dirname /in/list.txt)\" && cp \"$WORKING_DIR\"/list /in/list.txt; fi"
            - "(set +e\nwc -l /in/list.txt; echo {{ read(outputs.make.outputFiles['n']) | regexReplace('\\n\\z', '') }}\n)"
          containerImage: busybox
          inputFiles:
            list: "{{ outputs.make.outputFiles['list'] }}"
        - id: heads
          type: io.kestra.plugin.scripts.shell.Commands
          commands:
            - "if tar -tf - < \"$WORKING_DIR\"/list 2>/dev/null | head -n 1 | grep -qx ./; then mkdir -p /in/list.txt && tar -xf - -C /in/list.txt < \"$WORKING_DIR\"/list; else mkdir -p \"$(dirname /in/list.txt)\" && cp \"$WORKING_DIR\"/list /in/list.txt; fi"
            - "(set +e\nwc -l /in/list.txt; echo {{ read(outputs.make.outputFiles['result']) | regexReplace('\\n\\z', '') }}\n)"
          containerImage: busybox
          inputFiles:
            list: "a {{ execution.id }}"
          runIf: "{{ read(outputs.make.outputFiles['result']) | regexReplace('\\n\\z', '') == 'heads' and (read(outputs.make.outputFiles['n']) | regexReplace('\\n\\z', '') | number) > 3 }}"
    "#);
}

#[test]
fn loops_are_loops() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    steps:
    - - {name: words, template: say, withItems: [a, "b {{workflow.uid}}"], arguments: {parameters: [{name: what, value: "{{item}}"}]}}
      - {name: maps, template: pair, withItems: [{k: 1}, {k: 2}], arguments: {parameters: [{name: what, value: "{{item.k}}"}]}}
    - - {name: list, template: say, withParam: "{{workflow.parameters.list}}", arguments: {parameters: [{name: what, value: "{{item}}"}]}}
    - - {name: three, template: say, withSequence: {count: "3"}, arguments: {parameters: [{name: what, value: "{{item}}"}]}}
    - - {name: many, template: say, withSequence: {start: "1", end: "{{workflow.parameters.n}}"}, arguments: {parameters: [{name: what, value: "{{item}}"}]}}
  - name: pair
    inputs: {parameters: [{name: what}]}
    steps:
    - - {name: first, template: say, arguments: {parameters: [{name: what, value: "{{inputs.parameters.what}}"}]}}
    - - name: second
        template: say
        withItems: [x, y]
        arguments: {parameters: [{name: what, value: "{{item}} of {{inputs.parameters.what}} after {{steps.first.outputs.result}}"}]}
  - name: say
    inputs: {parameters: [{name: what}]}
    container: {image: busybox, command: [sh, -c], args: ["echo '{{inputs.parameters.what}}'"]}
"#
    ), @r#"
    - id: main-at-once-1
      type: io.kestra.plugin.core.flow.Parallel
      tasks:
        - id: words
          type: io.kestra.plugin.core.flow.ForEach
          values:
            - a
            - "b {{ execution.id }}"
          concurrencyLimit: 0
          tasks:
            - id: words-item
              type: io.kestra.plugin.scripts.shell.Commands
              commands:
                - "echo '{{ taskrun.value }}'"
              containerImage: busybox
        - id: maps
          type: io.kestra.plugin.core.flow.ForEach
          values:
            - k: 1
            - k: 2
          concurrencyLimit: 0
          tasks:
            - id: maps-item
              type: io.kestra.plugin.core.flow.Sequential
              tasks:
                - id: first
                  type: io.kestra.plugin.scripts.shell.Commands
                  commands:
                    - "(set +e\necho '{{ fromJson(parent.taskrun.value)['k'] }}'\n) >\"$WORKING_DIR\"/result || { code=$?; cat \"$WORKING_DIR\"/result; exit $code; }"
                    - "cat \"$WORKING_DIR\"/result"
                  containerImage: busybox
                  outputFiles:
                    - result
                - id: second
                  type: io.kestra.plugin.core.flow.ForEach
                  values:
                    - x
                    - "y"
                  concurrencyLimit: 0
                  tasks:
                    - id: second-item
                      type: io.kestra.plugin.scripts.shell.Commands
                      commands:
                        - "echo '{{ taskrun.value }} of {{ fromJson(parent.taskrun.value)['k'] }} after {{ read(outputs.first[parent.taskrun.value].outputFiles['result']) | regexReplace('\\n\\z', '') }}'"
                      containerImage: busybox
    - id: list
      type: io.kestra.plugin.core.flow.ForEach
      values: "{{ inputs.list }}"
      concurrencyLimit: 0
      tasks:
        - id: list-item
          type: io.kestra.plugin.scripts.shell.Commands
          commands:
            - "echo '{{ taskrun.value }}'"
          containerImage: busybox
    - id: three
      type: io.kestra.plugin.core.flow.ForEach
      values:
        - 0
        - 1
        - 2
      concurrencyLimit: 0
      tasks:
        - id: three-item
          type: io.kestra.plugin.scripts.shell.Commands
          commands:
            - "echo '{{ taskrun.value }}'"
          containerImage: busybox
    - id: many
      type: io.kestra.plugin.core.flow.ForEach
      values: "{{ range(1, (inputs.n | number), 1 > (inputs.n | number) ? -1 : 1) }}"
      concurrencyLimit: 0
      tasks:
        - id: many-item
          type: io.kestra.plugin.scripts.shell.Commands
          commands:
            - "echo '{{ taskrun.value }}'"
          containerImage: busybox
    "#);
}

#[test]
fn conditions_are_conditions() {
    let expression = |source: &str| {
        condition::expression(source, text::Place::default(), |source| {
            text::Text::read(source, |asked| Some(text::Text::code(asked)))
        })
    };
    let all = [
        "{{a}} == heads",
        "'{{a}}' != \"x y\" || !({{b}} >= 3)",
        "{{a}}",
        "{{a}}-{{b}} == x-1 && true",
        "{{a}} =~ '^x' && {{b}} =~ y",
        "{{a}} == 42.0 || 042 != {{b}}",
        "{{a}} == '42.0' && '{{b}}' == 042",
        "{{a}} == 42",
        r"{{a}} =~ '^\d+$' && {{a}} == b\",
        "a in (1, 2)",
        "{{a",
        "'open",
    ];
    let told: Vec<String> = all
        .iter()
        .map(|source| format!("{source} => {}", expression(source).unwrap_or_else(|| "-".to_owned())))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    {{a}} == heads => a == 'heads'
    '{{a}}' != "x y" || !({{b}} >= 3) => a != 'x y' or not ((b | number) >= 3)
    {{a}} => a == 'true'
    {{a}}-{{b}} == x-1 && true => (a) ~ ('-') ~ (b) == 'x-1' and 'true' == 'true'
    {{a}} =~ '^x' && {{b}} =~ y => (a | regexMatch('^x')) and (b | regexMatch('y'))
    {{a}} == 42.0 || 042 != {{b}} => ((a | regexMatch('^-?[0-9]+([.][0-9]+)?$')) and (a | number) == 42) or not ((b | regexMatch('^-?[0-9]+([.][0-9]+)?$')) and 42 == (b | number))
    {{a}} == '42.0' && '{{b}}' == 042 => a == '42.0' and b == '042'
    {{a}} == 42 => a == '42'
    {{a}} =~ '^\d+$' && {{a}} == b\ => (a | regexMatch('^\d+$')) and a == 'b\\'
    a in (1, 2) => -
    {{a => -
    'open => -
    "#);
}

#[test]
fn a_failure_that_is_allowed_is_one_for_those_that_ask() {
    let told = tasks(
        "  - name: main\n    steps:\n    - - {name: a, template: b, continueOn: {failed: true}}\n    - - {name: c, template: b, when: \"{{steps.a.status}} == Failed\"}\n  - name: b\n    container: {image: busybox, command: [ls]}\n",
    );
    let condition = told.lines().find(|line| line.contains("runIf")).unwrap_or_default();
    insta::assert_snapshot!(condition.trim(), @r#"
    runIf: "{{ (tasks.a.state == 'SUCCESS' ? 'Succeeded' : (tasks.a.state == 'SKIPPED' ? 'Skipped' : 'Failed')) == 'Failed' }}"
    "#);
}

#[test]
fn a_template_limits_the_steps_that_it_calls() {
    insta::assert_snapshot!(tasks(
        r"
  - name: main
    parallelism: 1
    failFast: true
    steps:
    - - {name: each, template: pair, withItems: [1, 2]}
  - name: pair
    parallelism: 2
    dag:
      tasks:
      - {name: a, template: work, withItems: [1, 2, 3]}
      - {name: b, template: work}
      - {name: c, template: some}
  - name: some
    parallelism: 3
    steps: [[{name: d, template: work}, {name: e, template: work}]]
  - name: work
    parallelism: 7
    suspend: {}
"
    ), @r#"
      - id: each
        type: io.kestra.plugin.core.flow.ForEach
        values:
          - 1
          - 2
        concurrencyLimit: 1
        tasks:
          - id: each-item
            type: io.kestra.plugin.core.flow.Dag
            concurrent: 2
            tasks:
              - task:
                  id: a
                  type: io.kestra.plugin.core.flow.ForEach
                  values:
                    - 1
                    - 2
                    - 3
                  concurrencyLimit: 2
                  tasks:
                    - id: a-item
                      type: io.kestra.plugin.core.flow.Pause
              - task:
                  id: b
                  type: io.kestra.plugin.core.flow.Pause
              - task:
                  id: c
                  type: io.kestra.plugin.core.flow.Sequential
                  tasks:
                    - id: c-at-once-1
                      type: io.kestra.plugin.core.flow.Parallel
                      concurrent: 3
                      tasks:
                        - id: d
                          type: io.kestra.plugin.core.flow.Pause
                        - id: e
                          type: io.kestra.plugin.core.flow.Pause

    1.yaml:14: `parallelism: 2` holds for the steps of `each` and again for each loop among them, not for all together
    1.yaml:21: note: after a failure no other step of `c` starts, as with `failFast: true`
    "#);
}

#[test]
fn steps_of_a_dag_run_when_what_they_need_did() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    dag:
      target: "d c"
      failFast: false
      tasks:
      - {name: a, template: work, when: "1 == 2"}
      - {name: b, template: work, depends: a.Succeeded, when: "1 == 1 || 2 == 3"}
      - {name: c, template: work, depends: b, withItems: [1, 2]}
      - {name: d, template: work, depends: a}
      - {name: e, template: work, depends: d}
  - name: work
    suspend: {duration: 500ms}
"#
    ), @r#"
      - id: main
        type: io.kestra.plugin.core.flow.Dag
        tasks:
          - task:
              id: a
              type: io.kestra.plugin.core.flow.Pause
              pauseDuration: PT0.5S
              runIf: "{{ '1' == '2' }}"
          - task:
              id: b
              type: io.kestra.plugin.core.flow.Pause
              pauseDuration: PT0.5S
              runIf: "{{ tasks.a.state != 'SKIPPED' and ('1' == '1' or '2' == '3') }}"
            dependsOn:
              - a
          - task:
              id: c
              type: io.kestra.plugin.core.flow.ForEach
              values:
                - 1
                - 2
              concurrencyLimit: 0
              tasks:
                - id: c-item
                  type: io.kestra.plugin.core.flow.Pause
                  pauseDuration: PT0.5S
              runIf: "{{ tasks.a.state != 'SKIPPED' }}"
            dependsOn:
              - b
          - task:
              id: d
              type: io.kestra.plugin.core.flow.Pause
              pauseDuration: PT0.5S
            dependsOn:
              - a

    1.yaml:11: `failFast: false` is not translated: after a failure no other step starts
    "#);
}

#[test]
fn a_handler_at_the_end_may_start_too_early() {
    let workflow = with(
        "  - name: main\n    steps: [[{name: a, template: b}, {name: c, template: b}]]\n  - name: b\n    suspend: {}\n",
    );
    let told = translated(Runner::Auto, &[&workflow.replace("spec:\n", "spec:\n  onExit: b\n")]);
    insta::assert_snapshot!(told.split("1.yaml:").last().unwrap(), @r#"
    6: note: `onExit` starts as soon as a step has failed, though others may still run
    "#);
}

#[test]
fn states_of_steps_in_loops_are_not_told_apart() {
    let told = tasks(
        r#"
  - name: main
    steps: [[{name: each, template: two, withItems: [1, 2]}]]
  - name: two
    dag:
      tasks:
      - {name: a, template: work, when: "1 == 2"}
      - {name: b, template: work, depends: a.Succeeded}
      - {name: c, template: work, dependencies: [a], when: "{{tasks.a.status}} == Skipped"}
  - name: work
    suspend: {}
"#,
    );
    insta::assert_snapshot!(told.split_once("1.yaml").unwrap().1, @r#"
    :15: in a loop, `b` runs even when `a` was skipped
    1.yaml:16: `{{tasks.a.status}}` is not translated: it stays as it is written
    "#);
}

#[test]
fn loops_go_through_values_of_all_kinds() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    steps:
    - - {name: a, template: work, withItems: [1, 1.5, true, [1, "{{workflow.name}}"], {a: b}, {a: "{{workflow.name}}"}]}
    - - {name: down, template: work, withSequence: {start: "{{workflow.parameters.n}}", end: "2"}}
    - - {name: count, template: work, withSequence: {count: "{{workflow.parameters.n}}"}}
  - name: work
    suspend: {}
"#
    ), @r#"
    - id: a
      type: io.kestra.plugin.core.flow.ForEach
      values:
        - 1
        - "1.5"
        - "true"
        - "[1,\"{{ execution.id }}\"]"
        - a: b
        - "{\"a\":\"{{ execution.id }}\"}"
      concurrencyLimit: 0
      tasks:
        - id: a-item
          type: io.kestra.plugin.core.flow.Pause
    - id: down
      type: io.kestra.plugin.core.flow.ForEach
      values: "{{ range((inputs.n | number), 2, (inputs.n | number) > 2 ? -1 : 1) }}"
      concurrencyLimit: 0
      tasks:
        - id: down-item
          type: io.kestra.plugin.core.flow.Pause
    - id: count
      type: io.kestra.plugin.core.flow.ForEach
      values: "{{ range(0, 0 + (inputs.n | number) - 1) }}"
      concurrencyLimit: 0
      tasks:
        - id: count-item
          type: io.kestra.plugin.core.flow.Pause
    "#);
}
