//! Which output can be there when it is read.

use crate::play::{Row, message, play, row};

#[test]
fn outputs_are_read_after_they_are_there() {
    play(&[SEQUENCES, GROUPS, DAGS, LOOPS, ENDS].concat(), message);
}

const SEQUENCES: &[Row] = &[
    row(
        "a task comes before the one that reads it",
        "tasks: [{id: a, SAY '{{ «outputs.b.x» }}'}, {id: b, SAY '{{ outputs.a.x }}'}]",
        &["output-too-early: `b` runs after `a`, so its output is not there yet"],
    ),
    row(
        "a task does not read itself",
        "tasks: [{id: a, SAY '{{ «outputs.a.x» }}'}]",
        &["output-too-early: `a` reads its own output before it has any"],
    ),
    row(
        "order holds at every depth",
        "
tasks:
  - {id: s, type: P.flow.Sequential, tasks: [{id: a, SAY '{{ «outputs.c.x» }} {{ «outputs.b.x» }}'}, {id: b, SAY '{{ outputs.a.x }}'}]}
  - {id: c, SAY '{{ outputs.a.x }} {{ outputs.s }}'}
",
        &[
            "output-too-early: `c` runs after `a`, so its output is not there yet",
            "output-too-early: `b` runs after `a`, so its output is not there yet",
        ],
    ),
    row(
        "a guard makes it a question of taste",
        "tasks: [{id: a, SAY '{{ outputs.b.x ?? 1 }}'}, {id: b, LOG}]",
        &[],
    ),
    row(
        "what decides about a flowable is rendered before what is in it",
        "
tasks:
  - {id: a, type: P.flow.If, condition: '{{ «outputs.a1.x» }}', then: [{id: a1, LOG}]}
  - {id: b, type: P.flow.Switch, value: '{{ «outputs.b1.x» }}', cases: {x: [{id: b1, LOG}]}}
  - {id: c, type: P.flow.Sequential, runIf: '{{ «outputs.c1.x» }}', tasks: [{id: c1, LOG}]}
",
        &[
            "output-too-early: `a1` runs inside `a`, which needs this value before it starts",
            "output-too-early: `b1` runs inside `b`, which needs this value before it starts",
            "output-too-early: `c1` runs inside `c`, which needs this value before it starts",
        ],
    ),
    row(
        "what is in a flowable reads what the flowable decided",
        "tasks: [{id: a, type: P.flow.If, condition: '{{ 1 }}', then: [{id: a1, SAY '{{ outputs.a.evaluationResult }}'}]}]",
        &[],
    ),
];

const GROUPS: &[Row] = &[
    row(
        "tasks of a Parallel run at the same time",
        "
tasks:
  - id: p
    type: P.flow.Parallel
    tasks: [{id: a, LOG}, {id: b, SAY '{{ «outputs.a.x» }}'}]
  - {id: c, SAY '{{ outputs.a.x }} {{ outputs.b.x }}'}
",
        &["output-too-early: `a` and `b` run at the same time in `p`, so the output may not be there yet"],
    ),
    row(
        "one by one they run in order",
        "tasks: [{id: p, type: P.flow.Parallel, concurrent: 1, tasks: [{id: a, SAY '{{ «outputs.b.x» }}'}, {id: b, SAY '{{ outputs.a.x }}'}]}]",
        &["output-too-early: `b` runs after `a`, so its output is not there yet"],
    ),
    row(
        "how many is not known before the run",
        "tasks: [{id: p, type: P.flow.Parallel, concurrent: '{{ vars.n }}', tasks: [{id: a, LOG}, {id: b, SAY '{{ outputs.a.x }}'}]}]\nvariables: {n: 1}",
        &[],
    ),
    row(
        "inside a branch of a Parallel there is an order again, across branches there is none",
        "
tasks:
  - id: p
    type: P.flow.Parallel
    tasks:
      - {id: s, type: P.flow.Sequential, tasks: [{id: a, LOG}, {id: b, SAY '{{ outputs.a.x }}'}]}
      - {id: t, type: P.flow.Sequential, tasks: [{id: c, SAY '{{ «outputs.b.x» }}'}]}
",
        &["output-too-early: `b` and `c` run at the same time in `p`, so the output may not be there yet"],
    ),
    row(
        "errors of a group come after its tasks",
        "tasks: [{id: p, type: P.flow.Parallel, tasks: [{id: a, LOG}], errors: [{id: e, SAY '{{ outputs.a.x }}'}], finally: [{id: f, SAY '{{ outputs.e.x }}'}]}]",
        &[],
    ),
];

