//! Showing what came of tests: one file for each format.

mod json;
mod junit;
mod pretty;

use std::time::Duration;

use clap::ValueEnum;
use kapelle_core::source::Source;
use kapelle_model::Span;

use super::coverage::Coverage;
use super::results::{AssertionResult, Counts, SuiteResult};
use crate::report::printable;
use crate::terminal::Style;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Pretty,
    /// One object with suites, coverage and counts
    Json,
    /// Test results for CI servers
    Junit,
}

/// What came of one run.
pub(super) struct Report<'r> {
    pub(super) sources: &'r [Source],
    pub(super) suites: &'r [SuiteResult<'r>],
    pub(super) coverage: &'r [Coverage<'r>],
    pub(super) counts: Counts,
    pub(super) elapsed: Duration,
}

impl Report<'_> {
    pub(super) fn render(&self, format: Format, style: Style) -> String {
        match format {
            Format::Pretty => pretty::render(self, style),
            Format::Json => json::render(self),
            Format::Junit => junit::render(self),
        }
    }

    fn name(&self, source: usize) -> String {
        printable(&self.sources[source].name)
    }

    /// `file:line`.
    fn line(&self, source: usize, span: Span) -> String {
        format!("{}:{}", self.name(source), self.sources[source].position(span.start).line)
    }
}

/// What was compared, in words.
fn comparison(assertion: &AssertionResult) -> String {
    let AssertionResult { operator, expected, actual, .. } = assertion;
    format!("{operator} {}: it is {}", printable(expected), printable(actual))
}
