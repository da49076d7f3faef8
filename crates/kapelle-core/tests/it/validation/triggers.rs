//! Triggers: schedules, webhooks, tools, preconditions, windows of time.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_triggers_break_is_told_in_the_words_of_the_specification() {
    play(&[SCHEDULES, WEBHOOKS, TOOLS, FILTERS, WINDOWS, CONDITIONS].concat(), constraint);
}

const SCHEDULES: &[Row] = &[
    row(
        "a schedule has values for all that is required",
        "
inputs: [{id: a, type: STRING}, {id: b, type: STRING, defaults: x}, {id: c, type: INT, required: false}, {id: d, type: INT}]
triggers: [{id: «t», type: P.trigger.Schedule, cron: '@daily', inputs: {d: 1}}, {id: u, type: P.trigger.Schedule, cron: '@daily', inputs: {a: x, d: 1}}]
",
        &["warning property-missing: each execution of `t` fails: it gives no value for the required `a`"],
    ),
    row(
        "a schedule has a cron expression",
        "triggers: [{«id»: t, type: P.trigger.Schedule}]",
        &["t.cron: must not be null"],
    ),
    row(
        "a cron expression has five fields",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: «'* * *'»}]",
        &[
            "t.cron: invalid cron expression '* * *': 3 fields stand here, but 5 are expected: minute, hour, day of month, month, day of week",
        ],
    ),
    row(
        "with seconds it has six",
        "triggers: [{id: t, type: P.trigger.Schedule, withSeconds: true, cron: '*/10 * * * * *'}, \
         {id: u, type: P.trigger.Schedule, cron: «'*/10 * * * * *'»}]",
        &["u.cron: invalid cron expression '*/10 * * * * *': 6 fields stand here, but 5 are expected. \
             If the first counts seconds, set withSeconds: true; if the last is a year, remove it: write `*/10 * * * *`"],
    ),
    row(
        "ranges are strict, and W and # are not known",
        "
triggers:
  - {id: a, type: P.trigger.Schedule, cron: «'60 * * * *'»}
  - {id: c, type: P.trigger.Schedule, cron: «'0 0 15W * *'»}
  - {id: d, type: P.trigger.Schedule, cron: «'0 0 * * 1#2'»}
  - {id: e, type: P.trigger.Schedule, cron: «'5-1 0 * * *'»}
",
        &[
            "a.cron: invalid cron expression '60 * * * *': minute: 60 is out of range, allowed are 0 to 59",
            "c.cron: invalid cron expression '0 0 15W * *': day of month: `15W` (the nearest working day) is not known: \
             use days of the week, such as MON-FRI",
            "d.cron: invalid cron expression '0 0 * * 1#2': day of week: `1#2` (such a day once a month) is not known: \
             name the day of the week here, and add the condition io.kestra.plugin.core.condition.DayWeekInMonth",
            "e.cron: invalid cron expression '5-1 0 * * *': minute: the range 5-1 goes backwards: write 5-59,0-1",
        ],
    ),
    row(
        "nicknames, names and lists are known, and Sunday is 0 or 7",
        "
triggers:
  - {id: a, type: P.trigger.Schedule, cron: '@hourly'}
  - {id: b, type: P.trigger.Schedule, cron: '0 9 * JAN-MAR,DEC MON-FRI'}
  - {id: c, type: P.trigger.Schedule, cron: '0 9 1,15 * 0'}
  - {id: d, type: P.trigger.Schedule, cron: '*/15 9-17 * * 7'}
  - {id: e, type: P.trigger.Schedule, cron: '0 0 L * *'}
",
        &[],
    ),
    row(
        "a time zone is known",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '@daily', timezone: «Europe/Berln»}]",
        &["t.timezone: 'Europe/Berln' is not a valid time-zone ID"],
    ),
    row(
        "what happens to missed dates is one of three",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '@daily', recoverMissedSchedules: «SOME»}]",
        &["t.recoverMissedSchedules: `SOME` is not one of its values"],
    ),
];

const WEBHOOKS: &[Row] = &[
    row(
        "a webhook has a key",
        "triggers: [{«id»: t, type: P.trigger.Webhook}]",
        &["t.key: must not be null"],
    ),
    row(
        "a webhook has no condition over several executions",
        "
triggers:
  - id: t
    type: P.trigger.Webhook
    key: x
    conditions: [«{type: P.condition.MultipleCondition, id: m, conditions: {a: {type: P.condition.Expression, expression: x}}}»]
",
        &["t: invalid webhook: conditions of type MultipleCondition are not supported"],
    ),
    row(
        "a webhook that knows its sender has a secret",
        "triggers: [{id: t, type: P.trigger.Webhook, key: x, preset: «github»}, \
         {id: u, type: P.trigger.Webhook, key: y, preset: slack, secret: '{{ vars.z }}'}, \
         {id: v, type: P.trigger.Webhook, key: z, preset: jwt, token: {publicKey: z, leeway: PT1M}}, \
         {id: w, type: P.trigger.Webhook, key: w, preset: alertmanager, respond: {status: 202, headers: {a: b}, body: {c: '{{ outputs.d }}'}}}]",
        &["t: invalid webhook: the preset lets nobody in without a secret"],
    ),
    row(
        "a webhook answers with JSON or plain text",
        "triggers: [{id: t, type: P.trigger.Webhook, key: x, responseContentType: «text/html»}, \
         {id: u, type: P.trigger.Webhook, key: y, responseContentType: text/plain}]",
        &["t: invalid webhook: responseContentType must be either 'application/json' or 'text/plain'"],
    ),
];

