//! `kapelle test`: tests of flows from their documents to what is said of them.

use crate::Folder;

const FLOW: &str = "id: order
namespace: shop
inputs:
- {id: sum, type: INT, defaults: 5}
tasks:
- {id: fetch, type: io.kestra.plugin.jdbc.oracle.Query, url: 'jdbc:oracle:thin:@shop', sql: SELECT 1}
- id: large
  type: io.kestra.plugin.core.flow.If
  condition: '{{ inputs.sum > 100 }}'
  then:
  - {id: approve, type: io.kestra.plugin.core.flow.Pause, onResume: [{id: reason, type: STRING}, {id: level, type: INT, defaults: 1}]}
  else:
  - {id: small, type: io.kestra.plugin.core.log.Log, message: small}
- id: pay
  type: io.kestra.plugin.core.flow.Subflow
  namespace: shop
  flowId: payment
  wait: true
";

/// The head of a test document, before its cases.
const HEAD: &str = "id: orders
namespace: shop
flowId: order
testCases:
";

/// Fixtures without which the flow cannot run.
const BASE: &str = "    - {id: fetch, outputs: {rows: [{id: 7}], size: 1}}
    - {id: pay, outputs: {outputs: {receipt: R-1}}}
";

fn folder(name: &str, cases: &str) -> Folder {
    let document = format!("{HEAD}{}", cases.replace("BASE\n", BASE));
    let document = document.replace("UNIT", "io.kestra.core.tests.flow.UnitTest");
    Folder::new(name, &[("order.yaml", FLOW), ("order.test.yaml", &document)])
}

