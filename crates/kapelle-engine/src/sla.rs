//! Service level agreements: what a flow promises of its executions, and whether a promise is kept.
//!
//! An agreement is known by its place in the flow. What becomes of an execution that breaks one is decided where
//! executions take their steps.

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::form;
use kapelle_core::language::Language;
use kapelle_core::time::duration;
use kapelle_model::{Millis, Node, State};

use crate::conditions::words;
use crate::labels::{self, Pairs, SYSTEM};
use kapelle_core::property::{Property, is_truthy};

/// The agreements of a flow, in their order.
#[derive(Debug, Default)]
pub struct Agreements(Vec<Agreement>);

#[derive(Debug)]
pub struct Agreement {
    /// The place in `sla` of the flow, from 0.
    pub place: u32,
    pub id: String,
    pub promise: Promise,
    pub behavior: Behavior,
    /// What an execution gets that breaks it.
    pub labels: Pairs,
}

#[derive(Debug)]
pub enum Promise {
    /// It ends within so many milliseconds from its start; time in a queue or a pause counts.
    MaxDuration(i64),
    /// An expression is true as long as it runs.
    Assertion(Property),
}

/// What becomes of an execution that breaks an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behavior {
    Fail,
    Cancel,
    /// Nothing but its labels.
    None,
}

/// An agreement that is broken.
#[derive(Clone, Debug)]
pub struct Violation<'a> {
    pub agreement: &'a Agreement,
    pub reason: String,
}

/// What a look at all assertions has found.
#[derive(Clone, Debug, Default)]
pub struct Watched<'a> {
    /// Each is told; the first one acts.
    pub violations: Vec<Violation<'a>>,
    /// Warnings about assertions that could not be answered; they count as held.
    pub ignored: Vec<String>,
}

impl Behavior {
    /// The state that the execution gets.
    pub const fn state(self) -> Option<State> {
        match self {
            Self::Fail => Some(State::Failed),
            Self::Cancel => Some(State::Cancelled),
            Self::None => None,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "FAIL" => Some(Self::Fail),
            "CANCEL" => Some(Self::Cancel),
            "NONE" => Some(Self::None),
            _ => None,
        }
    }
}

impl Agreements {
    /// Reads `sla` of a flow. What is wrong is told by the checks and left out here; the others keep their places.
    pub fn read(node: Option<&Node>, language: Language) -> Self {
        let nodes = node.map_or(&[][..], Node::items).iter();
        Self((0..).zip(nodes).filter_map(|(place, node)| Agreement::read(place, node, language)).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Agreement> {
        self.0.iter()
    }

    /// The agreement at a place of the flow.
    pub fn at(&self, place: u32) -> Option<&Agreement> {
        self.0.iter().find(|agreement| agreement.place == place)
    }

    /// The moments at which an execution with this start has to be over, with the places of the agreements.
    pub fn deadlines(&self, start: Millis) -> impl Iterator<Item = (u32, Millis)> {
        self.0.iter().filter_map(move |agreement| Some((agreement.place, agreement.deadline(start)?)))
    }

    /// Looks at all assertions, with the variables of the execution.
    pub fn watch(&self, environment: Environment<'_>) -> Watched<'_> {
        let mut watched = Watched::default();
        for agreement in &self.0 {
            match agreement.broken(environment) {
                Ok(violation) => watched.violations.extend(violation),
                Err(reason) => watched
                    .ignored
                    .push(format!("Ignoring SLA '{}' because of the error: {reason}", agreement.id)),
            }
        }
        watched
    }
}

impl Agreement {
    fn read(place: u32, node: &Node, language: Language) -> Option<Self> {
        let text = |name: &str| node.get(name).and_then(Node::scalar_text);
        let promise = match text("type")?.as_str() {
            "MAX_DURATION" => {
                let duration = duration::parse(&text("duration")?).ok()?;
                Promise::MaxDuration(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
            }
            "EXECUTION_ASSERTION" => {
                let assertion = node.get("assert").filter(|node| !node.is_null())?;
                Promise::Assertion(Property::read(assertion, language))
            }
            _ => return None,
        };
        let own = labels::read(node.get("labels")).into_iter();
        let own = own.filter(|(key, _)| !key.starts_with(SYSTEM));
        Some(Self {
            place,
            id: text("id").unwrap_or_default(),
            promise,
            behavior: Behavior::from_name(&text("behavior")?)?,
            labels: own.map(|(key, value)| (key.into(), value.into())).collect(),
        })
    }

    /// When an execution with this start has to be over.
    pub fn deadline(&self, start: Millis) -> Option<Millis> {
        match self.promise {
            Promise::MaxDuration(millis) => Some(start.plus(millis)),
            Promise::Assertion(_) => None,
        }
    }

    /// The violation by an execution that is not over at its deadline.
    pub fn overdue(&self) -> Option<Violation<'_>> {
        match self.promise {
            Promise::MaxDuration(millis) => {
                let longest = duration::format(jiff::SignedDuration::from_millis(millis));
                let reason = format!("the execution takes longer than {longest}");
                Some(Violation { agreement: self, reason })
            }
            Promise::Assertion(_) => None,
        }
    }

    fn broken(&self, environment: Environment<'_>) -> Result<Option<Violation<'_>>, String> {
        let Promise::Assertion(assertion) = &self.promise else { return Ok(None) };
        let text = assertion.render_text(environment).map_err(|error| words(&error))?;
        let reason = || format!("`assert` gives `{}`, which is false", form::short(&text.masked()));
        Ok((!is_truthy(text.expose())).then(|| Violation { agreement: self, reason: reason() }))
    }
}

impl Violation<'_> {
    /// The line for the log of the execution; a warning.
    pub fn message(&self) -> String {
        format!("SLA '{}' violated: {}", self.agreement.id, self.reason)
    }
}

#[cfg(test)]
mod tests;
