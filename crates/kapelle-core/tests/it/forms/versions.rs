//! Forms of the versions 0.x, 1.x and 2.0, side by side.

use kapelle_core::diagnostic::Code;

use crate::play::{Row, everything, play, row};

#[test]
fn forms_of_all_versions_are_accepted() {
    play(&[OLD, CURRENT, NEW].concat(), |found| {
        (found.code != Code::TypeNotBuiltIn).then(|| everything(found))
    });
}

const OLD: &[Row] = &[
    row(
        "0.12: listeners",
        "«listeners»: [{description: x, conditions: [{type: P.condition.ExecutionStatus, in: [FAILED]}], tasks: [{id: a, LOG}]}]",
        &["info property-deprecated: `listeners` is deprecated"],
    ),
    row(
        "0.15: outputs of a Subflow",
        "tasks: [{id: a, type: P.flow.Subflow, namespace: x, flowId: '{{ vars.f }}', «outputs»: {x: '{{ outputs.inner.value }}'}}]\n\
         variables: {f: g}",
        &["info property-deprecated: `outputs` is deprecated"],
    ),
    row(
        "0.19: ENUM inputs; 0.23: BOOLEAN inputs",
        "inputs: [{id: a, type: «ENUM», values: [x, y]}, {id: b, type: «BOOLEAN»}]",
        &[
            "info type-deprecated: `ENUM` is deprecated",
            "info type-deprecated: `BOOLEAN` is deprecated",
        ],
    ),
    row(
        "0.20: loops by EachSequential and EachParallel",
        "
tasks:
  - {id: a, type: «P.flow.EachSequential», value: '[\"x\", \"y\"]', tasks: [{id: a1, type: P.log.Log, message: '{{ taskrun.value }}'}]}
  - {id: b, type: «P.flow.EachParallel», value: [x, {k: v}, 3], concurrent: 2, tasks: [{id: b1, LOG}]}
",
        &[
            "info type-deprecated: `io.kestra.plugin.core.flow.EachSequential` is deprecated in Kestra; Kapelle keeps it",
            "info type-deprecated: `io.kestra.plugin.core.flow.EachParallel` is deprecated in Kestra; Kapelle keeps it",
        ],
    ),
    row(
        "0.22: WaitFor",
        "tasks: [{id: a, type: «P.flow.WaitFor», condition: '{{ outputs.b.value == 1 }}', failOnMaxReached: true, \
         checkFrequency: {maxIterations: 10, maxDuration: PT1H, interval: PT1S}, tasks: [{id: b, type: P.debug.Return, format: 1}]}]",
        &["info type-alias: io.kestra.plugin.core.flow.WaitFor is replaced by io.kestra.plugin.core.flow.LoopUntil"],
    ),
    row(
        "0.23: tasks of a Pause; CANCELED in Exit",
        "tasks: [{id: a, type: P.flow.Pause, «tasks»: [{id: a1, LOG}]}, {id: b, type: P.execution.Exit, state: CANCELED}]",
        &["info property-deprecated: `tasks` is deprecated"],
    ),
    row(
        "0.24: extension of FILE inputs",
        "inputs: [{id: a, type: FILE, «extension»: .csv}]",
        &["info property-deprecated: `extension` is deprecated"],
    ),
    row(
        "templates",
        "tasks: [{id: a, type: «P.flow.Template», namespace: x, templateId: y, args: {a: b}}]",
        &["info type-deprecated: `io.kestra.plugin.core.flow.Template` is deprecated in Kestra; Kapelle keeps it"],
    ),
    row("warningOnStdErr of scripts is ignored", "tasks: [{id: a, type: io.kestra.plugin.scripts.python.Script, script: print(1), «warningOnStdErr»: false}]",
        &["info property-deprecated: `warningOnStdErr` is deprecated"]),
    row("revision, deleted and tenantId may stand in an exported source", "revision: 3\ndeleted: false\ntenantId: main", &[]),
];

