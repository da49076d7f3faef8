//! Literal values of built-in types that can never do what they stand for.

use crate::play::{Row, constraint, play, row};

#[test]
fn a_value_that_must_fail_in_the_run_is_told_before() {
    play(VALUES, constraint);
}

const VALUES: &[Row] = &[
    row(
        "a time between two others has an offset",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '@daily', conditions: [{type: P.condition.TimeBetween, after: «noon», before: '16:19:12Z'}]}]",
        &["warning value-date: `noon` is not a time with an offset"],
    ),
    row(
        "the values of a loop are texts, whole numbers and maps",
        "
tasks:
  - {id: a, type: P.flow.ForEach, values: [x, 1, {k: v}, «true», «1.5», «[1]», «null», '{{ 1 }}'], tasks: [{id: a1, LOG}]}
  - {id: b, type: P.flow.EachSequential, value: [«no»], tasks: [{id: b1, LOG}]}
  - {id: c, type: P.flow.EachParallel, value: [«2.0»], tasks: [{id: c1, LOG}]}
  - {id: d, type: P.flow.ForEach, items: [«true»], tasks: [{id: d1, LOG}]}
",
        &[
            "warning value-type: Unknown value element type: a loop cannot take a boolean",
            "warning value-type: Unknown value element type: a loop cannot take a number with a fraction",
            "warning value-type: Unknown value element type: a loop cannot take a list",
            "warning value-type: Found '1' null values on Each: a loop cannot take an empty value",
            "warning value-type: Unknown value element type: a loop cannot take a boolean",
            "warning value-type: Unknown value element type: a loop cannot take a number with a fraction",
            "warning value-type: Unknown value element type: a loop cannot take a boolean",
        ],
    ),
    row(
        "in JSON the values of a loop are of any type, and quoted ones are texts",
        "
tasks:
  - {id: a, type: P.flow.ForEach, values: '[true, 1.5, [1]]', tasks: [{id: a1, LOG}]}
  - {id: b, type: P.flow.ForEach, values: ['true', '1.5', ''], tasks: [{id: b1, LOG}]}
",
        &[],
    ),
    row(
        "a label is not set to nothing",
        "
tasks:
  - {id: a, type: P.execution.Labels, labels: {x: «''», y: z, e: '{{ null }}'}}
  - {id: b, type: P.execution.Labels, labels: [{key: x, value: «''»}, {key: y, value: z}]}
",
        &["warning property-empty: label `x`: must not be empty", "warning property-empty: label `x`: must not be empty"],
    ),
    row(
        "a key that is stored has the form of one",
        "
tasks:
  - {id: a, type: P.kv.Set, key: «my key», value: x}
  - {id: b, type: P.kv.Put, key: «_x», value: x}
  - {id: c, type: P.kv.Set, key: «a/b», value: x}
",
        &[
            "warning value-pattern: `my key`: must match \"[a-zA-Z0-9][a-zA-Z0-9._-]*\"",
            "warning value-pattern: `_x`: must match \"[a-zA-Z0-9][a-zA-Z0-9._-]*\"",
            "warning value-pattern: `a/b`: must match \"[a-zA-Z0-9][a-zA-Z0-9._-]*\"",
        ],
    ),
    row(
        "keys that are right, rendered, or only looked for say nothing",
        "
tasks:
  - {id: a, type: P.kv.Set, key: 0a.b_c-D, value: x}
  - {id: b, type: P.kv.Set, key: '{{ vars.k }} x', value: x}
  - {id: c, type: P.kv.Get, key: my key}
  - {id: d, type: P.kv.Delete, key: my key}
variables: {k: x}
",
        &[],
    ),
    row(
        "a condition about a range has an end, wherever it stands",
        "
triggers:
  - id: t
    type: P.trigger.Schedule
    cron: '@daily'
    conditions:
      - {type: «P.condition.DateTimeBetween», date: '{{ trigger.date }}'}
      - {type: P.condition.Not, conditions: [{type: «P.condition.TimeBetween», after: null}]}
",
        &[
            "warning property-missing: Invalid condition with no before nor after",
            "warning property-missing: Invalid condition with no before nor after",
        ],
    ),
    row(
        "one end of a range is enough, and a default may give it",
        "
triggers:
  - id: t
    type: P.trigger.Schedule
    cron: '@daily'
    conditions:
      - {type: P.condition.DateTimeBetween, after: '2024-01-01T00:00:00Z'}
      - {type: P.condition.TimeBetween}
pluginDefaults: [{type: P.condition.TimeBetween, values: {before: '18:00:00Z'}}]
",
        &[],
    ),
    row("revisions count from one", "revision: «0»", &["revision: must be greater than or equal to 1"]),
    row("a revision may stand in a flow", "revision: 12", &[]),
    row(
        "waiting needs no tasks, only a condition",
        "tasks: [{id: a, type: P.flow.LoopUntil, condition: '{{ true }}'}]",
        &[],
    ),
];
