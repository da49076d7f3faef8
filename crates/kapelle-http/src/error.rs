//! Why there is no answer.

use std::fmt;

/// What kind of failure it is: what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be sent as it is.
    Invalid,
    /// It may not go there.
    Refused,
    /// Nobody is there, or the connection broke.
    Connection,
    /// It took too long.
    Timeout,
    /// The answer is larger than it may be.
    TooLarge,
    /// The answer is no answer of HTTP.
    Protocol,
}

/// Why there is no answer, in words that show nothing of a request but its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpError {
    pub kind: Kind,
    pub message: String,
}

impl HttpError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpError {}