const CURRENT: &[Row] = &[
    row(
        "all types of inputs",
        "
inputs:
  - {id: string, type: STRING, validator: '[a-z]+', defaults: abc}
  - {id: email, type: EMAIL}
  - {id: secret, type: SECRET, validator: .+}
  - {id: int, type: INT, min: 1, max: 10, defaults: 5}
  - {id: float, type: FLOAT, min: 0.5, max: 1}
  - {id: bool, type: BOOL, defaults: false}
  - {id: datetime, type: DATETIME, after: '2024-01-01T00:00:00Z', before: '2025-01-01T00:00:00Z'}
  - {id: date, type: DATE, after: '2024-01-01'}
  - {id: time, type: TIME, before: '12:30'}
  - {id: duration, type: DURATION, min: PT1S, max: P1D}
  - {id: uri, type: URI}
  - {id: file, type: FILE, allowedFileExtensions: [.csv, .txt]}
  - {id: json, type: JSON, defaults: {a: [1]}}
  - {id: yaml, type: YAML}
  - {id: select, type: SELECT, values: [a, b], allowCustomValue: true, isRadio: true, autoSelectFirst: true}
  - {id: multi, type: MULTISELECT, expression: \"{{ kv('x') }}\", itemType: INT}
  - {id: array, type: ARRAY, itemType: DATE}
  - {id: form, type: FORM, displayName: x, description: y, inputs: [{id: a, type: STRING}, {id: b, type: BOOL, dependsOn: {inputs: [form.a], condition: '{{ inputs.form.a == \"x\" }}'}}]}
  - {id: later, type: STRING, required: false, prefill: x, dependsOn: {inputs: [bool], condition: '{{ inputs.bool }}'}}
",
        &[],
    ),
    row(
        "0.21 and 0.22: finally and afterExecution, with errors in flowables",
        "finally: [{id: a, LOG}]\nafterExecution: [{id: b, LOG}]\nerrors: [{id: c, LOG}]\n\
         tasks: [{id: d, type: P.flow.Parallel, concurrent: 2, tasks: [{id: e, LOG}], errors: [{id: f, LOG}], finally: [{id: g, LOG}]}]",
        &[],
    ),
    row(
        "labels, variables, concurrency, SLAs and checks",
        "
labels: [{key: team, value: data}]
variables: {a: 1, b: {c: [d]}, e: '{{ now() }}', f: null}
concurrency: {limit: 2, behavior: CANCEL}
sla:
  - {id: a, type: MAX_DURATION, duration: PT1H, behavior: FAIL, labels: {late: yes}}
  - {id: b, type: EXECUTION_ASSERTION, assert: '{{ true }}', behavior: NONE, labels: [{key: x, value: y}]}
checks: [{condition: '{{ true }}', message: never, style: ERROR, behavior: FAIL_EXECUTION}]
outputs: [{id: a, type: STRING, value: x, required: false, description: d, displayName: n}, {id: b.c, value: '{{ 1 }}'}]
workerGroup: {key: main, fallback: CANCEL}
disabled: true
description: |
  # Title
",
        &[],
    ),
    row(
        "retries of all types",
        "
retry: {type: constant, interval: PT1M, maxAttempts: 5, maxDuration: PT1H, warningOnRetry: true, behavior: CREATE_NEW_EXECUTION}
tasks:
  - {id: a, LOG, retry: {type: exponential, interval: PT1S, maxInterval: PT10S, delayFactor: 1.5}}
  - {id: b, LOG, retry: {type: random, minInterval: 1, maxInterval: 5, maxAttempts: 2}}
",
        &[],
    ),
    row(
        "common properties of tasks",
        "tasks: [{id: a, LOG, description: d, version: 1.0.0, timeout: PT1M, disabled: false, runIf: '{{ true }}', allowFailure: true, \
         allowWarning: true, logLevel: INFO, logToFile: true, workerGroup: {key: x}, taskCache: {enabled: true, ttl: P1D}}]",
        &[],
    ),
    row(
        "messages and values come as lists or maps",
        "
tasks:
  - {id: a, type: P.log.Log, message: [one, two], level: WARN}
  - {id: b, type: P.flow.ForEach, values: [1, x, {k: v}], concurrencyLimit: 0, tasks: [{id: b1, LOG}]}
  - {id: c, type: P.flow.ForEach, values: '[1, 2]', tasks: [{id: c1, LOG}]}
  - {id: d, type: P.execution.Labels, labels: '{\"a\": \"b\"}'}
  - {id: e, type: P.execution.SetVariables, variables: {x: 1}, overwrite: false}
  - {id: f, type: P.execution.UnsetVariables, variables: [x], ignoreMissing: true}
  - {id: g, type: P.kv.Set, key: k, value: {a: 1}, kvType: JSON, ttl: P1D}
  - {id: h, type: P.flow.Switch, value: '{{ vars.x }}', cases: {a: [{id: h1, LOG}], \"1\": [{id: h2, LOG}]}, defaults: [{id: h3, LOG}]}
",
        &[],
    ),
    row(
        "a WorkingDirectory with all it takes",
        "tasks: [{id: a, type: P.flow.WorkingDirectory, inputFiles: {x.txt: hi}, outputFiles: ['*.csv'], cache: {patterns: [a], ttl: P1D}, \
         namespaceFiles: {enabled: true, include: [a], exclude: [b], namespaces: [c], ifExists: WARN, folderPerNamespace: true}, \
         tasks: [{id: b, LOG}], errors: [{id: c, type: P.flow.Sequential, tasks: [{id: d, LOG}]}]}]",
        &[],
    ),
    row(
        "a Pause with all it takes",
        "tasks: [{id: a, type: P.flow.Pause, pauseDuration: PT1H, behavior: WARN, timeout: PT2H, onPause: {id: b, LOG}, \
         onResume: [{id: c, type: STRING}], errors: [{id: d, LOG}], finally: [{id: e, LOG}]}]",
        &[],
    ),
    row(
        "triggers with all they take",
        "
inputs: [{id: x, type: STRING}]
triggers:
  - {id: a, type: P.trigger.Schedule, cron: '0 * * * *', timezone: Europe/Berlin, inputs: {x: y}, lateMaximumDelay: PT1H, recoverMissedSchedules: LAST,
     conditions: [{type: P.condition.Not, conditions: [{type: P.condition.Weekend}]}], disabled: true, stopAfter: [FAILED], labels: {a: b},
     failOnTriggerError: true, allowConcurrent: true, logLevel: WARN, logToFile: true}
  - {id: b, type: P.trigger.ScheduleOnDates, dates: ['2030-01-01T00:00:00Z'], timezone: UTC, inputs: {x: y}, recoverMissedSchedules: NONE}
  - {id: c, type: P.trigger.Webhook, key: '{{ vars.k }}', inputs: {x: '{{ trigger.body }}'}, wait: true, returnOutputs: true, responseContentType: text/plain, responseCode: 201}
  - {id: d, type: P.http.Trigger, uri: 'https://x.y', interval: PT1M, responseCondition: '{{ response.statusCode == 200 }}', stopAfter: [SUCCESS]}
  - id: e
    type: P.trigger.Flow
    states: [SUCCESS, WARNING]
    inputs: {x: '{{ trigger.outputs.y }}'}
    preconditions:
      id: deps
      timeWindow: {type: DAILY_TIME_WINDOW, startTime: '09:00', endTime: '10:30:00'}
      resetOnSuccess: false
      flows: [{namespace: a.b, flowId: f, states: [SUCCESS], labels: {env: prod}}, {namespace: c}]
      where: [{id: w, operand: OR, filters: [{field: EXPRESSION, type: IS_TRUE, value: '{{ true }}'}, {field: STATE, type: NOT_IN, values: [FAILED]}]}]
variables: {k: v}
",
        &[],
    ),
    row(
        "1.3: references to plugin defaults",
        "pluginDefaults: [{type: P.log.Log, ref: loud, forced: true, values: {level: WARN}}]\ntasks: [{id: a, LOG, pluginDefaultsRef: loud}]",
        &[],
    ),
    row(
        "a type without its common beginning",
        "tasks: [{id: a, type: core.log.Log, message: hi}]",
        &[],
    ),
];

const NEW: &[Row] = &[
    row(
        "2.0: Loop, over lists, maps, texts and files",
        "
inputs: [{id: f, type: FILE}]
tasks:
  - id: a
    type: P.flow.Loop
    values: {x: 1, y: 2}
    concurrencyLimit: 2
    transmitFailed: false
    fetchType: STORE
    breakWhen: '{{ iteration.outputs.o > 3 }}'
    outputs: [{id: o, type: INT, value: '{{ outputs.b.value }}'}]
    tasks: [{id: b, type: P.debug.Return, format: '{{ item.value }} {{ item.key }}'}]
    errors: [{id: c, LOG}]
    finally: [{id: d, LOG}]
  - {id: e, type: P.flow.Loop, values: [1, 2], tasks: [{id: e1, LOG}]}
  - {id: g, type: P.flow.Loop, values: '{{ inputs.f }}', tasks: [{id: g1, LOG}]}
",
        &[],
    ),
    row(
        "2.0: Approval",
        "
tasks:
  - id: a
    type: P.flow.Approval
    inputs: [{id: reason, type: STRING}]
    decisions: {approve: Yes, deny: No}
    commentRequired: ON_DENY
    autoApprove: false
    approveBehavior: CONTINUE
    denyBehavior: KILL
    expireBehavior: WARN
    timeout: P1D
    onWait: [{id: b, LOG}]
    onApprove: [{id: c, LOG}]
    onDeny: [{id: d, LOG}]
    errors: [{id: e, LOG}]
    finally: [{id: f, LOG}]
",
        &[],
    ),
    row(
        "2.0: when on tasks, triggers and dependencies",
        "
tasks: [{id: a, LOG, when: '{{ true }}'}]
triggers:
  - {id: b, type: P.trigger.Schedule, cron: '@daily', when: '{{ isWeekend(trigger.date) }}'}
  - {id: c, type: P.trigger.Webhook, key: k, when: \"{{ trigger.body.x == 'y' }}\"}
  - id: d
    type: P.trigger.Flow
    dependsOn: [{namespace: x, flowId: y, states: [SUCCESS], labels: {a: b}, when: '{{ outputs.z }}'}]
    mode: AT_LEAST
    minSatisfied: 1
    window: {every: PT1H, offset: PT5M, fireOnce: true}
    onMiss: {behavior: FAIL, labels: {late: yes}}
  - {id: e, type: P.trigger.Flow, dependsOn: [{namespace: x}], window: {from: '09:00', to: '10:00'}}
  - {id: f, type: P.trigger.Flow, dependsOn: [{namespace: x}], window: {deadline: '09:00'}}
  - {id: g, type: P.trigger.Flow, dependsOn: [{namespace: x}], window: {lookback: P1D}}
",
        &[],
    ),
    row(
        "2.0: quotas, worker selectors and policies",
        "quotas: [{duration: PT1H, limit: 10, behavior: FAIL}]\n\
         workerSelector: {tags: [gpu, eu-1], match: ANY, fallback: IGNORE}\npolicyRefs: [a]",
        &[],
    ),
    row(
        "2.0: inputs TABLE, ION and OBJECT, and choices with labels",
        "inputs: [{id: a, type: TABLE}, {id: b, type: ION}, {id: c, type: OBJECT}, {id: d, type: SELECT, values: [{value: x, label: X}], defaults: x}]",
        &[],
    ),
    row(
        "2.0: a trigger for tools, and tasks that kill and purge",
        "
triggers:
  - {id: a, type: P.trigger.McpToolTrigger, toolName: my.tool, title: t, toolDescription: d, mcpServer: default,
     annotations: {readOnly: true, openWorld: false, destructive: false, idempotent: true, returnDirect: false}}
tasks:
  - {id: b, type: P.execution.Kill, executionId: '{{ vars.x }}'}
  - {id: c, type: P.flow.PurgeFlows, namespace: x}
variables: {x: y}
",
        &[],
    ),
    row(
        "2.0: onMiss stands on the trigger or in the window",
        "triggers: [{id: t, type: P.trigger.Flow, dependsOn: [{namespace: x}], window: {lookback: P1D, onMiss: {behavior: FAIL}}}]",
        &[],
    ),
];
