//! The fields of flows, tasks, triggers, SLAs and checks: what is required, and what they hold.

use crate::play::{Row, constraint, diagnostics, play, row, written_out};

#[test]
fn what_fields_break_is_told_in_the_words_of_the_specification() {
    play(&[FLOWS, PARTS, PLUGINS, VALUES].concat(), constraint);
}

#[test]
fn names_and_keys_have_a_greatest_length() {
    let long = |length: usize| "a".repeat(length);
    let said = |text: String| -> Vec<String> {
        let text = written_out(&text);
        diagnostics(&text).iter().filter_map(constraint).collect()
    };
    for (length, path, flow) in [
        (100, "id", |id: &str| format!("id: {id}\nnamespace: a")),
        (150, "namespace", |id: &str| format!("id: a\nnamespace: {id}")),
        (256, "tasks[0].id", |id: &str| format!("tasks: [{{id: {id}, LOG}}]")),
        (256, "triggers[0].id", |id: &str| {
            format!("triggers: [{{id: {id}, type: P.trigger.Webhook, key: x}}]")
        }),
        (256, "t.key", |key: &str| format!("triggers: [{{id: t, type: P.trigger.Webhook, key: {key}}}]")),
    ] as [(usize, &str, fn(&str) -> String); 5]
    {
        assert_eq!(said(flow(&long(length))), [""; 0], "{path}");
        let min = usize::from(path != "t.key");
        let path = path.replace("tasks[0]", &long(length + 1)).replace("triggers[0]", &long(length + 1));
        let expected = format!("{path}: size must be between {min} and {length}");
        assert_eq!(said(flow(&long(length + 1))), [expected]);
    }
}

const FLOWS: &[Row] = &[
    row(
        "a flow has a namespace and tasks",
        "«id»: a\n«tasks»: null",
        &["namespace: must not be null", "tasks: must not be empty"],
    ),
    row("a flow has tasks in its list", "«tasks: []»", &["tasks: must not be empty"]),
    row(
        "the id of a flow",
        "id: «my#flow»\nnamespace: a.b",
        &["id: must match \"^[a-zA-Z0-9][a-zA-Z0-9._-]*\""],
    ),
    row(
        "the namespace of a flow",
        "id: a\nnamespace: «MY$NAMESPACE»",
        &["namespace: must match \"^[a-z0-9][a-z0-9._-]*\""],
    ),
    row("a number is a fine id", "id: 42\nnamespace: 1", &[]),
    row(
        "an id is not empty",
        "id: «\"\"»\nnamespace: «''»",
        &[
            "id: must match \"^[a-zA-Z0-9][a-zA-Z0-9._-]*\"",
            "namespace: must match \"^[a-z0-9][a-z0-9._-]*\"",
        ],
    ),
    row("a flow has known properties", "«taskss»: []", &["Unrecognized field \"taskss\""]),
];

const PARTS: &[Row] = &[
    row(
        "concurrency has a limit of at least one, and a known behaviour",
        "concurrency: {limit: «0», behavior: «WAIT»}",
        &[
            "concurrency.limit: must be greater than or equal to 1",
            "concurrency.behavior: `WAIT` is not one of its values",
        ],
    ),
    row(
        "concurrency has a limit",
        "concurrency: {«behavior»: QUEUE}",
        &["concurrency.limit: must not be null"],
    ),
    row(
        "an SLA has what its type needs",
        "sla: [{«id»: a, type: MAX_DURATION, behavior: FAIL}, {«id»: b, type: EXECUTION_ASSERTION, behavior: FAIL}, {«id»: c, type: MAX_DURATION, duration: PT1H}]",
        &["a.duration: must not be null", "b.assert: must not be null", "c.behavior: must not be null"],
    ),
    row(
        "an SLA is of a known type and behaviour",
        "sla: [{id: a, type: «MIN_DURATION», behavior: FAIL}, {id: b, type: MAX_DURATION, duration: PT1H, behavior: «PAUSE»}, {«type»: MAX_DURATION, duration: PT1H, behavior: NONE}]",
        &[
            "Invalid type: MIN_DURATION",
            "b.behavior: `PAUSE` is not one of its values",
            "sla[2].id: must not be null",
        ],
    ),
    row(
        "a check has a condition and a message",
        "checks: [{«style»: ERROR}]",
        &["checks[0].condition: must not be null", "checks[0].message: must not be null"],
    ),
    row(
        "style and behaviour of a check are known",
        "checks: [{condition: '{{ true }}', message: no, style: «LOUD», behavior: «STOP»}]",
        &[
            "checks[0].style: `LOUD` is not one of its values",
            "checks[0].behavior: `STOP` is not one of its values",
        ],
    ),
    row(
        "a listener has tasks",
        "listeners: [{«conditions»: []}, {«tasks: []»}]",
        &["listeners[0].tasks: must not be empty", "listeners[1].tasks: must not be empty"],
    ),
    row(
        "a quota has a duration of at least a minute and a limit above nothing",
        "quotas: [{duration: «PT30S», limit: «0», behavior: «QUEUE»}, {duration: PT1M, limit: 1, behavior: FAIL}]",
        &[
            "quotas[0].duration: must be greater than or equal to PT1M",
            "quotas[0].limit: must be greater than or equal to 1",
            "quotas[0].behavior: `QUEUE` is not one of its values",
        ],
    ),
    row(
        "a worker selector has up to 20 tags, which are names as in DNS; the rest needs them",
        "workerSelector: {match: «ALL», fallback: «WAIT»}\n\
         tasks: [{id: a, LOG, workerSelector: {tags: [gpu, «GPU», «a_b», «-a», '{{ vars.t }}'], match: ANY}}]\n\
         variables: {t: u}\n\
         triggers: [{id: t, type: P.trigger.Webhook, key: x, workerSelector: {tags: «[a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a]»}}]",
        &[
            "workerSelector.match: `match` needs `tags`",
            "workerSelector.fallback: `fallback` needs `tags`",
            "a.workerSelector.tags[1]: must match \"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$\"",
            "a.workerSelector.tags[2]: must match \"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$\"",
            "a.workerSelector.tags[3]: must match \"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$\"",
            "t.workerSelector.tags: size must be between 0 and 20",
        ],
    ),
    row(
        "a worker group has a key, made of letters, digits, dashes and underscores, or an expression",
        "workerGroup: {«fallback»: WAIT}\ntasks: [{id: a, LOG, workerGroup: {key: «a b»}}, {id: b, LOG, workerGroup: {key: '{{ vars.g }}'}}]\nvariables: {g: h}",
        &[
            "workerGroup.key: must not be null",
            "a.workerGroup.key: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\"",
        ],
    ),
];

