//! Names that nothing declares.

use crate::play::{Row, message, play, row};

#[test]
fn names_that_nothing_declares_are_told() {
    play(&[INPUTS, OUTPUTS, VARIABLES, LABELS, TRIGGER].concat(), message);
}

#[test]
fn templates_that_cannot_be_read_are_told() {
    play(SYNTAX, message);
}

const INPUTS: &[Row] = &[
    row(
        "an input is declared",
        "inputs: [{id: name, type: STRING}]\ntasks: [{id: a, SAY '{{ inputs.name }} {{ «inputs.other» }}'}]",
        &["input-unknown: the flow has no input `other`"],
    ),
    row(
        "the parts of an input with dots are read one by one, and what is in a value is not known",
        "inputs: [{id: a.b, type: JSON}, {id: c, type: JSON}]\n\
         tasks: [{id: t, SAY '{{ inputs.a }} {{ inputs.a.b.x }} {{ inputs.c.d[0] }} {{ «inputs.a.c» }}'}]",
        &["input-unknown: the flow has no input `a`"],
    ),
    row(
        "inputs of a form are read below it",
        "inputs: [{id: f, type: FORM, inputs: [{id: a, type: STRING}]}]\ntasks: [{id: t, SAY '{{ inputs.f.a }} {{ inputs.f }} {{ «inputs.a» }}'}]",
        &["input-unknown: the flow has no input `a`"],
    ),
    row(
        "brackets read names as well, and what is computed is not known",
        "inputs: [{id: a-b, type: STRING}]\n\
         tasks: [{id: t, SAY \"{{ inputs['a-b'] }} {{ «inputs['a-c']» }} {{ inputs[vars.x] }} {{ inputs }}\"}]\nvariables: {x: a-b}",
        &["input-unknown: the flow has no input `a-c`"],
    ),
    row(
        "guards expect that an input is missing: ??, default, is defined, is null, is empty",
        "tasks:\n\
         - {id: a, SAY '{{ inputs.x ?? 1 }} {{ inputs.y | default(2) }} {{ inputs.z is defined ? inputs.z : 3 }}'}\n\
         - {id: b, SAY '{% if inputs.x is null %}{{ inputs.x }}{% endif %} {{ inputs.y is empty }} {{ inputs.z is not defined }}'}",
        &[],
    ),
    row(
        "a guard is not for a name that is misspelt",
        "inputs: [{id: customer, type: STRING}]\ntasks: [{id: a, SAY '{{ «inputs.custmer» ?? 1 }}'}]",
        &["input-unknown: the flow has no input `custmer`"],
    ),
    row(
        "a guard holds for its own name only",
        "tasks: [{id: a, SAY '{{ inputs.x ?? «inputs.y» }}'}]",
        &["input-unknown: the flow has no input `y`"],
    ),
    row(
        "local names hide those of the flow",
        "tasks: [{id: a, SAY '{% set inputs = {} %}{{ inputs.x }}{% for vars in [1] %}{{ vars.y }}{% endfor %}'}]",
        &[],
    ),
    row(
        "checks, SLAs, outputs and inputs themselves read inputs, too",
        "inputs: [{id: a, type: STRING, defaults: '{{ «inputs.v» }}'}]\n\
         checks: [{condition: '{{ «inputs.w» }}', message: x}]\n\
         sla: [{id: s, type: EXECUTION_ASSERTION, assert: '{{ «inputs.x» }}', behavior: NONE}]\n\
         outputs: [{id: o, value: '{{ «inputs.y» }}'}]\nvariables: {z: '{{ «inputs.z» }}'}",
        &[
            "input-unknown: the flow has no input `v`",
            "input-unknown: the flow has no input `w`",
            "input-unknown: the flow has no input `x`",
            "input-unknown: the flow has no input `y`",
            "input-unknown: the flow has no input `z`",
        ],
    ),
    row(
        "properties that are never rendered, and raw text, read nothing",
        "tasks: [{id: a, SAY '{% raw %}{{ inputs.x }}{% endraw %}{# {{ inputs.y }} #}', description: '{{ inputs.z }}'}]",
        &[],
    ),
    row(
        "what is deep inside a property is rendered as well",
        "tasks: [{id: a, type: P.output.OutputValues, values: {x: [{y: '{{ «inputs.z» }}'}]}}]",
        &["input-unknown: the flow has no input `z`"],
    ),
];

