//! A task that failed, with what it gave before it did.

use kapelle_core::expression::Error;
use kapelle_model::{Failure, Map, Text};

/// Why a task failed. What it gave before stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    pub failure: Failure,
    pub outputs: Map,
    /// It was told to stop, or its time was up.
    pub is_killed: bool,
    /// Whoever was asked did not answer, or could not for the moment: the same may go well soon.
    pub is_passing: bool,
}

impl Broken {
    pub fn new(message: impl Into<Text>) -> Self {
        Self::from(Failure::new(message))
    }

    /// It stopped because it was told to.
    pub fn killed() -> Self {
        Self { is_killed: true, ..Self::new("it was stopped") }
    }

    #[must_use]
    pub fn with_outputs(self, outputs: Map) -> Self {
        Self { outputs, ..self }
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self { failure, outputs: Map::new(), is_killed: false, is_passing: false }
    }
}

impl From<Box<Error>> for Broken {
    fn from(error: Box<Error>) -> Self {
        Self::new(error.text())
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
