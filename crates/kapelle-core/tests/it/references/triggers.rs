//! Triggers that never fire, or always.

use crate::play::{Row, message, play, row};

#[test]
fn triggers_that_never_fire_or_always_are_told() {
    play(&[SCHEDULES, WEBHOOKS, QUERIES, FLOWS].concat(), message);
}

const SCHEDULES: &[Row] = &[
    row(
        "there is such a day",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: «'0 0 30 2 *'»}, {id: u, type: P.trigger.Schedule, cron: '0 0 29 2 *'}, \
         {id: v, type: P.trigger.Schedule, cron: '0 0 30 2 MON'}]",
        &["cron-never: `0 0 30 2 *` never fires: no month has such a day"],
    ),
    row(
        "with `dst: skip` a time that the clock skips does not come on that day",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: «'30 2 * * *'», timezone: Europe/Berlin, dst: skip}, \
         {id: u, type: P.trigger.Schedule, cron: '30 2 * * *', dst: skip}, \
         {id: v, type: P.trigger.Schedule, cron: '30 3 * * *', timezone: Europe/Berlin, dst: skip}, \
         {id: w, type: P.trigger.Schedule, cron: '30 2 * * *', timezone: Europe/Berlin}]",
        &["schedule-gap: on 2026-03-29 the clock skips 02:30:00, so the schedule does not fire that day"],
    ),
    row(
        "a schedule that fires all the time anyway misses nothing",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '*/5 * * * *', timezone: Europe/Berlin, dst: skip}]",
        &[],
    ),
];

const WEBHOOKS: &[Row] = &[row(
    "a key calls one webhook",
    "triggers: [{id: t, type: P.trigger.Webhook, key: k}, {id: «u», type: P.trigger.Webhook, key: k}, {id: v, type: P.trigger.Webhook, key: l}]",
    &["trigger-unreachable: trigger `u` never fires: `t` has the same key and comes first"],
)];

const QUERIES: &[Row] = &[row(
    "a query fires for its rows",
    "
triggers:
  - {id: t, type: io.kestra.plugin.jdbc.sqlite.Trigger, url: u, sql: s, fetchType: «NONE»}
  - {id: u, type: io.kestra.plugin.jdbc.sqlite.Trigger, url: u, sql: s, fetchType: FETCH}
  - {id: v, type: io.kestra.plugin.jdbc.sqlite.Trigger, url: u, sql: s, fetchType: '{{ x }}'}
",
    &["value-enum: fetchType NONE is not valid for triggers: without rows it would never fire"],
)];

const FLOWS: &[Row] = &[
    row(
        "a flow trigger says what it waits for",
        "triggers: [{id: «t», type: P.trigger.Flow}]",
        &[
            "trigger-unconditional: trigger `t` has neither conditions nor preconditions: \
             the flow will be triggered for EVERY execution of every flow",
        ],
    ),
    row(
        "conditions, preconditions, dependsOn and when say so",
        "
triggers:
  - {id: a, type: P.trigger.Flow, conditions: [{type: P.condition.ExecutionNamespace, namespace: x}]}
  - {id: b, type: P.trigger.Flow, preconditions: {id: p, flows: [{namespace: x}]}}
  - {id: c, type: P.trigger.Flow, dependsOn: [{namespace: x}]}
  - {id: d, type: P.trigger.Flow, when: '{{ true }}'}
",
        &[],
    ),
    row(
        "a flow does not trigger itself",
        "
triggers:
  - {id: «a», type: P.trigger.Flow, preconditions: {id: p, flows: [{namespace: company.team, flowId: flow}]}}
  - {id: «b», type: P.trigger.Flow, dependsOn: [{namespace: company.team, flowId: flow}]}
  - {id: «c», type: P.trigger.Flow, conditions: [{type: P.condition.ExecutionFlow, namespace: company.team, flowId: flow}]}
  - {id: d, type: P.trigger.Flow, preconditions: {id: q, flows: [{namespace: company.team, flowId: other}]}}
",
        &[
            "trigger-unreachable: trigger `a` never fires: a flow is not triggered by its own executions",
            "trigger-unreachable: trigger `b` never fires: a flow is not triggered by its own executions",
            "trigger-unreachable: trigger `c` never fires: a flow is not triggered by its own executions",
        ],
    ),
    row(
        "one of several flows that a trigger waits for any of may be itself",
        "triggers: [{id: a, type: P.trigger.Flow, dependsOn: [{namespace: company.team, flowId: flow}, {namespace: x}], mode: ANY}]",
        &[],
    ),
    row(
        "a condition about the own flow inside Not or Or does not stop the trigger",
        "
triggers:
  - id: a
    type: P.trigger.Flow
    conditions: [{type: P.condition.Not, conditions: [{type: P.condition.ExecutionFlow, namespace: company.team, flowId: flow}]}]
",
        &[],
    ),
];
