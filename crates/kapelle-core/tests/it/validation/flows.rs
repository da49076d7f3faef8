//! The checks over a flow as a whole, each with its message.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_a_flow_breaks_as_a_whole_is_told_in_the_words_of_the_specification() {
    play(&[FLOWS, LABELS, REFERENCES].concat(), constraint);
}

const FLOWS: &[Row] = &[
    row(
        "a flow id is not a reserved word",
        "id: «resume»\nnamespace: a.b",
        &[
            "Flow id is a reserved keyword: resume. List of reserved keywords: pause, resume, force-run, \
             change-status, kill, executions, search, source, disable, enable",
        ],
    ),
    row("a reserved word inside an id is fine", "id: resume-later\nnamespace: a.b", &[]),
    row(
        "a task id stands once in its list",
        "tasks:\n- {id: a, LOG}\n- {id: «a», LOG}\n",
        &["Duplicate task id with name [a]"],
    ),
    row(
        "all repeated task ids are named together, at each repetition",
        "tasks:\n- {id: a, LOG}\n- {id: b, LOG}\n- {id: «a», LOG}\n- {id: «b», LOG}\n- {id: «a», LOG}\n",
        &[
            "Duplicate task id with name [a, b]",
            "Duplicate task id with name [a, b]",
            "Duplicate task id with name [a, b]",
        ],
    ),
    row(
        "tasks, errors, finally, afterExecution and listeners share one space of ids",
        "tasks: [{id: a, LOG}]\nerrors: [{id: «a», LOG}]\nfinally: [{id: «a», LOG}]\nafterExecution: [{id: «a», LOG}]\n\
         listeners: [{tasks: [{id: «a», LOG}]}]",
        &[
            "Duplicate task id with name [a]",
            "Duplicate task id with name [a]",
            "Duplicate task id with name [a]",
            "Duplicate task id with name [a]",
        ],
    ),
    row(
        "flowables contribute tasks, then, else, cases, defaults, errors, finally, onPause and the tasks of a Dag",
        "
tasks:
  - {id: a, LOG}
  - {id: s, type: P.flow.Sequential, tasks: [{id: «a», LOG}], errors: [{id: «a», LOG}], finally: [{id: «a», LOG}]}
  - {id: i, type: P.flow.If, condition: '{{ true }}', then: [{id: «a», LOG}], else: [{id: «a», LOG}]}
  - {id: w, type: P.flow.Switch, value: '{{ 1 }}', cases: {x: [{id: «a», LOG}]}, defaults: [{id: «a», LOG}]}
  - {id: p, type: P.flow.Pause, onPause: {id: «a», LOG}}
  - {id: d, type: P.flow.Dag, tasks: [{task: {id: «a», LOG}}]}
",
        &["Duplicate task id with name [a]"; 9],
    ),
    row(
        "the three tasks that a ForEachItem becomes take part",
        "
tasks:
  - {id: each, type: P.flow.ForEachItem, items: '{{ inputs.f }}', namespace: x.y, flowId: '{{ inputs.f }}'}
  - {id: «each_items», LOG}
inputs: [{id: f, type: FILE}]
",
        &["Duplicate task id with name [each_items]"],
    ),
    row(
        "a trigger id stands once",
        "triggers:\n- {id: t, type: P.trigger.Webhook, key: x}\n- {id: «t», type: P.trigger.Webhook, key: y}",
        &["Duplicate trigger id with name [t]"],
    ),
    row("a trigger may be called like a task", "triggers: [{id: only, type: P.trigger.Webhook, key: x}]", &[]),
    row(
        "an output id stands once",
        "outputs: [{id: o, type: STRING, value: x}, {id: «o», type: STRING, value: y}]",
        &["Duplicate output with name [o]"],
    ),
    row(
        "preconditions have ids of their own",
        "
triggers:
  - {id: t, type: P.trigger.Flow, preconditions: {id: deps, flows: [{namespace: x, flowId: y}]}}
  - {id: u, type: P.trigger.Flow, preconditions: {id: «deps», flows: [{namespace: x, flowId: z}]}}
",
        &["Duplicate preconditions with id [deps]"],
    ),
    row(
        "a flow does not call itself",
        "tasks: [{id: a, type: P.flow.Subflow, namespace: company.team, flowId: «flow»}]",
        &["Recursive call to flow [company.team.flow]"],
    ),
    row(
        "a flow does not call itself deep inside either, nor for each item",
        "
tasks:
  - id: s
    type: P.flow.Sequential
    tasks:
      - {id: a, type: P.flow.ForEachItem, items: '{{ inputs.f }}', namespace: company.team, flowId: «flow»}
inputs: [{id: f, type: FILE}]
",
        &["Recursive call to flow [company.team.flow]"],
    ),
    row(
        "a Subflow without a namespace is one of the caller's",
        "tasks: [{id: a, type: P.flow.Subflow, flowId: «flow»}]",
        &["Recursive call to flow [company.team.flow]"],
    ),
    row(
        "assets need another edition",
        "tasks: [{id: a, LOG, assets: «{enableAuto: true}»}]",
        &["Task 'a' can't have any `assets` because assets are only available in the Enterprise Edition"],
    ),
];

