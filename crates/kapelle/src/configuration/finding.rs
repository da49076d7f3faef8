//! What is wrong with a configuration, and where.

use std::fmt;
use std::sync::Arc;

use kapelle_core::diagnostic::Severity;
use kapelle_core::source::Source;
use kapelle_model::Span;

/// Where something was written. Shown without the text that stands there: it may be a password.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    Text { source: Arc<Source>, span: Span },
    Variable(String),
}

impl Origin {
    pub(super) fn at(&self, span: Span) -> Self {
        match self {
            Self::Text { source, .. } => Self::Text { source: Arc::clone(source), span },
            Self::Variable(name) => Self::Variable(name.clone()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { source, span } => {
                let at = source.position(span.start);
                write!(out, "{}:{}:{}", source.name, at.line, at.column)
            }
            Self::Variable(name) => write!(out, "variable {name}"),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) origin: Option<Origin>,
    pub(crate) message: String,
}

impl Finding {
    pub(super) fn error(origin: &Origin, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, origin: Some(origin.clone()), message: message.into() }
    }

    pub(super) fn warning(origin: &Origin, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, origin: Some(origin.clone()), message: message.into() }
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.severity.word())?;
        if let Some(origin) = &self.origin {
            write!(out, "{origin}: ")?;
        }
        out.write_str(&self.message)
    }
}
