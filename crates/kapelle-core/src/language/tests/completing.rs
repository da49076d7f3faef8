//! Completion: of keys, values and types, and in expressions.

use super::*;

const HEAD: &str = "id: a\nnamespace: shop\n";

#[test]
fn what_an_object_needs_comes_first_and_what_is_old_last() {
    let flow = labels("¦");
    assert_eq!(flow[..3], ["id", "namespace", "tasks"]);
    let last = flow.len() - 2;
    assert_eq!(flow[last..], ["taskDefaults", "listeners"]);
    assert!(!labels(&format!("{HEAD}¦")).contains(&"namespace".to_owned()));
    let task = labels("tasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n  ¦");
    assert_eq!(task[0], "message", "{task:?}");
    assert!(!task.contains(&"id".to_owned()) && task.contains(&"level".to_owned()));
}

#[test]
fn keys_are_found_wherever_they_may_stand() {
    for (marked, label) in [
        ("tasks:\n- ¦", "type"),
        ("tasks:\n  - ¦\n", "id"),
        ("tasks:\n  - id: a\n    ty¦", "type"),
        ("tasks:\n  - id: a\n    ty¦\n  - id: b\n    type: io.kestra.plugin.core.log.Log\n", "type"),
        ("tasks:\n- {id: a, type: io.kestra.plugin.core.log.Log, me¦}\n", "message"),
        ("tasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n  retry:\n    ¦", "type"),
        (
            "tasks:\n- id: a\n  type: io.kestra.plugin.core.flow.If\n  then:\n  - id: b\n    type: io.kestra.plugin.core.log.Log\n    ¦",
            "message",
        ),
        (
            "tasks:\n- id: a\n  type: io.kestra.plugin.core.flow.Dag\n  tasks:\n  - task:\n      id: b\n    ¦",
            "dependsOn",
        ),
        ("inputs:\n- id: a\n  type: SELECT\n  ¦", "values"),
        ("triggers:\n- id: a\n  type: io.kestra.plugin.core.trigger.Schedule\n  ¦", "cron"),
        ("concurrency:\n  ¦\ntasks: []\n", "limit"),
        (
            "tasks:\n- id: a\n  type: io.kestra.plugin.core.flow.Subflow\n  namespace: shop\n  flowId: import\n  inputs:\n    ¦",
            "day",
        ),
        ("description: |\n  a: b\n¦", "tasks"),
        ("a: \"open\n  text: b\"\n¦", "tasks"),
        ("id: x\n---\nid: b\n¦", "namespace"),
    ] {
        assert!(labels(marked).contains(&label.to_owned()), "{marked}: {:?}", labels(marked));
    }
    assert_eq!(labels("description: |\n  ta¦"), [""; 0], "a long text is no place for keys");
    assert_eq!(labels("# ta¦"), [""; 0]);
}

#[test]
fn a_chosen_key_is_written_so_that_its_value_can_follow() {
    assert_eq!(chosen("tas¦", "tasks"), "tasks:\n  - ");
    assert_eq!(chosen("tasks:\n- id: a\n  ret¦\n", "retry"), "tasks:\n- id: a\n  retry:\n    \n");
    assert_eq!(chosen("tasks:\n- {i¦}\n", "id"), "tasks:\n- {id: }\n");
    assert_eq!(chosen("na¦mespace: shop\n", "namespace"), "namespace: shop\n");
}

