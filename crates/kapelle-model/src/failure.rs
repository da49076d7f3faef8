//! Why something failed, for the person who has to mend it.

use std::fmt;

use crate::value::Text;

/// What went wrong, in one sentence or several lines; its secrets are marked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Failure {
    pub message: Text,
}

impl Failure {
    pub fn new(message: impl Into<Text>) -> Self {
        Self { message: message.into() }
    }
}

/// Secrets are masked.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.masked())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({:?})", self.message)
    }
}