const DAGS: &[Row] = &[
    row(
        "a task of a Dag reads what it waits for, however far away",
        "
tasks:
  - id: d
    type: P.flow.Dag
    tasks:
      - {task: {id: a, LOG}}
      - {task: {id: b, LOG}, dependsOn: [a]}
      - {task: {id: c, SAY '{{ outputs.a.x }} {{ outputs.b.x }}'}, dependsOn: [b]}
      - {task: {id: e, SAY '{{ «outputs.c.x» }} {{ outputs.a.x }}'}, dependsOn: [a]}
",
        &["output-too-early: `e` does not wait for `c`, so its output may not be there yet"],
    ),
    row(
        "the order of the list does not matter in a Dag",
        "tasks: [{id: d, type: P.flow.Dag, tasks: [{task: {id: a, SAY '{{ outputs.b.x }}'}, dependsOn: [b]}, {task: {id: b, LOG}}]}]",
        &[],
    ),
    row(
        "tasks inside a task of a Dag wait with it",
        "
tasks:
  - id: d
    type: P.flow.Dag
    tasks:
      - {task: {id: s, type: P.flow.Sequential, tasks: [{id: a, LOG}]}}
      - {task: {id: t, type: P.flow.Sequential, tasks: [{id: b, SAY '{{ outputs.a.x }}'}]}, dependsOn: [s]}
      - {task: {id: u, type: P.flow.Sequential, tasks: [{id: c, SAY '{{ «outputs.a.x» }}'}]}}
",
        &["output-too-early: `c` does not wait for `a`, so its output may not be there yet"],
    ),
    row(
        "a task of a Dag waits for one that runs",
        "tasks: [{id: d, type: P.flow.Dag, tasks: [{task: {id: a, LOG, disabled: true}}, {task: {id: b, LOG}, dependsOn: [«a»]}]}]",
        &["dag-dependency-disabled: `b` waits for `a`, which is disabled"],
    ),
];

const LOOPS: &[Row] = &[
    row(
        "a loop reads outputs of earlier rounds by their key",
        "
tasks:
  - id: l
    type: P.flow.ForEach
    values: [x, y]
    tasks:
      - {id: a, SAY \"{{ outputs.b['x'].v }} {{ outputs.b[taskrun.value].v }}\"}
      - {id: b, SAY '{{ outputs.a[taskrun.value].v }}'}
",
        &[],
    ),
    row(
        "without a key it is that of this round",
        "
tasks:
  - id: l
    type: P.flow.ForEach
    values: [x, y]
    tasks: [{id: a, SAY '{{ «outputs.b.v» }}'}, {id: b, LOG}]
",
        &["output-too-early: `b` runs after `a`, so its output is not there yet"],
    ),
    row(
        "a condition of a loop reads what the loop does",
        "
tasks:
  - {id: l, type: P.flow.LoopUntil, condition: '{{ outputs.a.value == 1 }} {{ outputs.l.iterationCount }}', tasks: [{id: a, LOG}]}
  - {id: m, type: P.flow.Loop, values: [1], breakWhen: '{{ outputs.b.v }}', outputs: [{id: o, value: '{{ outputs.b.v }}'}], tasks: [{id: b, LOG}]}
",
        &[],
    ),
    row(
        "children of EachParallel run at the same time, those of EachSequential do not",
        "
tasks:
  - {id: l, type: P.flow.EachParallel, value: [x], tasks: [{id: a, LOG}, {id: b, SAY '{{ «outputs.a.v» }}'}]}
  - {id: m, type: P.flow.EachSequential, value: [x], tasks: [{id: c, LOG}, {id: d, SAY '{{ outputs.c.v }}'}]}
",
        &["output-too-early: `a` and `b` run at the same time in `l`, so the output may not be there yet"],
    ),
];

const ENDS: &[Row] = &[
    row(
        "errors, finally and afterExecution come after the tasks, in this order",
        "
tasks: [{id: a, SAY '{{ «outputs.e.x» }} {{ «outputs.f.x» }} {{ «outputs.z.x» }}'}]
errors: [{id: e, SAY '{{ outputs.a.x }} {{ «outputs.f.x» }}'}]
finally: [{id: f, SAY '{{ outputs.a.x }} {{ outputs.e.x }} {{ «outputs.z.x» }}'}]
afterExecution: [{id: z, SAY '{{ outputs.a.x }} {{ outputs.e.x }} {{ outputs.f.x }}'}]
",
        &[
            "output-other-branch: `e` stands in another branch, which has not run when `a` starts",
            "output-other-branch: `f` stands in another branch, which has not run when `a` starts",
            "output-other-branch: `z` stands in another branch, which has not run when `a` starts",
            "output-other-branch: `f` stands in another branch, which has not run when `e` starts",
            "output-other-branch: `z` stands in another branch, which has not run when `f` starts",
        ],
    ),
    row(
        "outputs of the flow come after finally and before afterExecution",
        "
finally: [{id: f, LOG}]
afterExecution: [{id: z, LOG}]
outputs: [{id: o, value: '{{ outputs.f.x }}'}, {id: p, value: '{{ «outputs.z.x» }}'}]
",
        &["output-too-early: the outputs of the flow are rendered before `z` runs"],
    ),
    row(
        "a pause starts its task before it waits, and goes on after",
        "
tasks:
  - {id: p, type: P.flow.Pause, onPause: {id: o, LOG}, timeout: PT1H, onTimeout: [{id: t, SAY '{{ outputs.o.x }}'}]}
  - {id: b, SAY '{{ outputs.o.x }} {{ outputs.p.onResume.y }}'}
",
        &[],
    ),
    row(
        "an approval waits, then approves or denies",
        "
tasks:
  - id: p
    type: P.flow.Approval
    onWait: [{id: w, SAY '{{ «outputs.a.x» }}'}]
    onApprove: [{id: a, SAY '{{ outputs.w.x }} {{ «outputs.d.x» }}'}]
    onDeny: [{id: d, SAY '{{ outputs.w.x }}'}]
",
        &[
            "output-other-branch: `a` stands in another branch, which has not run when `w` starts",
            "output-other-branch: `d` stands in another branch, which has not run when `a` starts",
        ],
    ),
];