#[test]
fn values_are_those_of_the_property() {
    let level = labels("tasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n  level: ¦");
    assert!(level.contains(&"WARN".to_owned()), "{level:?}");
    assert_eq!(labels("disabled: ¦"), ["true", "false"]);
    assert_eq!(labels("disabled: t¦")[0], "true");
    assert_eq!(labels("namespace: sh¦"), ["shop", "shop.orders"]);
    let subflow =
        "tasks:\n- id: a\n  type: io.kestra.plugin.core.flow.Subflow\n  namespace: shop\n  flowId: ¦";
    assert_eq!(labels(subflow), ["import", "export"]);
    let input = labels("inputs:\n- id: a\n  type: S¦");
    assert_eq!(input[..3], ["STRING", "SECRET", "SELECT"]);
    let schedule = "triggers:\n- id: a\n  type: io.kestra.plugin.core.trigger.Schedule\n";
    assert!(labels(&format!("{schedule}  timezone: Berl¦")).contains(&"Europe/Berlin".to_owned()));
    let cron = completed(&format!("{schedule}  cron: ¦"));
    assert_eq!((&*cron[1].label, &*cron[1].detail), ("0 6 * * 1-5", "on weekdays at 06:00"));
    assert_eq!(cron[1].insert, "\"0 6 * * 1-5\"");
    let timeout = completed("tasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n  timeout: ¦");
    assert!(timeout.iter().any(|item| item.label == "PT15M" && item.detail == "15 min"));
    let dag = "tasks:\n- id: d\n  type: io.kestra.plugin.core.flow.Dag\n  tasks:\n  - task: {id: one, type: io.kestra.plugin.core.log.Log}\n  - task: {id: two, type: io.kestra.plugin.core.log.Log}\n    dependsOn: [¦]\n";
    assert_eq!(labels(dag), ["one"]);
}

#[test]
fn types_are_found_by_words() {
    let first = |words: &str| labels(&format!("tasks:\n- id: a\n  type: {words}¦")).first().cloned();
    for (words, name) in [
        ("http get", "io.kestra.plugin.core.http.Request"),
        ("log", "io.kestra.plugin.core.log.Log"),
        ("io.kestra.plugin.core.log.L", "io.kestra.plugin.core.log.Log"),
        ("loop each", "io.kestra.plugin.core.flow.ForEach"),
        ("python script", "io.kestra.plugin.scripts.python.Script"),
        ("sleep", "io.kestra.plugin.core.flow.Sleep"),
        ("subflow", "io.kestra.plugin.core.flow.Subflow"),
    ] {
        assert_eq!(first(words).as_deref(), Some(name), "{words}");
    }
    let triggers = labels("triggers:\n- id: a\n  type: cron¦");
    assert_eq!(triggers[0], "io.kestra.plugin.core.trigger.Schedule");
    let task = "io.kestra.plugin.core.log.Log".to_owned();
    assert!(!labels("triggers:\n- id: a\n  type: log.Log¦").contains(&task));
}

#[test]
fn a_type_brings_what_it_needs() {
    let items = completed("tasks:\n  - id: a\n    type: http request¦\n");
    let snippet = items[0].snippet.as_deref().unwrap();
    assert_eq!(snippet, "io.kestra.plugin.core.http.Request\n    uri: ${1:https://example.com}");
    let there = completed("tasks:\n  - id: a\n    type: http request¦\n    uri: x\n");
    assert_eq!(there[0].snippet, None);
}

const TASKS: &str = "inputs:
- {id: day, type: DATE}
- {id: my-file, type: FILE}
- {id: form, type: FORM, inputs: [{id: name, type: STRING}]}
variables:
  region: eu
  nested: {deep: 1}
labels: {team: data}
triggers:
- {id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily'}
tasks:
- {id: ask, type: io.kestra.plugin.core.http.Request, uri: 'http://a'}
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: [1]
  tasks:
  - {id: inner, type: io.kestra.plugin.core.debug.Return, format: a}
- id: both
  type: io.kestra.plugin.core.flow.Parallel
  tasks:
  - {id: left, type: io.kestra.plugin.core.debug.Return, format: a}
  - id: right
    type: io.kestra.plugin.core.log.Log
    message: ¦
- {id: later, type: io.kestra.plugin.core.debug.Return, format: a}
- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: shop, flowId: import}
outputs:
- {id: o, type: STRING, value: OUT}
";

fn in_task(expression: &str) -> Vec<String> {
    labels(&TASKS.replace('¦', &format!("\"{expression}\"")))
}

