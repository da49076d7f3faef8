//! Triggers on executions of other flows.

use super::*;

fn up(id: &str) -> String {
    format!(
        "id: {id}\nnamespace: team\noutputs: [{{id: of, type: STRING, value: {id}}}]\ntasks:\n- {{id: t, type: \
         io.kestra.plugin.core.log.Log, message: m}}\n"
    )
}

/// A flow that starts when both `a` and `b` have succeeded.
fn both() -> String {
    source(
        "both",
        "- id: hear
  type: io.kestra.plugin.core.trigger.Flow
  inputs: {n: 7}
  preconditions:
    id: pre
    flows: [{namespace: team, flowId: a, states: [SUCCESS]}, {namespace: team, flowId: b, states: [SUCCESS]}]",
        "PT0.1S",
    )
}

#[test]
fn an_end_of_another_flow_starts_one_execution_with_what_it_gave() {
    let world = with_all();
    let trigger = "- {id: hear, type: io.kestra.plugin.core.trigger.Flow, conditions: [{type: \
                   io.kestra.plugin.core.condition.ExecutionFlow, namespace: team, flowId: a}]}";
    world.put(&source("down", trigger, "PT0.1S"));
    let cause = world.start(&up("a"), &[]);
    world.start(&up("b"), &[]);
    world.pass(10);
    let executions = world.executions("down");
    assert_eq!(executions.len(), 1);
    let given = variable(&executions[0], "executionId");
    assert_eq!(given, Some(Value::from(cause.to_string().as_str())));
    assert!(
        variable(&executions[0], "outputs").is_some_and(|outputs| format!("{outputs:?}").contains("\"a\""))
    );
    assert_eq!(label(&executions[0], "system.correlationId"), Some(cause.to_string()));
    assert_eq!(executions[0].state(), State::Success);
}

#[test]
fn what_has_to_come_together_comes_together_over_the_ends_of_processes() {
    let mut world = with_all();
    world.put(&both());
    world.start(&up("a"), &[]);
    world.pass(10);
    world.die_and_begin(60_000);
    assert_eq!(world.executions("both").len(), 0);
    world.start(&up("b"), &[]);
    world.pass(10);
    assert_eq!(world.states("both"), [State::Success]);
    world.start(&up("b"), &[]);
    world.pass(10);
    assert_eq!(world.executions("both").len(), 1, "the window began anew");
}

#[test]
fn a_change_that_a_dead_process_wrote_down_is_heard_by_the_next() {
    let mut world = with_all();
    world.put(&both());
    world.start(&up("a"), &[]);
    world.start(&up("b"), &[]);
    // It dies at whatever point it has come to.
    world.die_and_begin(1_000);
    world.pass(10);
    assert_eq!(world.states("both"), [State::Success]);
}

#[test]
fn a_trigger_that_is_switched_off_hears_nothing() {
    let world = with_all();
    world.put(&source("mute", "- {id: hear, type: io.kestra.plugin.core.trigger.Flow}", "PT0.1S"));
    world.runtime().switch_trigger(&key("mute", "hear"), false).unwrap();
    world.start(&up("a"), &[]);
    world.pass(10);
    assert_eq!(world.executions("mute").len(), 0);
    world.runtime().switch_trigger(&key("mute", "hear"), true).unwrap();
    world.start(&up("a"), &[]);
    world.pass(10);
    assert_eq!(world.executions("mute").len(), 1);
}

#[test]
fn a_window_that_ends_without_success_is_told_by_an_execution_that_failed() {
    let world = with_all();
    let trigger = "- id: hear
  type: io.kestra.plugin.core.trigger.Flow
  dependsOn: [{namespace: team, flowId: a}, {namespace: team, flowId: b}]
  window: {deadline: '07:30:00'}
  onMiss: {behavior: FAIL, labels: {missed: 'yes'}}";
    world.put(&source("late", trigger, "PT0.1S"));
    world.start(&up("a"), &[]);
    world.pass(3_600);
    let executions = world.executions("late");
    assert_eq!(executions.iter().map(Execution::state).collect::<Vec<_>>(), [State::Failed]);
    assert_eq!(label(&executions[0], "missed").as_deref(), Some("yes"));
}
