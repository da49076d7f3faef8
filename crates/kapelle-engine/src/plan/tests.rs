use kapelle_core::catalogue::Catalogue;
use kapelle_model::Span;

use super::*;
use crate::defaults::Layers;

pub(crate) fn plan(yaml: &str) -> Plan {
    let reading = kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32));
    Plan::compile(&reading.root.unwrap(), 1, Layers::default(), Catalogue::bundled(), Language::One)
}

/// The tasks of a plan as a tree of ids, with the list and the place of each.
fn outline(plan: &Plan) -> String {
    let line = |task: &Task| {
        let depth = std::iter::successors(task.parent, |parent| plan.task(*parent).parent).count();
        format!("{}{} {:?}\n", "  ".repeat(depth), task.id, task.place)
    };
    plan.tasks.iter().map(line).collect()
}

#[test]
fn disabled_tasks_are_in_no_list_and_leave_no_gap() {
    let plan = plan(
        "
id: f
namespace: n
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, disabled: true}
- id: seq
  type: io.kestra.plugin.core.flow.Sequential
  tasks:
  - {id: b, type: io.kestra.plugin.core.debug.Return}
  errors:
  - {id: off, type: io.kestra.plugin.core.debug.Return, disabled: true}
  - {id: c, type: io.kestra.plugin.core.debug.Return}
finally:
- {id: d, type: io.kestra.plugin.core.debug.Return}
",
    );
    assert_eq!(outline(&plan), "seq Main(0)\n  b Main(0)\n  c Errors(0)\nd Finally(0)\n");
}

#[test]
fn a_dependency_on_a_disabled_task_counts_as_met() {
    let plan = plan(
        "
id: f
namespace: n
tasks:
- id: dag
  type: io.kestra.plugin.core.flow.Dag
  tasks:
  - task: {id: a, type: io.kestra.plugin.core.debug.Return, disabled: true}
  - task: {id: b, type: io.kestra.plugin.core.debug.Return}
    dependsOn: [a]
  - task: {id: c, type: io.kestra.plugin.core.debug.Return}
    dependsOn: [a, b]
",
    );
    let Kind::Dag { dag, .. } = &plan.tasks[0].kind else { panic!("no dag") };
    assert_eq!(format!("{:?}", dag.needs), "[[], [0]]");
    assert_eq!(format!("{:?}", dag.wanted_by), "[[1], []]");
}

#[test]
fn a_retry_is_taken_from_the_nearest_that_has_one() {
    let plan = plan(
        "
id: f
namespace: n
retry: {type: constant, interval: PT1S}
tasks:
- id: seq
  type: io.kestra.plugin.core.flow.Sequential
  retry: {type: constant, interval: PT2S}
  tasks:
  - {id: a, type: io.kestra.plugin.core.debug.Return, retry: {type: constant, interval: PT3S}}
  - {id: b, type: io.kestra.plugin.core.debug.Return}
- {id: c, type: io.kestra.plugin.core.debug.Return}
",
    );
    let interval = |id: &str| match plan.task(plan.find(id).unwrap()).retry.as_ref().unwrap().delay {
        Delay::Constant { interval } => interval,
        _ => panic!("another delay"),
    };
    assert_eq!(["a", "b", "c"].map(interval), [3_000, 2_000, 1_000]);
}

#[test]
fn a_foreachitem_consists_of_three_tasks() {
    let plan = plan(
        "
id: f
namespace: n
tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEachItem
  items: '{{ inputs.file }}'
  flowId: child
",
    );
    assert_eq!(
        outline(&plan),
        "each Main(0)\n  each_split Main(0)\n  each_items Main(1)\n  each_merge Main(2)\n"
    );
}