const TOOLS: &[Row] = &[
    row(
        "a tool has a name, a title and a description",
        "triggers: [{«id»: t, type: P.trigger.McpToolTrigger}]",
        &[
            "t.title: must not be null",
            "t.toolDescription: must not be null",
            "t.toolName: must not be null",
        ],
    ),
    row(
        "its name begins and ends with a letter or a digit, and is short",
        "
triggers:
  - {id: a, type: P.trigger.McpToolTrigger, title: t, toolDescription: d, toolName: orders.find-one_2}
  - {id: b, type: P.trigger.McpToolTrigger, title: t, toolDescription: d, toolName: «orders.»}
  - {id: c, type: P.trigger.McpToolTrigger, title: t, toolDescription: d, toolName: «find orders»}
  - {id: d, type: P.trigger.McpToolTrigger, title: t, toolDescription: d, toolName: «a234567890123456789012345678901234567890123456789012345678901234b»}
",
        &[
            "b.toolName: must match \"^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$\"",
            "c.toolName: must match \"^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$\"",
            "d.toolName: size must be between 1 and 64",
        ],
    ),
];

const FILTERS: &[Row] = &[
    row(
        "EQUAL_TO and its like compare with one value",
        "
triggers:
  - id: t
    type: P.trigger.Flow
    preconditions:
      id: p
      where:
        - id: w
          filters:
            - {field: NAMESPACE, type: «EQUAL_TO»}
            - {field: NAMESPACE, type: «NOT_EQUAL_TO»}
            - {field: NAMESPACE, type: «STARTS_WITH»}
            - {field: NAMESPACE, type: «ENDS_WITH»}
            - {field: NAMESPACE, type: «REGEX»}
            - {field: NAMESPACE, type: «CONTAINS»}
            - {field: EXPRESSION, type: «IS_NULL»}
            - {field: EXPRESSION, type: «IS_NOT_NULL»}
            - {field: EXPRESSION, type: «IS_TRUE»}
            - {field: EXPRESSION, type: «IS_FALSE»}
",
        &[
            "w.filters[0]: `value` cannot be null for type EQUAL_TO",
            "w.filters[1]: `value` cannot be null for type NOT_EQUAL_TO",
            "w.filters[2]: `value` cannot be null for type STARTS_WITH",
            "w.filters[3]: `value` cannot be null for type ENDS_WITH",
            "w.filters[4]: `value` cannot be null for type REGEX",
            "w.filters[5]: `value` cannot be null for type CONTAINS",
            "w.filters[6]: `value` cannot be null for type IS_NULL",
            "w.filters[7]: `value` cannot be null for type IS_NOT_NULL",
            "w.filters[8]: `value` cannot be null for type IS_TRUE",
            "w.filters[9]: `value` cannot be null for type IS_FALSE",
        ],
    ),
    row(
        "IN and NOT_IN compare with several values",
        "
triggers:
  - id: t
    type: P.trigger.Flow
    preconditions:
      id: p
      where:
        - id: w
          filters:
            - {field: FLOW_ID, type: «IN»}
            - {field: FLOW_ID, type: «NOT_IN»}
            - {field: FLOW_ID, type: IN, values: [a, b]}
            - {field: FLOW_ID, type: EQUAL_TO, value: a}
",
        &["w.filters[0]: `values` cannot be null for type IN", "w.filters[1]: `values` cannot be null for type NOT_IN"],
    ),
    row(
        "the other of the two is forbidden",
        "
triggers:
  - id: t
    type: P.trigger.Flow
    preconditions:
      id: p
      where: [{id: w, filters: [{field: FLOW_ID, type: IN, values: [a], «value»: a}, {field: FLOW_ID, type: REGEX, value: a, «values»: [a]}]}]
",
        &["w.filters[0]: `value` must be null for type IN", "w.filters[1]: `values` must be null for type REGEX"],
    ),
    row(
        "fields and comparisons are known",
        "
triggers:
  - id: t
    type: P.trigger.Flow
    preconditions: {id: p, where: [{id: w, operand: «XOR», filters: [{field: «LABEL», type: «LIKE», value: a}]}]}
",
        &[
            "w.operand: `XOR` is not one of its values",
            "w.filters[0].field: `LABEL` is not one of its values",
            "w.filters[0].type: `LIKE` is not one of its values",
        ],
    ),
    row(
        "preconditions have an id, a condition has one and filters",
        "triggers: [{id: t, type: P.trigger.Flow, preconditions: {«where»: [{«operand»: AND}]}}]",
        &[
            "t.preconditions.id: must not be null",
            "t.preconditions.where[0].id: must not be null",
            "t.preconditions.where[0].filters: must not be empty",
        ],
    ),
];

