//! Why a database did not do what it was asked, in words for the person who has to mend it.

use std::fmt::Write;

use kapelle_model::Failure;

use crate::statement::Statement;
use crate::veil::Veil;

/// Characters of what a database says that are shown.
const MESSAGE_CHARS: usize = 2_000;

/// What a database, or the way to it, said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    /// The code that the database system has for it.
    pub(crate) code: Option<String>,
    /// How many lines above it there are in the statement, where the database says so.
    pub(crate) lines_before: Option<usize>,
    /// What to do.
    pub(crate) help: Option<String>,
    /// The connection is gone: the same may succeed over a new one.
    pub(crate) is_lost: bool,
}

impl Wrong {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The connection broke.
    pub(crate) fn lost(message: impl Into<String>) -> Self {
        Self { is_lost: true, ..Self::new(message) }
    }

    #[must_use]
    pub(crate) fn code(self, code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..self }
    }

    #[must_use]
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn said(&self) -> String {
        let code = self.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        let message: String = self.message.chars().take(MESSAGE_CHARS).collect();
        let help = self.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        format!("{message}{code}{help}")
    }

    /// The failure of something that is no statement of the flow.
    pub(crate) fn at(&self, what: &str, veil: &Veil) -> Failure {
        Failure::new(veil.over(&format!("{what}: {}", self.said())))
    }

    /// The failure of a statement.
    pub(crate) fn of(
        &self,
        statement: &Statement,
        property: &str,
        unknown: &[String],
        veil: &Veil,
    ) -> Failure {
        let line = statement.line + self.lines_before.unwrap_or_default();
        let mut message = format!("line {line} of `{property}` failed: {}", self.said());
        if !unknown.is_empty() {
            // Writing into a text never fails.
            let _infallible = write!(
                message,
                "\n`{}` stands in the statement, and `parameters` has nothing of that name",
                unknown.join("`, `")
            );
        }
        let _infallible = write!(message, "\nThe statement is: {}", statement.shown());
        Failure::new(veil.over(&message))
    }
}