const LABELS: &[Row] = &[
    row(
        "system labels are Kestra's own",
        "labels: {«system.mine»: x}",
        &["System labels can only be set by Kestra itself, offending label: system.mine=x"],
    ),
    row(
        "system labels are Kestra's own in the form of a list, too",
        "labels: [{key: «system.mine», value: x}]",
        &["System labels can only be set by Kestra itself, offending label: system.mine=x"],
    ),
    row("a flow may be read-only", "labels: {system.readOnly: true}", &[]),
    row(
        "a label key starts with a lower-case letter",
        "labels: {ok: 1, «Team»: x, «1st»: y, «my label»: z}",
        &[
            "labels[1].key: Invalid label key. A valid key contains only lowercase letters numbers hyphens (-) underscores (_) or periods (.) and must begin with a lowercase letter.",
            "labels[2].key: Invalid label key. A valid key contains only lowercase letters numbers hyphens (-) underscores (_) or periods (.) and must begin with a lowercase letter.",
            "labels[3].key: Invalid label key. A valid key contains only lowercase letters numbers hyphens (-) underscores (_) or periods (.) and must begin with a lowercase letter.",
        ],
    ),
    row("letters of any alphabet make a label key", "labels: {äÖ.ß-1_x: y, κλειδί: z}", &[]),
    row("scalars of any type become the text of a label", "labels: {a: 1, b: 1.5, c: true, d: 2024-01-01}", &[]),
    row("a label has a value", "labels: {a: «\"\"»}", &["labels[0].value: must not be empty"]),
    row(
        "a label in a list has a key and a value",
        "labels:\n- {«key»: a}\n- {«value»: b}",
        &["labels[0].value: must not be null", "labels[1].key: must not be null"],
    ),
    row(
        "the value of a label is no structure",
        "labels: {a: «[x]», b: «{c: d}»}",
        &[
            "Cannot deserialize value: a list stands where text is expected",
            "Cannot deserialize value: a map stands where text is expected",
        ],
    ),
    row(
        "a label given twice in a list is accepted, with a warning",
        "labels: [{key: a, value: x}, {key: «a», value: y}]",
        &["warning label-duplicate: the label `a` is given twice; the last one wins"],
    ),
    row(
        "an SLA sets no system labels",
        "sla: [{id: s, type: MAX_DURATION, duration: PT1H, behavior: NONE, labels: {«system.x»: y}}]",
        &["System labels can only be set by Kestra itself, offending label: system.x=y"],
    ),
    row(
        "a Subflow, a ForEachItem and a Labels task set no system labels",
        "
inputs: [{id: f, type: FILE}]
tasks:
  - {id: a, type: P.flow.Subflow, namespace: x, flowId: «y», labels: {«system.x»: y}}
  - {id: b, type: P.flow.ForEachItem, items: '{{ inputs.f }}', namespace: x, flowId: «y», labels: [{key: «system.y», value: z}]}
  - {id: c, type: P.execution.Labels, labels: {«system.z»: 1}}
",
        &[
            "warning subflow-missing: The subflow 'y' was not found in namespace 'x' among the files given",
            "System labels can only be set by Kestra itself, offending label: system.x=y",
            "warning subflow-missing: The subflow 'y' was not found in namespace 'x' among the files given",
            "System labels can only be set by Kestra itself, offending label: system.y=z",
            "System labels can only be set by Kestra itself, offending label: system.z=1",
        ],
    ),
    row(
        "an ExecutionLabels condition asks for no system labels",
        "
triggers:
  - id: t
    type: P.trigger.Flow
    conditions:
      - {type: P.condition.ExecutionLabels, labels: {«system.x»: y}}
      - {type: P.condition.Not, conditions: [{type: P.condition.ExecutionLabels, labels: {«system.y»: z}}]}
",
        &[
            "System labels can only be set by Kestra itself, offending label: system.x=y",
            "System labels can only be set by Kestra itself, offending label: system.y=z",
        ],
    ),
];

const REFERENCES: &[Row] = &[
    row(
        "an input whose id has a dash is not read with a dot",
        "inputs: [{id: my-input, type: STRING}]\n\
         tasks: [{id: a, type: P.debug.Return, format: '{{ inputs.«my-input» }}'}]",
        &["Invalid input reference: use inputs[key-name] instead of inputs.key-name — \
             keys with dashes need brackets, offending tasks: [a]"],
    ),
    row(
        "an output whose task id has a dash is not read with a dot",
        "tasks:\n- {id: my-task, LOG}\n- {id: b, type: P.debug.Return, format: '{{ outputs.«my-task».value }}'}",
        &["Invalid output reference: use outputs[task-id] instead of outputs.task-id — \
             keys with dashes need brackets, offending tasks: [b]"],
    ),
    row(
        "outputs of the flow are looked at as well",
        "tasks: [{id: my-task, type: P.debug.Return, format: x}]\n\
         outputs: [{id: o, type: STRING, value: '{{ outputs.«my-task».value }}'}]",
        &["Invalid output reference: use outputs[task-id] instead of outputs.task-id — \
             keys with dashes need brackets, offending outputs"],
    ),
    row(
        "only what stands directly in a property is an error, deeper down it is a warning",
        "inputs: [{id: my-input, type: STRING}]\n\
         tasks: [{id: a, type: P.output.OutputValues, values: {x: '{{ inputs.«my-input» }}'}}]",
        &[
            "warning reference-dash: Invalid input reference: use inputs[key-name] instead of inputs.key-name — \
             keys with dashes need brackets, offending tasks: [a]",
        ],
    ),
    row(
        "brackets are right",
        "inputs: [{id: my-input, type: STRING}]\n\
         tasks: [{id: a, type: P.debug.Return, format: \"{{ inputs['my-input'] }}\"}]",
        &[],
    ),
    row(
        "a subtraction of numbers is one",
        "inputs: [{id: my, type: INT}]\ntasks: [{id: a, type: P.debug.Return, format: '{{ inputs.my-1 }}'}]",
        &[],
    ),
];
