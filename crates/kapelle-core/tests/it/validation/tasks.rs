//! Tasks: `Dag`, `Switch`, `WorkingDirectory`, retries.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_tasks_break_is_told_in_the_words_of_the_specification() {
    play(&[FLOWABLES, RETRIES, WITHOUT_EFFECT].concat(), constraint);
}

const FLOWABLES: &[Row] = &[
    row(
        "a Dag has tasks",
        "tasks:\n- {«id»: d, type: P.flow.Dag}\n- {id: e, type: P.flow.Dag, «tasks: []»}",
        &["d: No task defined", "e: No task defined"],
    ),
    row(
        "a task of a Dag depends on one that is there",
        "tasks: [{id: d, type: P.flow.Dag, tasks: [{task: {id: a, LOG}, dependsOn: [«x», «y»]}]}]",
        &["d: Not existing task id in dependency: x, y", "d: Not existing task id in dependency: x, y"],
    ),
    row(
        "a task of a Dag depends on its siblings only",
        "
tasks:
  - {id: before, LOG}
  - id: d
    type: P.flow.Dag
    tasks: [{task: {id: a, LOG}, dependsOn: [«before»]}, {task: {id: b, LOG}, dependsOn: [a]}]
",
        &["d: Not existing task id in dependency: before"],
    ),
    row(
        "tasks of a Dag do not wait for each other",
        "
tasks:
  - id: dagx
    type: P.flow.Dag
    tasks:
      - {task: {id: xa, LOG}, dependsOn: [«xb»]}
      - {task: {id: xb, LOG}, dependsOn: [«xa»]}
      - {task: {id: xc, LOG}, dependsOn: [xa]}
",
        &["dagx: Cyclic dependency detected: xa, xb", "dagx: Cyclic dependency detected: xa, xb"],
    ),
    row(
        "an entry of a Dag holds a task",
        "tasks: [{id: d, type: P.flow.Dag, tasks: [{«dependsOn»: []}]}]",
        &["d.tasks[0].task: must not be null"],
    ),
    row(
        "a Switch has a case or a default",
        "
tasks:
  - {id: «a», type: P.flow.Switch, value: '{{ 1 }}'}
  - {id: «b», type: P.flow.Switch, value: '{{ 1 }}', cases: {}, defaults: []}
  - {id: c, type: P.flow.Switch, value: '{{ 1 }}', cases: {x: [{id: c1, LOG}]}}
  - {id: d, type: P.flow.Switch, value: '{{ 1 }}', defaults: [{id: d1, LOG}]}
",
        &[
            "a: No task defined, neither cases or default have any tasks",
            "b: No task defined, neither cases or default have any tasks",
        ],
    ),
    row(
        "a WorkingDirectory has tasks",
        "tasks:\n- {«id»: a, type: P.flow.WorkingDirectory}\n- {id: b, type: P.flow.WorkingDirectory, «tasks: []»}",
        &["a: The 'tasks' property cannot be empty", "b: The 'tasks' property cannot be empty"],
    ),
    row(
        "a WorkingDirectory holds runnable tasks",
        "
tasks:
  - id: w
    type: P.flow.WorkingDirectory
    tasks:
      - {id: a, LOG}
      - {id: b, type: «P.flow.Sequential», tasks: [{id: b1, LOG}]}
      - {id: c, type: «P.flow.Subflow», namespace: x, flowId: '{{ vars.f }}'}
      - {id: d, type: «P.execution.Labels», labels: {a: b}}
    errors: [{id: e, type: P.flow.Sequential, tasks: [{id: e1, LOG}]}]
variables: {f: g}
",
        &["w: Only runnable tasks are allowed as children of a WorkingDirectory task"; 3],
    ),
    row(
        "the tasks of a WorkingDirectory have no worker group of their own",
        "tasks: [{id: w, type: P.flow.WorkingDirectory, workerGroup: {key: ok}, tasks: [{id: a, LOG, workerGroup: «{key: toto}»}]}]",
        &["w: Cannot set a Worker Group in any WorkingDirectory sub-tasks, \
             it is only supported at the WorkingDirectory level"],
    ),
    row(
        "a flowable has tasks",
        "
tasks:
  - {«id»: a, type: P.flow.Parallel}
  - {id: b, type: P.flow.Sequential, «tasks: []»}
  - {id: c, type: P.flow.ForEach, values: [1], «tasks»: null}
  - {id: d, type: P.flow.If, condition: '{{ 1 }}', then: []}
",
        &["a.tasks: must not be empty", "b.tasks: must not be empty", "c.tasks: must not be empty"],
    ),
    row(
        "a loop has values, a choice a value, a condition a condition",
        "
tasks:
  - {«id»: a, type: P.flow.ForEach, tasks: [{id: a1, LOG}]}
  - {«id»: b, type: P.flow.EachSequential, tasks: [{id: b1, LOG}]}
  - {«id»: c, type: P.flow.If, then: [{id: c1, LOG}]}
  - {«id»: d, type: P.flow.Switch, defaults: [{id: d1, LOG}]}
  - {«id»: e, type: P.flow.Subflow, namespace: x}
  - {«id»: f, type: P.flow.LoopUntil, tasks: [{id: f1, LOG}]}
",
        &[
            "a.values: must not be null",
            "b.value: must not be null",
            "c.condition: must not be null",
            "d.value: must not be null",
            "e.flowId: must not be null",
            "f.condition: must not be null",
        ],
    ),
];