const WINDOWS: &[Row] = &[
    row(
        "a deadline has a deadline",
        "triggers: [{id: t, type: P.trigger.Flow, preconditions: {id: p, timeWindow: {«type»: DAILY_TIME_DEADLINE}}}]",
        &["t.preconditions.timeWindow.deadline: must not be null"],
    ),
    row(
        "a daily window has both ends",
        "triggers: [{id: t, type: P.trigger.Flow, preconditions: {id: p, timeWindow: {«type»: DAILY_TIME_WINDOW}}}]",
        &[
            "t.preconditions.timeWindow.startTime: must not be null",
            "t.preconditions.timeWindow.endTime: must not be null",
        ],
    ),
    row(
        "a window has the fields of its type only",
        "
triggers:
  - {id: a, type: P.trigger.Flow, preconditions: {id: a, timeWindow: {type: DAILY_TIME_DEADLINE, deadline: '09:00', «window»: P1D}}}
  - {id: b, type: P.trigger.Flow, preconditions: {id: b, timeWindow: {type: DAILY_TIME_WINDOW, startTime: '09:00', endTime: '10:00', «deadline»: '11:00'}}}
  - {id: c, type: P.trigger.Flow, preconditions: {id: c, timeWindow: {type: DURATION_WINDOW, window: P1D, windowAdvance: PT1H, «startTime»: '11:00'}}}
  - {id: d, type: P.trigger.Flow, preconditions: {id: d, timeWindow: {type: SLIDING_WINDOW, window: P1D, «windowAdvance»: PT1H}}}
  - {id: e, type: P.trigger.Flow, preconditions: {id: e, timeWindow: {window: P1D, «endTime»: '11:00'}}}
",
        &[
            "a.preconditions.timeWindow: Time window of type `DAILY_TIME_DEADLINE` cannot have a `window`",
            "b.preconditions.timeWindow: Time window of type `DAILY_TIME_WINDOW` cannot have a `deadline`",
            "c.preconditions.timeWindow: Time window of type `DURATION_WINDOW` cannot have a `startTime`",
            "d.preconditions.timeWindow: Time window of type `SLIDING_WINDOW` cannot have a `windowAdvance`",
            "e.preconditions.timeWindow: Time window of type `DURATION_WINDOW` cannot have a `endTime`",
        ],
    ),
    row(
        "times of day have no offset",
        "triggers: [{id: t, type: P.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_DEADLINE, deadline: «'09:00+01:00'»}}}]",
        &["t.preconditions.timeWindow.deadline: Cannot deserialize value: `09:00+01:00` is not a time of day"],
    ),
    row(
        "the type of a window is known",
        "triggers: [{id: t, type: P.trigger.Flow, preconditions: {id: p, timeWindow: {type: «WEEKLY»}}}]",
        &["Invalid type: WEEKLY"],
    ),
    row(
        "the window of a condition follows the same rules",
        "
triggers:
  - id: t
    type: P.trigger.Flow
    conditions:
      - id: m
        type: P.condition.MultipleCondition
        timeWindow: {type: SLIDING_WINDOW, «deadline»: '09:00'}
        conditions: {a: {type: P.condition.ExecutionFlow, namespace: x, flowId: y}}
",
        &["m.timeWindow: Time window of type `SLIDING_WINDOW` cannot have a `deadline`"],
    ),
];

const CONDITIONS: &[Row] = &[
    row(
        "conditions have what they compare with",
        "
triggers:
  - id: t
    type: P.trigger.Schedule
    cron: '@daily'
    conditions:
      - {«type»: P.condition.DayWeek}
      - {«type»: P.condition.DayWeekInMonth, dayOfWeek: MONDAY}
      - {«type»: P.condition.Not}
      - {type: P.condition.Or, «conditions: []»}
      - {«type»: P.condition.Expression}
",
        &[
            "t.conditions[0].dayOfWeek: must not be null",
            "t.conditions[1].dayInMonth: must not be null",
            "t.conditions[2].conditions: must not be empty",
            "t.conditions[3].conditions: must not be empty",
            "t.conditions[4].expression: must not be null",
        ],
    ),
    row(
        "a task is no condition and no trigger",
        "
triggers:
  - {id: t, type: «P.log.Log»}
  - {id: u, type: P.trigger.Schedule, cron: '@daily', conditions: [{type: «P.trigger.Webhook», key: x}]}
",
        &[
            "Invalid type: io.kestra.plugin.core.log.Log",
            "Invalid type: io.kestra.plugin.core.trigger.Webhook",
        ],
    ),
    row(
        "an end state is known",
        "triggers: [{id: t, type: P.trigger.Flow, states: [SUCCESS, «DONE»], when: 'x', stopAfter: [«OVER»]}]",
        &["t.states[1]: `DONE` is not one of its values", "t.stopAfter[0]: `OVER` is not one of its values"],
    ),
];
