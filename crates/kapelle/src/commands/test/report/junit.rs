//! Test results: a suite for each test document, a case for each case.

use std::fmt::Write;

use super::{Report, comparison};
use crate::commands::test::results::{CaseResult, SuiteResult, TestState};
use crate::report::xml::{escape, escape_text};

pub(super) fn render(report: &Report<'_>) -> String {
    let counts = report.counts;
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"kapelle test\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">\n",
        counts.all(),
        counts.failed,
        counts.errors,
        counts.skipped,
        report.elapsed.as_secs_f64(),
    );
    for suite in report.suites {
        self::suite(report, suite, &mut xml);
    }
    xml + "</testsuites>\n"
}

fn suite(report: &Report<'_>, suite: &SuiteResult<'_>, xml: &mut String) {
    let count = |state: TestState| suite.cases.iter().filter(|case| case.state() == state).count();
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{}\" file=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        escape(suite.id),
        escape(&report.sources[suite.source].name),
        suite.cases.len(),
        count(TestState::Failed),
        count(TestState::Error),
        count(TestState::Skipped),
    );
    for case in &suite.cases {
        self::case(report, suite, case, xml);
    }
    xml.push_str("  </testsuite>\n");
}

fn case(report: &Report<'_>, suite: &SuiteResult<'_>, case: &CaseResult<'_>, xml: &mut String) {
    let class = format!("{}.{}", suite.namespace, suite.flow);
    let _ = write!(xml, "    <testcase name=\"{}\" classname=\"{}\"", escape(case.id), escape(&class));
    let element = match case.state() {
        TestState::Success => return xml.push_str("/>\n"),
        TestState::Skipped => return xml.push_str(">\n      <skipped/>\n    </testcase>\n"),
        TestState::Failed => "failure",
        TestState::Error => "error",
    };
    let lines = lines(report, suite.source, case);
    let first = lines.first().map_or("", String::as_str);
    let _ = writeln!(
        xml,
        ">\n      <{element} message=\"{}\">{}</{element}>\n    </testcase>",
        escape(first),
        escape_text(&lines.join("\n"))
    );
}

/// What did not hold, what went wrong, what failed.
fn lines(report: &Report<'_>, source: usize, case: &CaseResult<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for error in &case.played.errors {
        let place = error.span.map(|span| format!("{}: ", report.line(source, span))).unwrap_or_default();
        let details = error.details.as_ref().map(|details| format!(" ({details})")).unwrap_or_default();
        lines.push(format!("{place}{}{details}", error.message));
    }
    for assertion in case.played.assertions.iter().filter(|assertion| !assertion.holds) {
        let words = assertion.error_message.as_ref().or(assertion.description.as_ref());
        let words = words.map(|words| format!(" ({words})")).unwrap_or_default();
        lines.push(format!("{}: {}{words}", report.line(source, assertion.span), comparison(assertion)));
    }
    lines.extend(case.played.failures.iter().map(|failure| format!("failed: {failure}")));
    lines
}