const RETRIES: &[Row] = &[
    row(
        "constant: the interval is less than the whole",
        "tasks:\n- {id: ok, LOG}\n- {id: r, LOG, retry: {type: constant, maxAttempts: 3, maxDuration: PT1S, interval: «PT10S»}}",
        &["tasks[1].retry.intervalLessThanMaxDuration: 'interval' must be less than 'maxDuration'"],
    ),
    row(
        "exponential: the interval is less than the longest one and the whole",
        "
tasks:
  - {id: a, LOG, retry: {type: exponential, maxDuration: PT1S, interval: «PT2S», maxInterval: PT3S}}
  - {id: b, LOG, retry: {type: exponential, maxDuration: PT12S, interval: «PT3S», maxInterval: PT2S}}
  - {id: c, LOG, retry: {type: exponential, maxDuration: PT12S, interval: PT1S, maxInterval: PT2S}}
",
        &[
            "tasks[0].retry.intervalLessThanMaxDuration: 'interval' must be less than 'maxDuration'",
            "tasks[1].retry.intervalLessThanMaxInterval: 'interval' must be less than 'maxInterval'",
        ],
    ),
    row(
        "random: the shortest is less than the longest, which is less than the whole",
        "
tasks:
  - {id: a, LOG, retry: {type: random, maxDuration: PT12S, minInterval: «PT3S», maxInterval: PT2S}}
  - {id: b, LOG, retry: {type: random, maxDuration: PT2S, minInterval: PT1S, maxInterval: «PT3S»}}
  - {id: c, LOG, retry: {type: random, maxDuration: PT1S, minInterval: «PT2S», maxInterval: «PT3S»}}
",
        &[
            "tasks[0].retry.minIntervalLessThanMaxInterval: 'minInterval' must be less than 'maxInterval'",
            "tasks[1].retry.maxIntervalLessThanMaxDuration: 'maxInterval' must be less than 'maxDuration'",
            "tasks[2].retry.minIntervalLessThanMaxDuration: 'minInterval' must be less than 'maxDuration'",
            "tasks[2].retry.maxIntervalLessThanMaxDuration: 'maxInterval' must be less than 'maxDuration'",
        ],
    ),
    row(
        "equal is not less",
        "tasks: [{id: a, LOG, retry: {type: constant, interval: «PT1M», maxDuration: PT60S}}]",
        &["tasks[0].retry.intervalLessThanMaxDuration: 'interval' must be less than 'maxDuration'"],
    ),
    row(
        "the retry of a flow and of a task inside another follow the same rules",
        "
retry: {type: constant, interval: «PT10S», maxDuration: PT1S}
tasks:
  - id: s
    type: P.flow.Sequential
    tasks: [{id: a, LOG, retry: {type: constant, interval: «PT10S», maxDuration: PT1S}}]
",
        &[
            "retry.intervalLessThanMaxDuration: 'interval' must be less than 'maxDuration'",
            "tasks[0].tasks[0].retry.intervalLessThanMaxDuration: 'interval' must be less than 'maxDuration'",
        ],
    ),
    row(
        "a retry has a known type",
        "tasks: [{id: a, LOG, retry: {«interval»: PT1S}}, {id: b, LOG, retry: {type: «linear», interval: PT1S}}]",
        &["Invalid type: <null>", "Invalid type: linear"],
    ),
    row(
        "each type of retry has its intervals",
        "
tasks:
  - {id: a, LOG, retry: {«type»: constant}}
  - {id: b, LOG, retry: {«type»: exponential, interval: PT1S}}
  - {id: c, LOG, retry: {«type»: random, maxInterval: PT1S}}
  - {id: d, LOG, retry: {type: constant, interval: PT1S, «minInterval»: PT1S}}
",
        &[
            "a.retry.interval: must not be null",
            "b.retry.maxInterval: must not be null",
            "c.retry.minInterval: must not be null",
            "Unrecognized field \"minInterval\"",
        ],
    ),
    row(
        "there is at least one attempt",
        "tasks: [{id: a, LOG, retry: {type: constant, interval: PT1S, maxAttempts: «0»}}]",
        &["a.retry.maxAttempts: must be greater than or equal to 1"],
    ),
];

const WITHOUT_EFFECT: &[Row] = &[
    row(
        "timeout, taskCache and workerGroup do nothing where no worker runs the task",
        "
tasks:
  - {id: a, type: P.flow.Sequential, «timeout»: PT1S, «taskCache»: {enabled: true}, «workerGroup»: {key: x}, tasks: [{id: a1, LOG}]}
  - {id: b, type: P.flow.Subflow, namespace: x, flowId: '{{ vars.f }}', «timeout»: PT1S}
  - {id: c, type: P.execution.Labels, labels: {a: b}, «timeout»: PT1S}
variables: {f: g}
",
        &[
            "warning property-ignored: `timeout` has no effect on `Sequential`: it does not run on a worker",
            "warning property-ignored: `taskCache` has no effect on `Sequential`: it does not run on a worker",
            "warning property-ignored: `workerGroup` has no effect on `Sequential`: it does not run on a worker",
            "warning property-ignored: `timeout` has no effect on `Subflow`: it does not run on a worker",
            "warning property-ignored: `timeout` has no effect on `Labels`: it does not run on a worker",
        ],
    ),
    row(
        "they do where a worker runs it, and a Pause has a timeout of its own meaning",
        "
tasks:
  - {id: a, LOG, timeout: PT1S, taskCache: {enabled: true, ttl: P1D}, workerGroup: {key: x, fallback: FAIL}}
  - {id: b, type: P.flow.Pause, timeout: PT1S}
",
        &[],
    ),
];
