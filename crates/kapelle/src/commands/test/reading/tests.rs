use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::Span;

use super::*;

/// What is wrong with a document, a line for each: `line:column path: message [help]`.
fn play(text: &str) -> String {
    let source = Source::new("test", text);
    let reading = yaml::read(text, Span::new(0, text.len() as u32));
    let (_, found) = read(&reading.root.unwrap());
    let line = |found: &Diagnostic| {
        let at = source.position(found.span.start);
        let help = found.help.as_deref().unwrap_or_default();
        format!("{}:{} {}: {} [{help}]\n", at.line, at.column, found.path, found.message)
    };
    found.iter().map(line).collect()
}

#[test]
fn a_whole_document_is_read() {
    let text = "
id: orders
namespace: shop
flowId: order
description: about orders
disabled: false
testCases:
- id: paid
  type: io.kestra.core.tests.flow.UnitTest
  description: the usual way
  disabled: true
  expectedState: WARNING
  fixtures:
    now: 2026-01-31T10:00:00+01:00
    inputs: {n: 1}
    files: {'a.txt': hello}
    tasks: [{id: charge, value: '7', state: FAILED, outputs: {code: 402}, description: no money}]
    trigger: {id: hook, type: io.kestra.plugin.core.trigger.Webhook, variables: {body: {}}}
  assertions:
  - {value: '{{ outputs.a }}', taskId: a, description: d, errorMessage: e, greaterThan: 1, lessThan: 9}
";
    assert_eq!(play(text), "");
    let root = yaml::read(text, Span::new(0, text.len() as u32)).root.unwrap();
    let suite = read(&root).0.unwrap();
    let case = &suite.cases[0];
    assert_eq!((&*suite.id, &*suite.namespace, &*suite.flow), ("orders", "shop", "order"));
    assert_eq!((case.is_disabled, case.expected_state), (true, Some(State::Warning)));
    assert_eq!(case.fixtures.now, moment("2026-01-31T09:00:00Z").ok());
    let task = &case.fixtures.tasks[0];
    assert_eq!((&*task.id, task.value.as_deref(), task.state), ("charge", Some("7"), State::Failed));
    let tests: Vec<_> = case.assertions[0].tests.iter().map(|(operator, _)| *operator).collect();
    assert_eq!(tests, [Operator::GreaterThan, Operator::LessThan]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "
id: orders
flowId: order
testCase: []
testCases:
- id: a
  type: UnitTest
  fixtures:
    now: noon
    inputs: [1]
    files: {x: {y: z}}
    tasks:
    - {state: DONE}
    - {id: b, state: FAILURE, output: {}}
    - text
    trigger: {id: t}
  assertions:
  - {equals: 1}
  - {value: a, equalTo: 1, taskId: [b]}
- id: a
  type: io.kestra.core.tests.flow.UnitTest
  disabled: perhaps
";
    insta::assert_snapshot!(play(text), @r#"
    4:1 : a test document has no property `testCase` [did you mean `testCases`?]
    2:1 : `namespace` is missing [name the namespace of the flow]
    7:9 testCases[0]: there is no test type `UnitTest` [write `type: io.kestra.core.tests.flow.UnitTest`]
    10:13 testCases[0].fixtures.inputs: `inputs` has to be a map [write `name: value` on lines of their own]
    11:16 testCases[0].fixtures: the file `x` has to be a text [write its content behind `|` on lines of their own]
    13:15 testCases[0].fixtures.tasks[0]: nothing ends in the state `DONE` [there are SUCCESS, WARNING, FAILED, KILLED, CANCELLED, SKIPPED]
    13:8 testCases[0].fixtures.tasks[0]: `id` is missing [name the task that it stands in for]
    14:31 testCases[0].fixtures.tasks[1]: a fixture of a task has no property `output` [did you mean `outputs`?]
    14:22 testCases[0].fixtures.tasks[1]: nothing ends in the state `FAILURE` [there are SUCCESS, WARNING, FAILED, KILLED, CANCELLED, SKIPPED]
    15:7 testCases[0].fixtures.tasks[2]: a fixture of a task has to be a map [it may have id, value, state, outputs, description, assets]
    16:15 testCases[0].fixtures.trigger: `type` is missing [name the type of the trigger]
    9:10 testCases[0].fixtures: `noon` is no moment: it is not an ISO-8601 date: write year, month and day as in 2024-01-31 [write it as 2026-01-31T09:30:00Z]
    18:6 testCases[0].assertions[0]: an assertion has no property `equals` [did you mean `equalTo`?]
    18:5 testCases[0].assertions[0]: the value is compared with nothing [add one of equalTo, notEqualTo, greaterThan, greaterThanOrEqualTo, lessThan, lessThanOrEqualTo, in, notIn, isNull, isNotNull, contains, startsWith, endsWith]
    18:6 testCases[0].assertions[0]: `value` is missing [write an expression such as `"{{ outputs.task.name }}"`]
    19:36 testCases[0].assertions[1].taskId: `taskId` has to be a text [write one value]
    22:13 testCases[1].disabled: `disabled` has to be true or false [write `true` or `false`]
    20:3 testCases[1]: `assertions` is missing [say what must hold when the execution is over]
    20:7 testCases[1]: there are several cases called `a` [give each a name of its own]
    "#);
}

#[test]
fn a_document_that_is_no_map_or_has_no_cases_is_told() {
    assert_eq!(
        play("- a"),
        "1:1 : a test document has to be a map [it may have id, namespace, flowId, description, disabled, testCases]\n"
    );
    assert_eq!(
        play("{id: a, namespace: b, flowId: c}"),
        "1:2 : `testCases` is missing [list at least one case]\n"
    );
    assert_eq!(
        play("{id: a, namespace: b, flowId: c, testCases: {}}"),
        "1:45 testCases: `testCases` has to be a list [begin each item with `- `]\n"
    );
}
