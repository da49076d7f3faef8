//! An expression that was read.

use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Value;

use super::signature::Signature;

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Literal(Value),
    Regex(Arc<Pattern>),
    /// A field of what is looked at.
    Name(String),
    /// `%`: what the item was found in. The label says which step of a path keeps it.
    Parent(Arc<str>),
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
    /// `| location | update, delete |`
    Transform(Arc<Transform>),
    /// `value ~> $function`
    Apply(Box<Expression>, Box<Expression>),
    /// `?` among the arguments of a call.
    Placeholder,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) what: Expression,
    pub(super) stages: Vec<Stage>,
    pub(super) names: Names,
}

impl Step {
    pub(super) fn new(what: Expression) -> Self {
        Self { what, stages: Vec::new(), names: Names::default() }
    }

    /// Whether what is found keeps something besides itself.
    pub(super) fn has_names(&self) -> bool {
        let Names { focus, index, parents, carries } = &self.names;
        focus.is_some()
            || index.is_some()
            || !parents.is_empty()
            || *carries
            || self.stages.iter().any(|stage| matches!(stage, Stage::Index(_)))
    }
}

/// What a step keeps under names for the steps behind it.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// `@$x`: the item, while the steps behind look at what this one looked at.
    pub(super) focus: Option<Arc<str>>,
    /// `#$i`: the place of the item.
    pub(super) index: Option<Arc<str>>,
    /// What the item was found in, for these `%`.
    pub(super) parents: Vec<Arc<str>>,
    /// Whether a path within this step keeps something for a `%` behind it.
    pub(super) carries: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// `[…]`
    Filter(Expression),
    /// `^(…)`, with whether each goes downwards. It orders everything that was found so far.
    Sort(Vec<(Expression, bool)>),
    /// `#$i` behind filters: the place among everything that was found.
    Index(Arc<str>),
}

#[derive(Debug)]
pub(super) struct Lambda {
    pub(super) parameters: Vec<String>,
    pub(super) signature: Option<Signature>,
    pub(super) body: Expression,
}

#[derive(Debug)]
pub(super) struct Transform {
    /// Where the maps are that change.
    pub(super) location: Expression,
    /// A map of what they get.
    pub(super) update: Expression,
    /// The keys that they lose.
    pub(super) delete: Option<Expression>,
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
