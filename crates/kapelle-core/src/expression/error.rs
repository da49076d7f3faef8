//! Why an expression has no value, for a program (the category) and for a person (everything else).

use std::ops::Range;
use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::Problem;

/// What the evaluation of anything gives. The error is boxed, so that passing values on stays cheap.
pub type Outcome<T = Value> = Result<T, Box<Error>>;

/// What kind of failure it is. Only [`Category::Undefined`] is caught by `??`, `default` and `is defined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// The template does not parse.
    Syntax,
    /// A variable, attribute or index does not exist, or an attribute of null was read.
    Undefined,
    UnknownFunction,
    UnknownFilter,
    UnknownTest,
    /// An argument is missing, unknown, surplus or has a wrong value or type.
    Argument,
    /// The operand or input has a type that is not supported.
    Type,
    /// Null where a value is required.
    NullValue,
    /// Text that cannot be parsed or decoded.
    InvalidInput,
    /// More work, memory, output or nesting than allowed.
    Limit,
    /// A file, key, secret or flow does not exist.
    NotFound,
    /// Refused in this place or for this path.
    Forbidden,
    /// A remote call failed.
    Io,
}

impl Category {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Undefined => "undefined",
            Self::UnknownFunction => "unknown_function",
            Self::UnknownFilter => "unknown_filter",
            Self::UnknownTest => "unknown_test",
            Self::Argument => "argument",
            Self::Type => "type",
            Self::NullValue => "null_value",
            Self::InvalidInput => "invalid_input",
            Self::Limit => "limit",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::Io => "io",
        }
    }
}

/// Why an expression has no value. No secret may get into its texts: values are shown with
/// [`describe`](super::form::describe), which masks them.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    pub category: Category,
    /// What is wrong, in one sentence, with the values. For undefined names just the name.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The smallest part of the template that is wrong, in bytes. Set where the part is evaluated.
    pub range: Option<Range<usize>>,
    /// The template it happened in, without secrets; set by the one that was rendered.
    pub template: Option<Arc<str>>,
    /// What an undefined name was looked up in, for a suggestion; the context if nothing.
    pub(super) container: Option<Value>,
    /// Undefined, but out of reach for `??` and its like.
    pub(super) sealed: bool,
}

impl Error {
    pub fn new(category: Category, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            category,
            message: message.into(),
            help: None,
            range: None,
            template: None,
            container: None,
            sealed: false,
        })
    }

    pub fn argument(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::Argument, message)
    }

    pub fn wrong_type(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::Type, message)
    }

    pub fn null(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::NullValue, message)
    }

    pub fn invalid(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::InvalidInput, message)
    }

    pub fn limit(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::Limit, message)
    }

    pub fn not_found(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::NotFound, message)
    }

    pub fn forbidden(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::Forbidden, message)
    }

    pub fn io(message: impl Into<String>) -> Box<Self> {
        Self::new(Category::Io, message)
    }

    #[must_use]
    pub fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }

    /// Says where it happened, unless a smaller part has said so before.
    #[must_use]
    pub fn at(mut self: Box<Self>, range: Range<usize>) -> Box<Self> {
        self.range.get_or_insert(range);
        self
    }

    /// Whether `??`, `default` and `is defined` catch it.
    pub fn is_undefined(&self) -> bool {
        self.category == Category::Undefined && !self.sealed
    }

    /// Nothing was found under this name.
    pub(super) fn undefined(name: impl Into<String>, container: Option<Value>) -> Box<Self> {
        let mut error = Self::new(Category::Undefined, name);
        error.container = container;
        error
    }

    /// Why a text is no template. Of a text with secrets nothing is told.
    pub fn unreadable(problem: &Problem, template: &Text) -> Box<Self> {
        let mut error = if template.has_secret() {
            Self::new(Category::Syntax, "a text that is secret is no template")
        } else {
            Self::new(Category::Syntax, problem.message.as_str()).at(problem.range.clone())
        };
        error.template = Some(template.masked().into());
        error
    }

    /// Hides an undefined name from `??` and its like: it happened inside of something larger.
    #[must_use]
    pub(super) fn seal(mut self: Box<Self>) -> Box<Self> {
        self.sealed = true;
        self
    }
}
