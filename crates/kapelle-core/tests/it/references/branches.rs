//! Branches: which is taken, and which never is.

use crate::play::{Row, message, play, row};

#[test]
fn other_branches_have_no_outputs_here_and_dead_ones_are_told() {
    play(&[OTHERS, DEAD].concat(), message);
}

const OTHERS: &[Row] = &[
    row(
        "then and else exclude each other",
        "
tasks:
  - {id: i, type: P.flow.If, condition: '{{ 1 }}', then: [{id: a, LOG}], else: [{id: b, SAY '{{ «outputs.a.x» }} {{ outputs.a.x ?? 0 }}'}]}
  - {id: c, SAY '{{ outputs.a.x ?? outputs.b.x }}'}
",
        &["output-other-branch: `a` stands in another branch, which has not run when `b` starts"],
    ),
    row(
        "cases exclude each other and the default",
        "
tasks:
  - id: s
    type: P.flow.Switch
    value: '{{ vars.x }}'
    cases: {x: [{id: a, LOG}], y: [{id: b, SAY '{{ «outputs.a.x» }}'}]}
    defaults: [{id: c, SAY '{{ «outputs.b.x» }}'}]
variables: {x: y}
",
        &[
            "output-other-branch: `a` stands in another branch, which has not run when `b` starts",
            "output-other-branch: `b` stands in another branch, which has not run when `c` starts",
        ],
    ),
    row(
        "inside a branch the order holds",
        "tasks: [{id: i, type: P.flow.If, condition: '{{ 1 }}', then: [{id: a, LOG}, {id: b, SAY '{{ outputs.a.x }}'}]}]",
        &[],
    ),
];

const DEAD: &[Row] = &[
    row(
        "a condition that is always true",
        "tasks: [{id: i, type: P.flow.If, condition: 'true', then: [{id: a, LOG}], else: [{id: «b», LOG}]}]",
        &["branch-dead: this never runs: the condition of `i` is always true"],
    ),
    row(
        "a condition that is always false: false, 0 and nothing are, other words are true",
        "
tasks:
  - {id: i, type: P.flow.If, condition: false, then: [{id: «a», LOG}]}
  - {id: j, type: P.flow.If, condition: '0', then: [{id: «b», LOG}], else: [{id: c, LOG}]}
  - {id: k, type: P.flow.If, condition: 'no', then: [{id: d, LOG}], else: [{id: «e», LOG}]}
",
        &[
            "branch-dead: this never runs: the condition of `i` is always false",
            "branch-dead: this never runs: the condition of `j` is always false",
            "branch-dead: this never runs: the condition of `k` is always true",
        ],
    ),
    row(
        "a choice without anything to choose",
        "tasks: [{id: s, type: P.flow.Switch, value: x, cases: {x: [{id: a, LOG}], y: [{id: «b», LOG}]}, defaults: [{id: «c», LOG}]}]",
        &[
            "branch-dead: this never runs: the value of `s` is always `x`",
            "branch-dead: this never runs: the value of `s` is always `x`",
        ],
    ),
    row(
        "nothing follows the end of the execution",
        "tasks: [{id: a, type: P.execution.Exit}, {id: «b», LOG}, {id: c, LOG}]\nerrors: [{id: d, LOG}]",
        &["branch-dead: this never runs: `a` always ends the execution"],
    ),
    row(
        "an end with a condition, switched off, or tolerated is none",
        "
tasks:
  - {id: a, type: P.execution.Exit, runIf: '{{ 1 }}'}
  - {id: b, type: P.execution.Fail, condition: '{{ 1 }}'}
  - {id: c, type: P.execution.Fail, allowFailure: true}
  - {id: d, type: P.execution.Fail, disabled: true}
  - {id: e, type: P.flow.Parallel, tasks: [{id: f, type: P.execution.Fail}, {id: g, LOG}]}
  - {id: h, type: P.execution.Fail}
",
        &[],
    ),
    row(
        "a list of tasks that are all switched off",
        "tasks: [{id: s, type: P.flow.Sequential, tasks: [{id: «a», LOG, disabled: true}]}, {id: t, type: P.flow.Sequential, disabled: true, tasks: [{id: b, LOG, disabled: true}]}]",
        &["branch-dead: this never runs: all tasks of this list of `s` are disabled"],
    ),
];
