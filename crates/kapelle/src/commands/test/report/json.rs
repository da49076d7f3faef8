//! For programs: what the API of a server gives for runs of tests, with the coverage.

use serde::Serialize;
use serde_json::Value;

use super::Report;
use crate::commands::test::coverage::Coverage;
use crate::commands::test::document::UNIT_TEST;
use crate::commands::test::results::{AssertionResult, CaseResult, RunError, SuiteResult};

#[derive(Serialize)]
struct Whole<'r> {
    results: Vec<Suite<'r>>,
    coverage: Vec<FlowCoverage<'r>>,
    counts: Counts,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Suite<'r> {
    test_suite_id: &'r str,
    namespace: &'r str,
    flow_id: &'r str,
    file: &'r str,
    state: &'static str,
    results: Vec<Case<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Case<'r> {
    test_id: &'r str,
    test_type: &'static str,
    line: usize,
    execution_id: Option<&'r str>,
    execution_state: Option<&'static str>,
    state: &'static str,
    assertion_results: Vec<Assertion<'r>>,
    errors: Vec<Error<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Assertion<'r> {
    operator: &'static str,
    expected: Value,
    actual: Value,
    is_success: bool,
    task_id: Option<&'r str>,
    description: Option<&'r str>,
    error_message: Option<&'r str>,
    line: usize,
}

#[derive(Serialize)]
struct Error<'r> {
    message: &'r str,
    details: Option<&'r str>,
    line: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlowCoverage<'r> {
    namespace: &'r str,
    flow_id: &'r str,
    tasks: usize,
    ran: usize,
    percent: usize,
    missed: Vec<&'r str>,
}

#[derive(Serialize)]
struct Counts {
    passed: usize,
    failed: usize,
    errors: usize,
    skipped: usize,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let counts = report.counts;
    let whole = Whole {
        results: report.suites.iter().map(|suite| self::suite(report, suite)).collect(),
        coverage: report.coverage.iter().map(flow).collect(),
        counts: Counts {
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.errors,
            skipped: counts.skipped,
        },
    };
    serde_json::to_string_pretty(&whole).expect("texts and numbers are JSON") + "\n"
}

fn suite<'r>(report: &Report<'r>, suite: &'r SuiteResult<'_>) -> Suite<'r> {
    Suite {
        test_suite_id: suite.id,
        namespace: suite.namespace,
        flow_id: suite.flow,
        file: &report.sources[suite.source].name,
        state: suite.state().name(),
        results: suite.cases.iter().map(|case| self::case(report, suite.source, case)).collect(),
    }
}

fn case<'r>(report: &Report<'r>, source: usize, case: &'r CaseResult<'_>) -> Case<'r> {
    let line = |span: kapelle_model::Span| report.sources[source].position(span.start).line;
    let assertion = |assertion: &'r AssertionResult| Assertion {
        operator: assertion.operator,
        expected: json(&assertion.expected),
        actual: json(&assertion.actual),
        is_success: assertion.holds,
        task_id: assertion.task.as_deref(),
        description: assertion.description.as_deref(),
        error_message: assertion.error_message.as_deref(),
        line: line(assertion.span),
    };
    let error = |error: &'r RunError| Error {
        message: &error.message,
        details: error.details.as_deref(),
        line: error.span.map(line),
    };
    let played = &case.played;
    Case {
        test_id: case.id,
        test_type: UNIT_TEST,
        line: line(case.span),
        execution_id: played.execution.as_deref(),
        execution_state: played.state,
        state: case.state().name(),
        assertion_results: played.assertions.iter().map(assertion).collect(),
        errors: played.errors.iter().map(error).collect(),
    }
}

/// What is shown as JSON, as JSON; only its start if it is long.
fn json(shown: &str) -> Value {
    serde_json::from_str(shown).unwrap_or_else(|_| shown.into())
}

fn flow<'r>(flow: &'r Coverage<'_>) -> FlowCoverage<'r> {
    FlowCoverage {
        namespace: flow.namespace,
        flow_id: flow.flow,
        tasks: flow.total,
        ran: flow.ran(),
        percent: flow.percent(),
        missed: flow.missed.iter().map(|(task, _)| *task).collect(),
    }
}
