//! The answer of a condition, for the engine and for a person at three in the morning.

use std::fmt;

/// Whether a condition holds, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What was asked: the type of a condition without its package, `when`, the key of a window.
    pub name: String,
    pub answer: Answer,
    /// In words, with the value that decided; for an error what went wrong.
    pub reason: String,
    /// The answers that this one follows from, in their order.
    pub parts: Vec<Verdict>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// It could not be answered.
    Error,
    /// Nobody had to ask: what came before it decided.
    #[default]
    Unasked,
}

impl Verdict {
    pub(crate) fn new(name: impl Into<String>, found: Result<(bool, String), String>) -> Self {
        let (answer, reason) = match found {
            Ok((true, reason)) => (Answer::Yes, reason),
            Ok((false, reason)) => (Answer::No, reason),
            Err(reason) => (Answer::Error, reason),
        };
        Self { name: name.into(), answer, reason, parts: Vec::new() }
    }

    pub(crate) fn yes(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(name, Ok((true, reason.into())))
    }

    pub(crate) fn no(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(name, Ok((false, reason.into())))
    }

    pub(crate) fn unasked(name: &str) -> Self {
        let reason = "not looked at, since what comes before it decides".to_owned();
        Self { name: name.to_owned(), answer: Answer::Unasked, reason, parts: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with_parts(mut self, parts: Vec<Self>) -> Self {
        self.parts = parts;
        self
    }

    /// Whether it holds; an error says what went wrong.
    pub fn outcome(&self) -> Result<bool, String> {
        match self.answer {
            Answer::Yes => Ok(true),
            Answer::No | Answer::Unasked => Ok(false),
            Answer::Error => Err(self.failure().unwrap_or(self).sentence()),
        }
    }

    /// Whether it holds. What could not be answered does not.
    pub fn holds(&self) -> bool {
        self.answer == Answer::Yes
    }

    /// The innermost part that could not be answered and made the whole unanswerable.
    fn failure(&self) -> Option<&Self> {
        let failed = |part: &&Self| part.answer == Answer::Error;
        self.parts.iter().find(failed).map(|part| part.failure().unwrap_or(part))
    }

    fn sentence(&self) -> String {
        format!("{}: {}", self.name, self.reason)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let sign = match self.answer {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Error => "error",
            Answer::Unasked => "-",
        };
        write!(f, "{:indent$}{sign} {}: {}", "", self.name, self.reason, indent = depth * 2)?;
        self.parts.iter().try_for_each(|part| {
            f.write_str("\n")?;
            part.write(f, depth + 1)
        })
    }
}

/// A line for each part, those inside of others indented.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}
