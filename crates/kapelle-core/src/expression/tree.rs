//! A parsed template: statements that write, and the expressions in them.
//!
//! Expressions lie in one list and name each other by index. What is folded from the left (operators, filters, accesses)
//! is a list of links behind a first operand instead of a nesting, so that a long expression is not a deep one. Names
//! and texts are ranges of the source.

use std::sync::Arc;

use kapelle_model::{Span, Value};

use super::builtin::Builtin;
use super::token::Operator;

/// The index of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) u32);

#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) body: Body,
    /// Children come before their parents.
    pub(super) nodes: Vec<Node>,
    pub(super) macros: Vec<Macro>,
    pub(super) blocks: Vec<Block>,
}

impl Tree {
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

pub(super) type Body = Vec<Statement>;

#[derive(Debug)]
pub(super) enum Statement {
    /// Text to copy.
    Text(Span),
    /// The body of a raw block, between its tags.
    Raw {
        body: Span,
        whole: Span,
    },
    Print(Id),
    If {
        branches: Vec<(Option<Id>, Body)>,
        otherwise: Body,
    },
    For {
        name: Span,
        items: Option<Id>,
        body: Body,
        otherwise: Option<Body>,
    },
    Set {
        name: Span,
        value: Id,
    },
    /// Where a macro is defined; it writes nothing.
    Macro(usize),
    Block(usize),
    Filter {
        links: Vec<Link>,
        body: Body,
    },
    /// A print or tag that could not be read to its end, with the expressions that were.
    Broken {
        first: u32,
        end: u32,
    },
}

#[derive(Debug)]
pub(super) struct Macro {
    pub(super) name: Span,
    pub(super) parameters: Vec<(Span, Option<Id>)>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) name: Arc<str>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) expression: Expression,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum Expression {
    Literal(Value),
    /// A variable; its name is the span.
    Name,
    /// A function or macro.
    Call(Site),
    List(Vec<Id>),
    Map(Vec<(Id, Id)>),
    /// A string with `#{…}` in it.
    Interpolated(Vec<Part>),
    Access {
        base: Id,
        steps: Vec<Step>,
    },
    Chain {
        first: Id,
        links: Vec<Link>,
    },
    Ternary {
        condition: Id,
        then: Id,
        otherwise: Id,
    },
}

impl Expression {
    /// Visits the expressions directly below.
    pub(super) fn children(&self, visit: &mut impl FnMut(Id)) {
        let visit_all = |arguments: &[Argument], visit: &mut dyn FnMut(Id)| {
            for argument in arguments {
                visit(argument.value);
            }
        };
        match self {
            Self::Literal(_) | Self::Name => {}
            Self::Call(site) => visit_all(&site.arguments, visit),
            Self::List(items) => items.iter().for_each(|id| visit(*id)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                visit(*key);
                visit(*value);
            }),
            Self::Interpolated(parts) => parts.iter().for_each(|part| {
                if let Part::Expression(id) = part {
                    visit(*id);
                }
            }),
            Self::Access { base, steps } => {
                visit(*base);
                for step in steps {
                    match &step.kind {
                        StepKind::Dynamic(id) => visit(*id),
                        StepKind::Method { arguments, .. } => visit_all(arguments, visit),
                        StepKind::Name { .. } | StepKind::Item(_) => {}
                    }
                }
            }
            Self::Chain { first, links } => {
                visit(*first);
                for link in links {
                    match &link.kind {
                        LinkKind::Unary(_) => {}
                        LinkKind::Binary(_, id) => visit(*id),
                        LinkKind::Filter(site) | LinkKind::Test { site, .. } => {
                            visit_all(&site.arguments, visit);
                        }
                    }
                }
            }
            Self::Ternary { condition, then, otherwise } => {
                visit(*condition);
                visit(*then);
                visit(*otherwise);
            }
        }
    }
}

#[derive(Debug)]
pub(super) enum Part {
    Text(Value),
    Expression(Id),
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) kind: StepKind,
    /// The name or index, quotes included, brackets not.
    pub(super) span: Span,
    /// Where the step ends.
    pub(super) end: u32,
}

#[derive(Debug)]
pub(super) enum StepKind {
    Name { name: Arc<str>, dotted: bool },
    Item(i64),
    Dynamic(Id),
    Method { name: Arc<str>, arguments: Vec<Argument> },
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) kind: LinkKind,
    /// The operator, or the name of the filter or test.
    pub(super) span: Span,
    /// Where the link ends.
    pub(super) end: u32,
}

#[derive(Debug)]
pub(super) enum LinkKind {
    /// `not`, `+` or `-` before everything so far.
    Unary(Operator),
    Binary(Operator, Id),
    Filter(Site),
    Test {
        negated: bool,
        site: Site,
    },
}

/// A call of a filter, function or test.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) name: Span,
    /// Looked up once; what does not exist is an error only when it is called.
    pub(super) builtin: Option<&'static Builtin>,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Option<Span>,
    pub(super) value: Id,
    /// The value as written, with its parentheses.
    pub(super) span: Span,
}
