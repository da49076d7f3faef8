//! For people: a line for each case, and below it what did not hold.

use std::fmt::Write;

use jiff::SignedDuration;
use kapelle_core::time::duration;

use super::{Report, comparison};
use crate::commands::test::coverage::Coverage;
use crate::commands::test::results::{CaseResult, Counts, SuiteResult, TestState};
use crate::report::{plural, printable};
use crate::terminal::Style;

pub(super) fn render(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    for suite in report.suites {
        self::suite(report, suite, style, &mut text);
    }
    coverage(report, &mut text);
    text + &summary(report)
}

fn suite(report: &Report<'_>, suite: &SuiteResult<'_>, style: Style, text: &mut String) {
    let SuiteResult { id, namespace, flow, source, cases } = suite;
    let _ = writeln!(text, "{} ({namespace}.{flow}, {})", printable(id), report.name(*source));
    for case in cases {
        self::case(report, *source, case, style, text);
    }
    text.push('\n');
}

fn case(report: &Report<'_>, source: usize, case: &CaseResult<'_>, style: Style, text: &mut String) {
    let (mark, colour) = match case.state() {
        TestState::Skipped => ("-", "33"),
        TestState::Success => ("✓", "32"),
        TestState::Failed | TestState::Error => ("✘", "1;31"),
    };
    let mark = if style.colour { format!("\u{1b}[{colour}m{mark}\u{1b}[0m") } else { mark.to_owned() };
    let described = case.description.map(|words| format!(": {}", printable(words))).unwrap_or_default();
    let _ = writeln!(text, "  {mark} {}{described}{}", printable(case.id), ended(case));
    for assertion in case.played.assertions.iter().filter(|assertion| !assertion.holds) {
        let place = report.line(source, assertion.span);
        let _ = writeln!(text, "      {} ({place})", comparison(assertion));
        let words = assertion.error_message.as_ref().or(assertion.description.as_ref());
        further(words, text);
    }
    for error in &case.played.errors {
        let place = error.span.map(|span| format!(" ({})", report.line(source, span))).unwrap_or_default();
        let _ = writeln!(text, "      {}{place}", printable(&error.message));
        further(error.details.as_ref(), text);
    }
    if !case.state().is_good() {
        for failure in &case.played.failures {
            let _ = writeln!(text, "      failed: {}", printable(failure));
        }
    }
}

fn further(words: Option<&String>, text: &mut String) {
    for line in words.iter().flat_map(|words| words.lines()) {
        let _ = writeln!(text, "        {}", printable(line));
    }
}

/// The end of the execution, and how long it took by its own clock.
fn ended(case: &CaseResult<'_>) -> String {
    if case.is_skipped {
        return " (disabled)".to_owned();
    }
    let Some(state) = case.played.state else { return String::new() };
    match case.played.passed_ms {
        0 => format!(" ({state})"),
        millis => format!(" ({state} after {})", duration::format(SignedDuration::from_millis(millis))),
    }
}

fn coverage(report: &Report<'_>, text: &mut String) {
    if report.coverage.is_empty() {
        return;
    }
    text.push_str("tasks that ran\n");
    for flow in report.coverage {
        let Coverage { namespace, flow: id, total, .. } = flow;
        let _ = writeln!(text, "  {:>3} %  {namespace}.{id} ({} of {total})", flow.percent(), flow.ran());
        for (task, span) in &flow.missed {
            let _ = writeln!(text, "         not: {} ({})", printable(task), report.line(flow.source, *span));
        }
    }
    text.push('\n');
}

fn summary(report: &Report<'_>) -> String {
    let Counts { passed, failed, errors, skipped } = report.counts;
    let kinds =
        [(passed, "passed"), (failed, "failed"), (errors, "could not be carried out"), (skipped, "skipped")];
    let told: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let time = report.elapsed.as_secs_f64();
    let time = if time < 1.0 { format!("{:.0} ms", time * 1000.0) } else { format!("{time:.1} s") };
    let all = plural(report.counts.all(), "test");
    format!("ran {all} in {time}: {}\n", told.join(", "))
}
