//! A parsed program: its terms in one list, pointing at each other by number, so that no depth of theirs is a danger.

use std::collections::HashMap;
use std::sync::Arc;

use super::natives::Native;
use super::value::Json;

/// The place of a term. Those of the standard definitions come first.
pub(super) type Id = u32;

/// A name of a variable, function, parameter or label.
pub(super) type Name = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug)]
pub(super) enum Term {
    Identity,
    Empty,
    Literal(Json),
    Variable(Name),
    Pipe(Id, Id),
    Comma(Id, Id),
    Index {
        target: Id,
        key: Id,
    },
    Slice {
        target: Id,
        from: Id,
        to: Id,
    },
    Iterate(Id),
    Negate(Id),
    Binary(Operator, Id, Id),
    And(Id, Id),
    Or(Id, Id),
    Alternative(Id, Id),
    If {
        condition: Id,
        then: Id,
        otherwise: Id,
    },
    Try {
        body: Id,
        handler: Option<Id>,
    },
    /// The second if the first fails, both with the same input.
    Either(Id, Id),
    Bind {
        source: Id,
        name: Name,
        body: Id,
    },
    Reduce {
        source: Id,
        name: Name,
        start: Id,
        update: Id,
    },
    Foreach {
        source: Id,
        name: Name,
        start: Id,
        update: Id,
        extract: Id,
    },
    Label {
        name: Name,
        body: Id,
    },
    Break(Name),
    Collect(Id),
    Object(Vec<(Id, Id)>),
    Interpolate {
        format: Option<Arc<str>>,
        pieces: Vec<Piece>,
    },
    Format(Arc<str>),
    Define {
        function: Arc<Function>,
        rest: Id,
    },
    Call {
        name: Name,
        arguments: Vec<Id>,
    },
    /// A parameter that is not a variable.
    Parameter(Name),
    Global {
        function: usize,
        arguments: Vec<Id>,
    },
    Native {
        native: Native,
        arguments: Vec<Id>,
    },
    Path(Id),
    GetPath(Id),
    Assign {
        paths: Id,
        value: Id,
    },
    Update {
        paths: Id,
        update: Id,
    },
    Range(Id, Id),
    Limit(Id, Id),
}

#[derive(Debug)]
pub(super) enum Piece {
    Text(Arc<str>),
    Term(Id),
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: Name,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Id,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: Name,
    pub(super) is_variable: bool,
}

/// A program, or the standard definitions.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) terms: Vec<Term>,
    /// The number of the first of its terms.
    pub(super) first: Id,
    pub(super) root: Id,
    /// The functions that every program knows; only the standard definitions have some.
    pub(super) functions: Vec<Arc<Function>>,
    pub(super) by_name: HashMap<(String, usize), usize>,
}
