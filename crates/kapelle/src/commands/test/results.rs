//! What came of tests.

use kapelle_model::Span;

/// How a case, a suite or all of them ended. The worst of several is the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TestState {
    Skipped,
    Success,
    Failed,
    Error,
}

impl TestState {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Skipped => "SKIPPED",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Error => "ERROR",
        }
    }

    pub(super) const fn is_good(self) -> bool {
        matches!(self, Self::Skipped | Self::Success)
    }
}

/// What came of the tests of one flow.
pub(super) struct SuiteResult<'s> {
    pub(super) id: &'s str,
    pub(super) namespace: &'s str,
    pub(super) flow: &'s str,
    /// The place of its source.
    pub(super) source: usize,
    pub(super) cases: Vec<CaseResult<'s>>,
}

impl SuiteResult<'_> {
    pub(super) fn state(&self) -> TestState {
        self.cases.iter().map(CaseResult::state).max().unwrap_or(TestState::Skipped)
    }
}

/// What came of one case.
pub(super) struct CaseResult<'s> {
    pub(super) id: &'s str,
    pub(super) description: Option<&'s str>,
    pub(super) span: Span,
    pub(super) is_skipped: bool,
    pub(super) played: Played,
}

impl CaseResult<'_> {
    pub(super) fn state(&self) -> TestState {
        if self.is_skipped {
            TestState::Skipped
        } else if !self.played.errors.is_empty() {
            TestState::Error
        } else if self.played.assertions.iter().all(|assertion| assertion.holds) {
            TestState::Success
        } else {
            TestState::Failed
        }
    }
}

/// What was seen of an execution.
#[derive(Default)]
pub(super) struct Played {
    pub(super) execution: Option<String>,
    /// How it ended, or where it stands.
    pub(super) state: Option<&'static str>,
    /// Milliseconds that passed by the clock of the test.
    pub(super) passed_ms: i64,
    pub(super) assertions: Vec<AssertionResult>,
    /// Why nobody can say whether all holds.
    pub(super) errors: Vec<RunError>,
    /// Task runs that failed, each with the reason.
    pub(super) failures: Vec<String>,
}

/// One comparison.
pub(super) struct AssertionResult {
    pub(super) operator: &'static str,
    /// Both as JSON, without secrets.
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) holds: bool,
    pub(super) task: Option<String>,
    pub(super) description: Option<String>,
    pub(super) error_message: Option<String>,
    /// Where its value is written.
    pub(super) span: Span,
}

/// Why a case could not be carried out.
pub(super) struct RunError {
    pub(super) message: String,
    pub(super) details: Option<String>,
    /// Where in the document, if it is about a part of it.
    pub(super) span: Option<Span>,
}

impl RunError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: None, span: None }
    }

    #[must_use]
    pub(super) fn at(self, span: Span) -> Self {
        Self { span: Some(span), ..self }
    }

    #[must_use]
    pub(super) fn details(self, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..self }
    }
}

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) errors: usize,
    pub(super) skipped: usize,
}

impl Counts {
    pub(super) fn of(suites: &[SuiteResult<'_>]) -> Self {
        let mut counts = Self::default();
        for case in suites.iter().flat_map(|suite| &suite.cases) {
            *match case.state() {
                TestState::Success => &mut counts.passed,
                TestState::Failed => &mut counts.failed,
                TestState::Error => &mut counts.errors,
                TestState::Skipped => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    pub(super) const fn all(self) -> usize {
        self.passed + self.failed + self.errors + self.skipped
    }
}
