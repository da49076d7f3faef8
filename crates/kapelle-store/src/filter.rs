//! Which executions are meant.
//!
//! [`Filter::matches`] is what it means. Backends find the same rows in their own way, and the contract compares them.

use std::collections::BTreeSet;

use kapelle_model::execution::Kind;
use kapelle_model::permit::is_under;
use kapelle_model::time::Millis;
use kapelle_model::{ExecutionId, State, Value};
use regex::Regex;

use crate::listing::Header;

/// Conditions that all have to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub all: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// At least one of them holds.
    Any(Vec<Filter>),
    /// Id, namespace or flow contain a text, whatever its case; or none of them does.
    Query {
        text: String,
        is_contained: bool,
    },
    Namespace(Test),
    Flow(Test),
    State(BTreeSet<State>),
    Kind(Vec<Kind>),
    /// The value of a label. One that is not there has no text.
    Label {
        key: String,
        test: Test,
    },
    /// When it was created.
    Started(Range),
    /// When it ended; what is open did not.
    Ended(Range),
    /// Whether a task run of another execution waits for it.
    HasParent(bool),
    /// It was started by a task run of this execution.
    Parent(ExecutionId),
    /// The id of the execution that its trigger tells of.
    TriggerExecution(Test),
    /// It is not over, and one of these words says why it does not move.
    Waiting(BTreeSet<String>),
}

/// A question about a text.
#[derive(Clone, Debug)]
pub enum Test {
    Is(String),
    IsNot(String),
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    /// The namespace itself, or anything under it.
    Under(String),
    /// The whole text; always in linear time.
    Matches(Regex),
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first moment that belongs to it.
    pub from: Option<Millis>,
    /// The first moment that does not belong to it any more.
    pub until: Option<Millis>,
}

impl Filter {
    pub fn of(all: impl IntoIterator<Item = Condition>) -> Self {
        Self { all: all.into_iter().collect() }
    }

    pub fn matches(&self, header: &Header) -> bool {
        self.all.iter().all(|condition| condition.matches(header))
    }
}

impl Condition {
    pub fn matches(&self, header: &Header) -> bool {
        let Header { birth, head } = header;
        match self {
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(header)),
            Self::Query { text, is_contained } => {
                let text = text.to_lowercase();
                let contains = |field: &str| field.to_lowercase().contains(&text);
                let id = birth.id.to_string();
                [&id, &*birth.namespace, &*birth.flow].into_iter().any(contains) == *is_contained
            }
            Self::Namespace(test) => test.holds(Some(&birth.namespace)),
            Self::Flow(test) => test.holds(Some(&birth.flow)),
            Self::State(states) => states.contains(&head.history.current()),
            Self::Kind(kinds) => kinds.contains(&birth.kind),
            Self::Label { key, test } => test.holds(header.label(key)),
            Self::Started(range) => range.contains(head.history.started()),
            Self::Ended(range) => {
                let is_over = head.history.current().is_terminal();
                head.history.ended().is_some_and(|ended| is_over && range.contains(ended))
            }
            Self::HasParent(has) => birth.parent.is_some() == *has,
            Self::Parent(id) => birth.parent.is_some_and(|parent| parent.execution == *id),
            Self::TriggerExecution(test) => test.holds(header.trigger_execution()),
            Self::Waiting(words) => {
                let waiting = head.waiting.as_ref().filter(|_| !head.history.current().is_terminal());
                waiting.is_some_and(|waiting| words.contains(waiting.cause.word()))
            }
        }
    }
}

impl Test {
    /// Whether it holds for a text, or for there being none.
    pub fn holds(&self, text: Option<&str>) -> bool {
        match (self, text) {
            (Self::IsNot(other), text) => text != Some(other),
            (Self::NotIn(others), text) => text.is_none_or(|text| !others.contains(text)),
            (_, None) => false,
            (Self::Is(other), Some(text)) => text == other,
            (Self::In(others), Some(text)) => others.contains(text),
            (Self::Contains(part), Some(text)) => text.contains(part),
            (Self::StartsWith(part), Some(text)) => text.starts_with(part),
            (Self::EndsWith(part), Some(text)) => text.ends_with(part),
            (Self::Under(root), Some(text)) => is_under(text, root),
            (Self::Matches(pattern), Some(text)) => {
                pattern.find(text).is_some_and(|found| found.len() == text.len())
            }
        }
    }
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Is(one), Self::Is(two))
            | (Self::IsNot(one), Self::IsNot(two))
            | (Self::Contains(one), Self::Contains(two))
            | (Self::StartsWith(one), Self::StartsWith(two))
            | (Self::EndsWith(one), Self::EndsWith(two))
            | (Self::Under(one), Self::Under(two)) => one == two,
            (Self::In(one), Self::In(two)) | (Self::NotIn(one), Self::NotIn(two)) => one == two,
            (Self::Matches(one), Self::Matches(two)) => one.as_str() == two.as_str(),
            _ => false,
        }
    }
}

impl Range {
    pub fn contains(self, moment: Millis) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.until.is_none_or(|until| moment < until)
    }
}

impl Header {
    pub fn label(&self, key: &str) -> Option<&str> {
        self.head.labels.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    /// The execution that its trigger tells of, if it tells of one.
    pub fn trigger_execution(&self) -> Option<&str> {
        match self.birth.origin.as_ref()?.variables.get("executionId")? {
            Value::Str(text) => Some(text.expose()),
            _ => None,
        }
    }
}