const OUTPUTS: &[Row] = &[
    row(
        "an output is one of a task",
        "tasks: [{id: first, LOG}, {id: b, SAY '{{ outputs.first.x }} {{ «outputs.second.x» }}'}]",
        &["output-unknown: the flow has no task `second`"],
    ),
    row(
        "tasks read the state of tasks that are there",
        "tasks: [{id: first, LOG}, {id: b, SAY '{{ tasks.first.state }} {{ «tasks.second.state» }}'}]",
        &["task-unknown: the flow has no task `second`"],
    ),
    row(
        "a ForEachItem has outputs under its generated names",
        "
inputs: [{id: f, type: FILE}]
tasks:
  - {id: each, type: P.flow.ForEachItem, items: '{{ inputs.f }}', namespace: x, flowId: '{{ inputs.f }}'}
  - {id: a, SAY '{{ outputs.each_merge.subflowOutputs }} {{ outputs.each_items.iterations }} {{ outputs.each_split.splits }}'}
  - {id: b, SAY '{{ «outputs.each_join.x» }}'}
",
        &["output-unknown: the flow has no task `each_join`"],
    ),
    row(
        "outputs of tasks inside flowables, of errors and finally are known",
        "
tasks: [{id: s, type: P.flow.Sequential, tasks: [{id: inner, LOG}]}, {id: b, SAY '{{ outputs.inner.x }}'}]
errors: [{id: e, SAY '{{ outputs.b.x ?? 0 }}'}]
finally: [{id: f, SAY '{{ outputs.e.x ?? 0 }} {{ outputs.b.x }}'}]
",
        &[],
    ),
    row(
        "with a template any task may be there",
        "tasks: [{id: t, type: P.flow.Template, namespace: x, templateId: y}, {id: b, SAY '{{ outputs.anything.x }}'}]",
        &[],
    ),
    row(
        "the output of a task that is switched off is not there",
        "tasks: [{id: idle, LOG, disabled: true}, {id: b, SAY '{{ «outputs.idle.x» }} {{ outputs.idle.x ?? 0 }}'}]",
        &["output-unknown: `idle` is disabled and has no output"],
    ),
    row(
        "guards expect that an output is missing",
        "tasks: [{id: b, SAY \"{{ outputs.nobody.x ?? '' }} {{ outputs['who-else'].x | default(1) }}\"}]",
        &[],
    ),
];

const VARIABLES: &[Row] = &[
    row(
        "a variable is declared",
        "variables: {a: {b: 1}, c.d: 2}\ntasks: [{id: t, SAY '{{ vars.a.b }} {{ vars.a.x }} {{ vars.c.d }} {{ «vars.e» }}'}]",
        &["variable-unknown: the flow has no variable `e`"],
    ),
    row(
        "SetVariables declares variables",
        "tasks: [{id: s, type: P.execution.SetVariables, variables: {x: 1, y: {z: 2}}}, {id: t, SAY '{{ vars.x }} {{ vars.y.z }} {{ «vars.w» }}'}]",
        &["variable-unknown: the flow has no variable `w`"],
    ),
    row(
        "SetVariables with an expression may declare any",
        "tasks: [{id: s, type: P.execution.SetVariables, variables: '{{ inputs.v }}'}, {id: t, SAY '{{ vars.x }}'}]\ninputs: [{id: v, type: JSON}]",
        &[],
    ),
    row("a guarded variable may be missing", "tasks: [{id: t, SAY '{{ vars.x ?? 1 }}'}]", &[]),
];

const LABELS: &[Row] = &[
    row(
        "a label is set by the flow, a trigger or a task",
        "
labels: {a: x}
triggers: [{id: t, type: P.trigger.Webhook, key: k, labels: {b: y}}]
tasks:
  - {id: s, type: P.execution.Labels, labels: {c.d: z}}
  - {id: u, SAY '{{ labels.a }} {{ labels.b }} {{ labels.c.d }} {{ labels.system.correlationId }} {{ «labels.e» }}'}
",
        &["label-unknown: nothing in the flow sets the label `e`"],
    ),
    row(
        "labels from an expression may be any",
        "inputs: [{id: l, type: JSON}]\n\
         tasks: [{id: s, type: P.execution.Labels, labels: '{{ inputs.l }}'}, {id: u, SAY '{{ labels.e }}'}]",
        &[],
    ),
    row("a guarded label may be missing", "tasks: [{id: u, SAY '{{ labels.e ?? 1 }}'}]", &[]),
];