const PLUGINS: &[Row] = &[
    row(
        "a task has an id and a type",
        "tasks: [{«type»: P.log.Log, message: x}, {«id»: a}]",
        &["tasks[0].id: must not be null", "Invalid type: <null>"],
    ),
    row(
        "a task id has no dots, and no blanks",
        "tasks: [{id: «a.b», LOG}, {id: «a b», LOG}, {id: «_a», LOG}]",
        &[
            "a.b.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\"",
            "a b.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\"",
            "_a.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\"",
        ],
    ),
    row(
        "a trigger id follows the same rule",
        "triggers: [{id: «a.b», type: P.trigger.Webhook, key: x}]",
        &["a.b.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""],
    ),
    row(
        "a type is known",
        "tasks: [{id: a, type: «P.debug.Missing»}, {id: b, type: «Log»}]",
        &["Invalid type: io.kestra.plugin.core.debug.Missing", "Invalid type: Log"],
    ),
    row(
        "a trigger has a known type",
        "triggers: [{id: a, type: «P.trigger.Cron»}]",
        &["Invalid type: io.kestra.plugin.core.trigger.Cron"],
    ),
    row(
        "a task has the properties of its type",
        "tasks: [{id: a, LOG, «unknownProp»: x}, {«id»: first, type: P.log.Log}]",
        &["Unrecognized field \"unknownProp\"", "first.message: must not be null"],
    ),
    row(
        "a task runner is one",
        "tasks: [{id: a, type: io.kestra.plugin.scripts.shell.Commands, commands: [ls], taskRunner: {type: «P.log.Log»}}]",
        &["Invalid type: io.kestra.plugin.core.log.Log"],
    ),
    row(
        "a list of tasks is a list",
        "tasks: «{id: a, LOG}»",
        &["Cannot deserialize value: a map stands where a list is expected"],
    ),
    row(
        "a task is an object",
        "tasks: [«say hello», «null»]",
        &[
            "Cannot deserialize value: the text `say hello` stands where a task is expected",
            "Cannot deserialize value: nothing stands where an object is expected",
        ],
    ),
];

const VALUES: &[Row] = &[
    row(
        "durations are ISO-8601, or a number of seconds",
        "tasks: [{id: a, LOG, timeout: «5m»}, {id: b, LOG, timeout: 30}, {id: c, LOG, timeout: PT1H30M}, {id: d, LOG, timeout: '1.5'}]",
        &["a.timeout: Cannot deserialize value: `5m` is not a duration"],
    ),
    row(
        "a level is known, and may come from an expression where one is rendered",
        "tasks: [{id: a, LOG, level: «LOUD»}, {id: b, LOG, level: '{{ vars.l }}'}, {id: c, LOG, logLevel: «'{{ vars.l }}'»}]\nvariables: {l: INFO}",
        &[
            "a.level: `LOUD` is not one of its values",
            "c.logLevel: Cannot deserialize value: this is read before the run, so `{{ vars.l }}` is not rendered here",
        ],
    ),
    row(
        "a flag may be written in many ways",
        "tasks: [{id: a, LOG, disabled: yes}, {id: b, LOG, allowFailure: 'TRUE'}, {id: c, LOG, logToFile: off}]",
        &[],
    ),
    row(
        "a number is a number",
        "tasks: [{id: a, type: P.flow.ForEach, values: [1], concurrencyLimit: «many», tasks: [{id: a1, LOG}]}, {id: b, type: P.flow.ForEach, values: [1], concurrencyLimit: «-1», tasks: [{id: b1, LOG}]}]",
        &[
            "Cannot deserialize value: the text `many` stands where a whole number is expected",
            "b.concurrencyLimit: must be greater than or equal to 0",
        ],
    ),
];
