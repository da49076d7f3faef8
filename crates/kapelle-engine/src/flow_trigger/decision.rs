//! What a trigger decided.

use std::fmt::Write;

use kapelle_model::execution::Origin;
use kapelle_model::window::{StateChange, Window};
use kapelle_model::{Failure, Map};

use crate::conditions::Verdict;
use crate::labels::Pairs;

/// What follows from a change of an execution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Whether an execution starts, and why or why not.
    pub verdict: Verdict,
    /// Windows to keep in place of those with the same id. All others stay as they are.
    pub windows: Vec<Window>,
    pub firing: Option<Firing>,
    /// What could not be answered, for the log of the trigger. Each is a warning.
    pub warnings: Vec<String>,
}

/// An execution to start.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// The changes that caused it, in order. They are what makes it one and the same firing.
    pub causes: Vec<StateChange>,
    /// Id and type of the trigger, and its variables.
    pub origin: Origin,
    /// As rendered: they are neither converted nor checked.
    pub inputs: Map,
    /// What is added to the labels of the flow.
    pub labels: Pairs,
    /// The execution is created as one that failed, with this reason.
    pub failure: Option<Failure>,
}

impl Firing {
    /// The same text for the same causes, whatever else has changed.
    pub fn identity(&self) -> String {
        let mut text = String::new();
        for cause in &self.causes {
            let separator = if text.is_empty() { "" } else { "," };
            let written = write!(text, "{separator}{}.{}", cause.execution, cause.change);
            debug_assert!(written.is_ok(), "a String takes everything");
        }
        text
    }
}

impl Decision {
    pub(super) fn nothing(verdict: Verdict) -> Self {
        Self { verdict, ..Self::default() }
    }

    #[must_use]
    pub(super) fn warned(mut self, warning: Option<String>) -> Self {
        self.warnings.extend(warning);
        self
    }
}