const TRIGGER: &[Row] = &[
    row(
        "a schedule gives dates",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '@daily'}]\n\
         tasks: [{id: a, SAY '{{ trigger.date }} {{ trigger.next }} {{ trigger.previous }} {{ «trigger.body» }}'}]",
        &["trigger-variable-unknown: no trigger of the flow gives `body`"],
    ),
    row(
        "a webhook gives a body, headers and parameters",
        "triggers: [{id: t, type: P.trigger.Webhook, key: k}]\n\
         tasks: [{id: a, SAY '{{ trigger.body.x[0] }} {{ trigger.headers }} {{ trigger.parameters.y }} {{ «trigger.date» }}'}]",
        &["trigger-variable-unknown: no trigger of the flow gives `date`"],
    ),
    row(
        "a flow trigger gives the execution before",
        "triggers: [{id: t, type: P.trigger.Flow, preconditions: {id: p, flows: [{namespace: x, flowId: y}]}}]\n\
         tasks: [{id: a, SAY '{{ trigger.executionId }} {{ trigger.outputs.z }} {{ trigger.state }} {{ «trigger.body» }}'}]",
        &["trigger-variable-unknown: no trigger of the flow gives `body`"],
    ),
    row(
        "with several triggers each gives its own",
        "triggers: [{id: s, type: P.trigger.Schedule, cron: '@daily'}, {id: t, type: P.trigger.Webhook, key: k}]\n\
         tasks: [{id: a, SAY '{{ trigger.date ?? trigger.body }} {{ trigger.body }}'}]",
        &[],
    ),
    row(
        "a trigger of mails tells of the first one beside the list",
        "triggers: [{id: t, type: io.kestra.plugin.googleworkspace.mail.MailReceivedTrigger, clientId: a, clientSecret: '{{ secret(\"B\") }}', refreshToken: '{{ secret(\"C\") }}'}]\n\
         tasks: [{id: a, SAY '{{ trigger.messages[0].id }} {{ trigger.id }} {{ trigger.threadId }} {{ trigger.from }} {{ trigger.to }} {{ trigger.cc }} {{ trigger.bcc }} {{ trigger.subject }} {{ trigger.snippet }} {{ trigger.internalDate }} {{ trigger.headers }} {{ trigger.labelIds }} {{ trigger.historyId }} {{ trigger.sizeEstimate }} {{ «trigger.sender» }}'}]",
        &["trigger-variable-unknown: no trigger of the flow gives `sender`"],
    ),
    row(
        "a trigger of a plugin gives its outputs",
        "triggers: [{id: t, type: P.http.Trigger, uri: 'https://x.y'}]\ntasks: [{id: a, SAY '{{ trigger.body }} {{ trigger.code }}'}]",
        &[],
    ),
    row(
        "a subflow knows the task that started it, even without a trigger",
        "tasks: [{id: a, SAY '{{ trigger.executionId }} {{ trigger.taskRunOutputs }} {{ «trigger.date» }}'}]",
        &["trigger-variable-unknown: no trigger of the flow gives `date`"],
    ),
    row(
        "what a trigger itself reads is its own matter",
        "triggers: [{id: t, type: P.trigger.Webhook, key: k, inputs: {x: '{{ trigger.anything }}'}, when: '{{ trigger.body.y }}'}]\n\
         inputs: [{id: x, type: STRING, required: false}]",
        &[],
    ),
];

const SYNTAX: &[Row] = &[
    row(
        "an expression is complete",
        "tasks: [{id: a, SAY '{{ inputs.x ?? «}}»'}]",
        &["expression-syntax: expected a value, found `}}`"],
    ),
    row(
        "something is printed",
        "tasks: [{id: a, SAY '«{{ }}»'}]",
        &["expression-syntax: there is nothing between `{{` and `}}`"],
    ),
    row(
        "triggers are read as well",
        "triggers: [{id: t, type: P.trigger.Webhook, key: '{{ vars. «}}»'}]",
        &["expression-syntax: expected a name, found `}}`"],
    ),
    row("braces may stay as they are", "tasks: [{id: a, SAY '{% raw %}{{ }} {% {% endraw %}'}]", &[]),
];
