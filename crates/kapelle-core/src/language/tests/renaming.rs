//! Another name for a task or an input.

use super::super::rename::rename;
use super::cut;
use crate::source::Source;

/// The text with its changes, or why there are none.
fn renamed(marked: &str, new: &str) -> String {
    let (text, at) = cut(marked);
    let source = Source::new("flow", text.clone());
    match rename(&source, at, new) {
        Err(why) => why,
        Ok(rename) => {
            let mut text = text;
            for edit in rename.edits.iter().rev() {
                text.replace_range(edit.span.range(), &edit.text);
            }
            text
        }
    }
}

const FLOW: &str = "id: a
namespace: b
inputs:
- {id: day, type: DATE}
- {id: other, type: STRING, dependsOn: {inputs: [day]}, defaults: \"{{ inputs.day }}\"}
triggers:
- {id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily', inputs: {day: '2026-01-01'}}
tasks:
- id: ask
  type: io.kestra.plugin.core.debug.Return
  format: \"{{ inputs.day }} {{ inputs['day'] }} {{ vars.day }} day\"
- id: dag
  type: io.kestra.plugin.core.flow.Dag
  tasks:
  - task: {id: one, type: io.kestra.plugin.core.log.Log, message: '{{ outputs.ask.value }}'}
  - task: {id: two, type: io.kestra.plugin.core.log.Log, message: '{{ tasks.one.state }}'}
    dependsOn: [one]
- id: show
  type: io.kestra.plugin.core.log.Log
  message: |
    ask {{ outputs.ask.value ?? outputs['ask'].value }}
    {{ outputs.asks.value }}
- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: b, flowId: c, outputs: {x: '{{ outputs.ask.value }}'}}
";

#[test]
fn a_task_is_renamed_with_all_that_reads_it() {
    for marked in
        [FLOW.replace("id: ask", "id: as¦k"), FLOW.replace("outputs.ask.value ??", "outputs.a¦sk.value ??")]
    {
        let text = renamed(&marked, "fetch");
        assert!(text.contains("- id: fetch\n"), "{text}");
        assert!(text.contains("message: '{{ outputs.fetch.value }}'"), "{text}");
        assert!(text.contains("ask {{ outputs.fetch.value ?? outputs['fetch'].value }}"), "{text}");
        assert!(text.contains("outputs.asks.value"), "{text}");
        assert!(
            text.contains("outputs: {x: '{{ outputs.ask.value }}'}"),
            "the subflow has a task of that name: {text}"
        );
    }
}

#[test]
fn a_task_of_a_dag_is_renamed_where_others_wait_for_it() {
    let text = renamed(&FLOW.replace("dependsOn: [one]", "dependsOn: [o¦ne]"), "first");
    assert!(text.contains("id: first,") && text.contains("dependsOn: [first]"), "{text}");
    assert!(text.contains("{{ tasks.first.state }}"), "{text}");
}

#[test]
fn an_input_is_renamed_in_dependencies_and_triggers_too() {
    let text = renamed(&FLOW.replace("{id: day,", "{id: d¦ay,"), "date");
    assert!(text.contains("{id: date, type: DATE}"), "{text}");
    assert!(text.contains("dependsOn: {inputs: [date]}, defaults: \"{{ inputs.date }}\""), "{text}");
    assert!(text.contains("inputs: {date: '2026-01-01'}"), "{text}");
    assert!(text.contains("\"{{ inputs.date }} {{ inputs['date'] }} {{ vars.day }} day\""), "{text}");
}

#[test]
fn a_name_with_a_dash_gets_brackets_in_fitting_quotes() {
    let text = renamed(&FLOW.replace("id: ask", "id: as¦k"), "ask-it");
    assert!(text.contains("message: '{{ outputs[\"ask-it\"].value }}'"), "{text}");
    assert!(text.contains("{{ outputs['ask-it'].value ?? outputs['ask-it'].value }}"), "{text}");
    let text = renamed(&FLOW.replace("id: ask", "id: as¦k"), "on");
    assert!(text.contains("- id: \"on\"\n"), "{text}");
}

#[test]
fn an_input_of_a_form_keeps_its_form() {
    let marked = "id: a\nnamespace: b\ninputs:\n- {id: f, type: FORM, inputs: [{id: n¦ame, type: STRING}]}\ntasks:\n- {id: l, type: io.kestra.plugin.core.log.Log, message: \"{{ inputs.f.name }}\"}\n";
    let text = renamed(marked, "title");
    assert!(text.contains("[{id: title, type: STRING}]") && text.contains("{{ inputs.f.title }}"), "{text}");
}

#[test]
fn what_cannot_be_renamed_says_why() {
    for (marked, new, why) in [
        (FLOW.replace("id: ask", "id: as¦k"), "show", "is there already"),
        (FLOW.replace("id: ask", "id: as¦k"), "a b", "cannot be an id"),
        (FLOW.replace("{id: day,", "{id: d¦ay,"), "a.b", "by hand"),
        (FLOW.replace("namespace: b\n", "namespace: b¦\n"), "c", "no task or input"),
        (FLOW.replace("outputs.asks", "outputs.as¦ks"), "c", "no task or input"),
        (format!("{{{FLOW}¦"), "c", "cannot be read"),
    ] {
        let text = renamed(&marked, new);
        assert!(text.contains(why), "{text}");
    }
}