/// The output without the ids of executions.
fn play(folder: &Folder, arguments: &[&str]) -> String {
    let shown = folder.run(&[&["test"], arguments].concat());
    let ids = regex::Regex::new(r#""executionId": "\w+""#).unwrap();
    let shown = ids.replace_all(&shown, r#""executionId": "ID""#);
    let times = regex::Regex::new(r#"( time=)"[0-9.]+""#).unwrap();
    let shown = times.replace_all(&shown, r#"$1"TIME""#);
    let summary = regex::Regex::new(r"(?m)^(ran .* in ).*: ").unwrap();
    summary.replace_all(&shown, "${1}TIME: ").into_owned()
}

const PASSING: &str = "- id: a small one
  type: UNIT
  fixtures:
    inputs: {sum: 7}
    tasks:
BASE
  assertions:
  - {value: '{{ outputs.fetch.rows[0].id }}', equalTo: 7}
  - {value: '{{ outputs.pay.outputs.receipt }}', startsWith: R-}
  - {value: '{{ outputs.approve.resumed }}', isNull: true}
- id: a large one
  type: UNIT
  description: somebody has to approve
  fixtures:
    inputs: {sum: 700}
    tasks:
BASE
    - {id: approve, outputs: {onResume: {reason: fine}}}
  assertions:
  - {value: '{{ outputs.approve.onResume.reason }}', in: [fine, good]}
";

#[test]
fn tests_that_pass_are_told_with_the_tasks_that_ran() {
    let folder = folder("test-pass", PASSING);
    insta::assert_snapshot!(play(&folder, &[]), @"
    exit 0
    --- stdout
    orders (shop.order, order.test.yaml)
      ✓ a small one (SUCCESS)
      ✓ a large one: somebody has to approve (SUCCESS)

    tasks that ran
      100 %  shop.order (5 of 5)

    ran 2 tests in TIME: 2 passed
    ");
}

const FAILING: &str = "- id: wrong
  type: UNIT
  fixtures:
    tasks:
BASE
  assertions:
  - {value: '{{ outputs.fetch.size }}', greaterThan: 3, lessThan: 9, errorMessage: 'rows of {{ flow.id }}'}
  - {value: '{{ outputs.fetch.nothing.more }}', equalTo: 1}
  - {value: '{{ outputs.fetch.rows }}', lessThan: 1}
- id: a failure
  type: UNIT
  fixtures:
    tasks:
    - {id: fetch, state: FAILED}
  assertions:
  - {value: '1', equalTo: 1}
- id: an expected failure
  type: UNIT
  expectedState: FAILED
  fixtures:
    tasks:
    - {id: fetch, state: FAILED}
- id: another end
  type: UNIT
  expectedState: WARNING
  fixtures:
    tasks:
BASE
- id: no fixture
  type: UNIT
  assertions:
  - {value: '1', equalTo: 1}
- id: nobody approves
  type: UNIT
  fixtures:
    inputs: {sum: 700}
    tasks:
BASE
  assertions:
  - {value: '1', equalTo: 1}
- id: wrong approval
  type: UNIT
  fixtures:
    inputs: {sum: 700}
    tasks:
BASE
    - {id: approve, outputs: {onResume: {reason: fine, level: high}}}
  assertions:
  - {value: '1', equalTo: 1}
- id: wrong input
  type: UNIT
  fixtures:
    inputs: {sum: many}
  assertions:
  - {value: '1', equalTo: 1}
- id: left out
  type: UNIT
  disabled: true
  assertions: []
";

#[test]
fn what_does_not_hold_and_what_could_not_be_carried_out_is_told_with_its_place() {
    let folder = folder("test-fail", FAILING);
    insta::assert_snapshot!(play(&folder, &[]), @r#"
    exit 1
    --- stdout
    orders (shop.order, order.test.yaml)
      ✘ wrong (SUCCESS)
          greaterThan 3: it is 1 (order.test.yaml:12)
            rows of order
          Unable to find `nothing` used in the expression `{{ outputs.fetch.nothing.more }}` at line 1, column 18 (order.test.yaml:13)
            there are these names: `rows`, `size`
          `lessThan` cannot be answered: a list is no number (order.test.yaml:14)
            the value is [{"id":7}]
      ✘ a failure (FAILED)
          the execution ended as FAILED
            if that is right, write `expectedState: FAILED`
          failed: fetch: the fixture of `fetch` says that it fails
      ✓ an expected failure (FAILED)
      ✘ another end (SUCCESS)
          expectedState "WARNING": it is "SUCCESS" (order.test.yaml:28)
      ✘ no fixture (FAILED)
          the execution ended as FAILED
            if that is right, write `expectedState: FAILED`
          failed: fetch: tasks of type `io.kestra.plugin.jdbc.oracle.Query` are not built into this version: use another type, or a fixture in a test
      ✘ nobody approves (PAUSED)
          the execution is paused at `approve`, and nobody resumes it
            a fixture with `state: SUCCESS` resumes a pause, a `timeout` of the pause ends it
      ✘ wrong approval
          `approve` cannot be resumed with the values of its fixture
            Invalid value for input `level`. Cause: For input string: "high"
      ✘ wrong input
          the execution is not created
            Invalid value for input `sum`. Cause: For input string: "many"
      - left out (disabled)

    tasks that ran
      100 %  shop.order (5 of 5)

    ran 9 tests in TIME: 1 passed, 1 failed, 6 could not be carried out, 1 skipped
    "#);
}

#[test]
fn programs_get_json_or_junit() {
    let cases = FAILING.split("- id: another").next().unwrap();
    let folder = folder("test-formats", cases);
    insta::assert_snapshot!(play(&folder, &["--format", "json"]), @r#"
    exit 1
    --- stdout
    {
      "results": [
        {
          "testSuiteId": "orders",
          "namespace": "shop",
          "flowId": "order",
          "file": "order.test.yaml",
          "state": "ERROR",
          "results": [
            {
              "testId": "wrong",
              "testType": "io.kestra.core.tests.flow.UnitTest",
              "line": 5,
              "executionId": "ID",
              "executionState": "SUCCESS",
              "state": "ERROR",
              "assertionResults": [
                {
                  "operator": "greaterThan",
                  "expected": 3,
                  "actual": 1,
                  "isSuccess": false,
                  "taskId": null,
                  "description": null,
                  "errorMessage": "rows of order",
                  "line": 12
                },
                {
                  "operator": "lessThan",
                  "expected": 9,
                  "actual": 1,
                  "isSuccess": true,
                  "taskId": null,
                  "description": null,
                  "errorMessage": "rows of order",
                  "line": 12
                }
              ],
              "errors": [
                {
                  "message": "Unable to find `nothing` used in the expression `{{ outputs.fetch.nothing.more }}` at line 1, column 18",
                  "details": "there are these names: `rows`, `size`",
                  "line": 13
                },
                {
                  "message": "`lessThan` cannot be answered: a list is no number",
                  "details": "the value is [{\"id\":7}]",
                  "line": 14
                }
              ]
            },
            {
              "testId": "a failure",
              "testType": "io.kestra.core.tests.flow.UnitTest",
              "line": 15,
              "executionId": "ID",
              "executionState": "FAILED",
              "state": "ERROR",
              "assertionResults": [],
              "errors": [
                {
                  "message": "the execution ended as FAILED",
                  "details": "if that is right, write `expectedState: FAILED`",
                  "line": null
                }
              ]
            },
            {
              "testId": "an expected failure",
              "testType": "io.kestra.core.tests.flow.UnitTest",
              "line": 22,
              "executionId": "ID",
              "executionState": "FAILED",
              "state": "SUCCESS",
              "assertionResults": [
                {
                  "operator": "expectedState",
                  "expected": "FAILED",
                  "actual": "FAILED",
                  "isSuccess": true,
                  "taskId": null,
                  "description": null,
                  "errorMessage": null,
                  "line": 22
                }
              ],
              "errors": []
            }
          ]
        }
      ],
      "coverage": [
        {
          "namespace": "shop",
          "flowId": "order",
          "tasks": 5,
          "ran": 4,
          "percent": 80,
          "missed": [
            "approve"
          ]
        }
      ],
      "counts": {
        "passed": 1,
        "failed": 0,
        "errors": 2,
        "skipped": 0
      }
    }
    "#);
    insta::assert_snapshot!(play(&folder, &["--format", "junit"]), @r#"
    exit 1
    --- stdout
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="kapelle test" tests="3" failures="0" errors="2" skipped="0" time="TIME">
      <testsuite name="orders" file="order.test.yaml" tests="3" failures="0" errors="2" skipped="0">
        <testcase name="wrong" classname="shop.order">
          <error message="order.test.yaml:13: Unable to find `nothing` used in the expression `{{ outputs.fetch.nothing.more }}` at line 1, column 18 (there are these names: `rows`, `size`)">order.test.yaml:13: Unable to find `nothing` used in the expression `{{ outputs.fetch.nothing.more }}` at line 1, column 18 (there are these names: `rows`, `size`)
    order.test.yaml:14: `lessThan` cannot be answered: a list is no number (the value is [{&quot;id&quot;:7}])
    order.test.yaml:12: greaterThan 3: it is 1 (rows of order)</error>
        </testcase>
        <testcase name="a failure" classname="shop.order">
          <error message="the execution ended as FAILED (if that is right, write `expectedState: FAILED`)">the execution ended as FAILED (if that is right, write `expectedState: FAILED`)
    failed: fetch: the fixture of `fetch` says that it fails</error>
        </testcase>
        <testcase name="an expected failure" classname="shop.order"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn documents_that_are_wrong_are_not_run() {
    let cases = "- id: a
  type: UNIT
  fixtures:
    inputs: {summ: 7}
    tasks:
    - {id: fetched}
    - {id: large}
    - {id: approve, state: FAILED}
    - {id: approve, outputs: {reason: fine}}
    - {id: approve, outputs: {onResume: {cause: fine}}}
    - {id: pay, outputs: {receipt: R-1}}
  assertions:
  - {value: 1, taskId: payed, equal: 1}
";
    let folder = folder("test-wrong", cases);
    insta::assert_snapshot!(play(&folder, &[]), @"
    exit 2
    --- stderr
    error: the flow `order` has no input `summ`
      order.test.yaml:8:14
    8 |     inputs: {summ: 7}
      |              ^^^^ did you mean `sum`?

    error: the flow `order` has no task `fetched`
       order.test.yaml:10:12
    10 |     - {id: fetched}
       |            ^^^^^^^ did you mean `fetch`?

    error: nothing can stand in for `large` as a whole: it only runs other tasks
       order.test.yaml:11:12
    11 |     - {id: large}
       |            ^^^^^ write fixtures for the tasks in it

    error: the pause `approve` can only be resumed, which is `state: SUCCESS`
       order.test.yaml:12:28
    12 |     - {id: approve, state: FAILED}
       |                            ^^^^^^
       = help: without a fixture its time passes until it is over

    error: `approve` gives no output `reason`
       order.test.yaml:13:31
    13 |     - {id: approve, outputs: {reason: fine}}
       |                               ^^^^^^
       = help: write what is given to the pause into `outputs: {onResume: …}`

    error: the pause `approve` does not ask for `cause`
       order.test.yaml:14:42
    14 |     - {id: approve, outputs: {onResume: {cause: fine}}}
       |                                          ^^^^^ it asks for reason, level

    error: `pay` gives no output `receipt`
       order.test.yaml:15:27
    15 |     - {id: pay, outputs: {receipt: R-1}}
       |                           ^^^^^^^
       = help: write what the flow gives into `outputs: {outputs: …}`

    error[property-missing]: the value is compared with nothing
       order.test.yaml:17:5
    17 |   - {value: 1, taskId: payed, equal: 1}
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: add one of equalTo, notEqualTo, greaterThan, greaterThanOrEqualTo,
               lessThan, lessThanOrEqualTo, in, notIn, isNull, isNotNull, contains,
               startsWith, endsWith

    error: the flow `order` has no task `payed`
       order.test.yaml:17:24
    17 |   - {value: 1, taskId: payed, equal: 1}
       |                        ^^^^^ it has fetch, large, approve, small, pay

    error[property-unknown]: an assertion has no property `equal`
       order.test.yaml:17:31
    17 |   - {value: 1, taskId: payed, equal: 1}
       |                               ^^^^^
       = help: there are value, taskId, description, errorMessage, equalTo,
               notEqualTo, greaterThan, greaterThanOrEqualTo, lessThan,
               lessThanOrEqualTo, in, notIn, isNull, isNotNull, contains,
               startsWith, endsWith

    nothing was run: 10 errors in test documents and flows
    ");
}

#[test]
fn a_test_needs_its_flow_and_a_flow_without_mistakes() {
    let folder = Folder::new("test-no-flow", &[("a.test.yaml", &format!("{HEAD}- {{id: a}}\n"))]);
    insta::assert_snapshot!(play(&folder, &[]), @"
    exit 2
    --- stderr
    error: there is no flow `shop.order` here
      a.test.yaml:3:9
    3 | flowId: order
      |         ^^^^^ put the flow into the same folder, or name its folder too

    error[property-missing]: `type` is missing
      a.test.yaml:5:4
    5 | - {id: a}
      |    ^^ write `type: io.kestra.core.tests.flow.UnitTest`

    error[property-missing]: `assertions` is missing
      a.test.yaml:5:4
    5 | - {id: a}
      |    ^^ say what must hold when the execution is over

    nothing was run: 3 errors in test documents and flows
    ");
    let broken = FLOW.replace("core.log.Log", "core.log.Lgo");
    let folder = Folder::new("test-broken-flow", &[("a.yaml", &broken), ("a.test.yaml", HEAD)]);
    insta::assert_snapshot!(play(&folder, &[]), @"
    exit 2
    --- stderr
    error[property-missing]: `testCases` is missing
      a.test.yaml:1:1
    1 | id: orders
      | ^^ list at least one case

    error[type-unknown]: Invalid type: io.kestra.plugin.core.log.Lgo: there is no such task type
       a.yaml:13:23
    13 |   - {id: small, type: io.kestra.plugin.core.log.Lgo, message: small}
       |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: did you mean `io.kestra.plugin.core.log.Log`?

    nothing was run: 2 errors in test documents and flows
    ");
}

#[test]
fn a_folder_without_tests_is_a_wrong_command_line() {
    let folder = Folder::new("test-none", &[("order.yaml", FLOW)]);
    insta::assert_snapshot!(play(&folder, &[]), @"
    exit 2
    --- stderr
    error: there are no tests here: write a file `*.test.yaml` with `testCases`
    ");
    insta::assert_snapshot!(play(&folder, &["nowhere"]), @"
    exit 2
    --- stderr
    error: there is no file or folder `nowhere`
    ");
    insta::assert_snapshot!(play(&folder, &["-"]), @"
    exit 2
    --- stderr
    error: tests are read from files and folders, not from standard input
    ");
}

#[test]
fn a_file_means_its_tests_with_the_flows_beside_it() {
    let folder = folder("test-file", PASSING);
    let other = format!("{HEAD}- {{id: other}}\n");
    folder.write("sub/other.test.yaml", other.as_bytes());
    assert!(play(&folder, &["order.test.yaml"]).starts_with("exit 0"));
    assert!(play(&folder, &[]).starts_with("exit 2"));
}

const FILES: &str = "id: files
namespace: shop
inputs:
- {id: list, type: FILE}
tasks:
- {id: load, type: io.kestra.plugin.jdbc.oracle.Query, url: 'jdbc:oracle:thin:@shop', sql: SELECT 1}
outputs:
- {id: first, type: STRING, value: \"{{ read(inputs.list) }}\"}
- {id: second, type: STRING, value: \"{{ read(outputs.load.uri) }}\"}
- {id: third, type: STRING, value: \"{{ read('texts/hello.txt') }}\"}
";

const FILES_TEST: &str = "id: files
namespace: shop
flowId: files
testCases:
- id: all
  type: io.kestra.core.tests.flow.UnitTest
  fixtures:
    inputs: {list: \"{{ files['list.txt'] }}\"}
    files: {list.txt: one, load.txt: two}
    tasks:
    - {id: load, outputs: {uri: \"{{ files['load.txt'] }}\"}}
    trigger: {id: hook, type: io.kestra.plugin.core.trigger.Webhook, variables: {body: {n: 3}}}
  assertions:
  - {value: '{{ execution.outputs }}', equalTo: {first: one, second: two, third: hello}}
  - {value: '{{ trigger.body.n }}', equalTo: 3}
  - {value: '{{ secret(\"TOKEN\") }}', equalTo: hush}
  - {value: '{{ secret(\"TOKEN\") }}', equalTo: other}
";

#[test]
fn files_triggers_and_secrets_are_there() {
    let files = [
        ("files.yaml", FILES),
        ("files.test.yaml", FILES_TEST),
        ("_files/shop/texts/hello.txt", "hello"),
        ("_files/shop/flow.yaml", "no: flow"),
    ];
    let folder = Folder::new("test-files", &files);
    let mut command = folder.command("kapelle");
    let output = command.arg("test").env("SECRET_TOKEN", "aHVzaA==").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(!shown.contains("hush"), "{shown}");
    insta::assert_snapshot!(shown.lines().take(3).collect::<Vec<_>>().join("\n"), @r#"
    files (shop.files, files.test.yaml)
      ✘ all (SUCCESS)
          equalTo "other": it is "******" (files.test.yaml:17)
    "#);
}

#[test]
fn the_clock_jumps_to_what_happens_next_and_the_concierge_passes() {
    let folder = Folder::new("test-concierge", &[]);
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/concierge");
    let shown = play(&folder, &[examples]).replace(examples, "concierge");
    insta::assert_snapshot!(shown, @"
    exit 0
    --- stdout
    concierge (ai_concierge.smart_concierge_booking, concierge/concierge.test.yaml)
      ✓ the-user-decides: it waits for business hours, calls again, and goes on as soon as the user has decided (SUCCESS after PT2H)
      ✓ time-runs-out: two hours later the best match is booked (SUCCESS after PT2H)

    tasks that ran
      100 %  ai_concierge.book_appointment (1 of 1)
      100 %  ai_concierge.request_feedback (1 of 1)
      100 %  ai_concierge.send_reminder (1 of 1)
      100 %  ai_concierge.smart_concierge_booking (13 of 13)

    ran 2 tests in TIME: 2 passed
    ");
}

#[test]
fn tests_take_no_longer_than_they_may() {
    let flow = "id: order
namespace: shop
tasks:
- id: forever
  type: io.kestra.plugin.core.flow.LoopUntil
  condition: '{{ false }}'
  checkFrequency: {interval: PT0.001S}
  tasks:
  - {id: log, type: io.kestra.plugin.core.log.Log, message: again}
";
    let cases = "- id: a
  type: io.kestra.core.tests.flow.UnitTest
  assertions: [{value: 1, equalTo: 1}]
- id: b
  type: io.kestra.core.tests.flow.UnitTest
  assertions: [{value: 1, equalTo: 1}]
";
    let document = format!("{HEAD}{cases}");
    let folder = Folder::new("test-time", &[("order.yaml", flow), ("order.test.yaml", &document)]);
    insta::assert_snapshot!(play(&folder, &["--max-time", "PT0.3S"]), @"
    exit 1
    --- stdout
    orders (shop.order, order.test.yaml)
      ✘ a
          the time for all tests was over before it ended
            give the tests more time with `--max-time`, or tasks that take long a fixture
      ✘ b
          the time for all tests was over before it began
            give them more with `--max-time`

    tasks that ran
      100 %  shop.order (2 of 2)

    ran 2 tests in TIME: 2 could not be carried out
    ");
}
