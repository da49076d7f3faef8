//! The words of the expression language.

use std::borrow::Cow;

use kapelle_model::Span;

use crate::language::Language;

/// One token of a print or a tag; `start` and `end` are bytes of the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind<'a>,
    pub start: usize,
    pub end: usize,
}

impl Token<'_> {
    pub fn span(self) -> Span {
        Span::new(self.start as u32, self.end as u32)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    Name(&'a str),
    Operator(Operator),
    Integer(i64),
    Float,
    Literal(Literal<'a>),
    /// From the opening quote to the first `#{` of a string.
    Head,
    /// From the `}` of one interpolation to the `#{` of the next.
    Middle,
    /// From the `}` of the last interpolation to the closing quote.
    Tail,
    /// One of `( ) [ ] { } ? : . , =`.
    Punctuation(char),
    /// The closing delimiter of the print or tag, its dash included.
    End,
}

/// A string without interpolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal<'a> {
    /// As written, without the quotes.
    pub raw: &'a str,
    pub quote: char,
}

impl<'a> Literal<'a> {
    /// The value: only the enclosing quote can be escaped, every other backslash stays.
    pub fn value(self) -> Cow<'a, str> {
        // In Kestra a `#` alone switches to the path for interpolation, which leaves escapes as they are.
        let keeps_escapes = self.quote == '"' && self.raw.contains('#');
        if keeps_escapes || !self.raw.contains('\\') {
            return Cow::Borrowed(self.raw);
        }
        let escaped = if self.quote == '"' { "\\\"" } else { "\\'" };
        Cow::Owned(self.raw.replace(escaped, &escaped[1..]))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Is,
    IsNot,
    Contains,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    Filter,
    Concat,
    Range,
    /// `??`: for null and undefined.
    Coalesce,
    /// `???`: for undefined only.
    CoalesceUndefined,
    IsIn,
    /// The only one that never stands between two operands.
    Not,
}

impl Operator {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "and" => Self::And,
            "or" => Self::Or,
            "not" => Self::Not,
            "is" => Self::Is,
            "isIn" => Self::IsIn,
            "contains" => Self::Contains,
            "equals" => Self::Equal,
            _ => return None,
        })
    }

    /// How tightly it binds between two operands; `None` for `not`.
    pub fn level(self, language: Language) -> Option<u8> {
        Some(match self {
            Self::Range => 120,
            Self::Coalesce | Self::CoalesceUndefined | Self::IsIn => match language {
                Language::One => 120,
                Language::Two => 30,
            },
            Self::Concat => 110,
            Self::Filter => 100,
            Self::Times | Self::Divide | Self::Remainder => 60,
            Self::Plus | Self::Minus => 40,
            Self::Equal
            | Self::NotEqual
            | Self::Greater
            | Self::Less
            | Self::GreaterOrEqual
            | Self::LessOrEqual => 30,
            Self::Is | Self::IsNot | Self::Contains => 20,
            Self::And => 15,
            Self::Or => 10,
            Self::Not => return None,
        })
    }

    /// Whether it turns an undefined operand into an error that `??` and `default` do not catch.
    pub fn wraps_undefined(self) -> bool {
        matches!(self.level(Language::One), Some(30 | 40 | 60))
    }
}