#[test]
fn expressions_know_what_the_flow_declares() {
    for (expression, expected) in [
        ("{{ inputs.¦ }}", &["day", "my-file", "form"][..]),
        ("{{ inputs.form.¦ }}", &["name"]),
        ("{{ vars.¦ }}", &["region", "nested"]),
        ("{{ vars.nested.¦ }}", &["deep"]),
        ("{{ labels.¦ }}", &["team"]),
        ("{{ trigger.d¦", &["date"]),
        ("{{ outputs.¦ }}", &["ask", "each", "inner"]),
        ("{{ outputs.ask.co¦ }}", &["code"]),
        ("{{ flow.na¦ }}", &["namespace"]),
        ("{{ secret('¦') }}", &["TOKEN"]),
        ("{{ kv('¦') }}", &["last_day"]),
        ("{{ x | upp¦ }}", &["upper"]),
        ("{{ x is defi¦ }}", &["defined"]),
        ("{% fo¦", &["for"]),
        ("{{ inp¦", &["inputs"]),
    ] {
        let found = in_task(expression);
        let is_beginning = found.len() >= expected.len() && found[..expected.len()] == *expected;
        assert!(is_beginning, "{expression}: {found:?}");
    }
    assert_eq!(in_task("{{ outputs.¦ }}").len(), 3, "what runs beside or later is not there");
}

#[test]
fn an_unquoted_expression_is_completed_as_well() {
    for line in ["{{ inputs.¦", "{{ inputs.¦ }}", "'{{ inputs.¦", "a {{ inputs.¦ }} b"] {
        assert_eq!(labels(&TASKS.replace('¦', line))[0], "day", "{line}");
    }
    let long = "|\n      a\n      {{ inputs.¦ }}";
    assert_eq!(labels(&TASKS.replace('¦', long))[0], "day");
}

#[test]
fn outputs_of_the_flow_see_all_tasks_and_those_of_subflows_their_outputs() {
    let text = TASKS.replace('¦', "a");
    let all = labels(&text.replace("OUT", "\"{{ outputs.¦ }}\""));
    assert_eq!(all, ["ask", "each", "inner", "both", "left", "right", "later", "call"]);
    assert_eq!(labels(&text.replace("OUT", "\"{{ outputs.call.outputs.¦ }}\"")), ["rows"]);
}

#[test]
fn names_that_are_no_identifiers_go_into_brackets() {
    let text = |expression: &str| {
        format!(
            "inputs:\n- {{id: my-file, type: FILE}}\ntasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n  message: {expression}\n"
        )
    };
    let end = |marked: &str| chosen(&text(marked), "my-file").lines().last().unwrap().to_owned();
    assert_eq!(end("\"{{ inputs.m¦ }}\""), "  message: \"{{ inputs['my-file'] }}\"");
    assert_eq!(end("'{{ inputs.¦ }}'"), "  message: '{{ inputs[\"my-file\"] }}'");
    assert_eq!(end("\"{{ inputs['m¦'] }}\""), "  message: \"{{ inputs['my-file'] }}\"");
}

#[test]
fn the_chosen_execution_shows_values_but_no_secret() {
    let world = World { context: Some(seen()) };
    let shown = |expression: &str| -> Vec<(String, Option<String>)> {
        let items = completed_in(&TASKS.replace('¦', &format!("\"{expression}\"")), &world).items;
        items.into_iter().map(|item| (item.label, item.value)).collect()
    };
    assert_eq!(shown("{{ inputs.da¦ }}")[0].1.as_deref(), Some("\"2026-11-28\""));
    assert_eq!(shown("{{ outputs.ask.code¦ }}")[0].1.as_deref(), Some("200"));
    let body = shown("{{ outputs.ask.body.¦ }}");
    assert_eq!(body[0], ("id".to_owned(), Some("7".to_owned())));
    assert_eq!(body[1].0, "token");
    let all = format!("{:?}{:?}{:?}", body, shown("{{ outputs.ask.¦ }}"), shown("{{ inputs.¦ }}"));
    assert!(!all.contains("geheim"), "{all}");
}
