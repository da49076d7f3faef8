//! An expression that was read.

use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Value;

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Literal(Value),
    Regex(Arc<Pattern>),
    /// A field of what is looked at.
    Name(String),
    /// `*` and `**`.
    Wildcard,
    Descendants,
    /// `$x`; `$` has no name, `$$` is called `$`.
    Variable(String),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Path {
        steps: Vec<Step>,
        keeps_list: bool,
    },
    List(Vec<Expression>),
    /// `[1..3]` within a list.
    Range(Box<Expression>, Box<Expression>),
    Map(Vec<(Expression, Expression)>),
    Group(Box<Expression>, Vec<(Expression, Expression)>),
    Block(Vec<Expression>),
    Bind(String, Box<Expression>),
    Condition(Box<Expression>, Box<Expression>, Option<Box<Expression>>),
    Call(Box<Expression>, Vec<Expression>),
    Lambda(Arc<Lambda>),
    /// `value ~> $function`
    Apply(Box<Expression>, Box<Expression>),
    /// `?` among the arguments of a call.
    Placeholder,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) what: Expression,
    pub(super) stages: Vec<Stage>,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// `[…]`
    Filter(Expression),
    /// `^(…)`, with whether each goes downwards. It orders everything that was found so far.
    Sort(Vec<(Expression, bool)>),
}

#[derive(Debug)]
pub(super) struct Lambda {
    pub(super) parameters: Vec<String>,
    pub(super) body: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Concat,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    And,
    Or,
    /// `?:`, the left side if it is true.
    Elvis,
    /// `??`, the left side if it is there.
    Coalesce,
}
