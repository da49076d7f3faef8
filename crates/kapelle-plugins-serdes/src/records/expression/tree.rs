//! An expression that was read.

use std::sync::Arc;

use kapelle_model::Value;

use super::functions::Function;

/// A part of an expression, with the place of its text.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Literal(Value),
    Path(Root, Vec<Step>),
    Not(Box<Node>),
    Negative(Box<Node>),
    /// Operators of one level, from left to right. A chain is no deeper for being long.
    Chain(Box<Node>, Vec<Link>),
    Call(&'static Function, Vec<Node>),
    /// The first of these that is something.
    Coalesce(Vec<Node>),
    /// What the aggregate with this number came to.
    Aggregated(usize),
}

#[derive(Debug)]
pub(super) enum Root {
    Field(Arc<str>),
    /// A whole record of several that stand side by side, from 0.
    Input(usize),
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: usize,
    pub(super) what: StepWhat,
}

#[derive(Debug)]
pub(super) enum StepWhat {
    Field(Arc<str>),
    Item(usize),
    /// All items: what follows is done with each of them.
    Each,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) at: usize,
    pub(super) what: LinkWhat,
}

#[derive(Debug)]
pub(super) enum LinkWhat {
    Binary(Operator, Node),
    In(Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A function over all records of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::records) enum Aggregator {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
    First,
    Last,
}

/// A call of such a function, with what it looks at in each record. Only a count may look at nothing.
#[derive(Debug)]
pub(super) struct Aggregated {
    pub(super) aggregator: Aggregator,
    pub(super) argument: Option<Node>,
}

/// What is wrong, and where.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) reason: String,
}

impl Problem {
    pub(super) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }
}
