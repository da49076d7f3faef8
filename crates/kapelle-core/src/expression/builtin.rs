//! Filters, functions and tests: the table of them. How they are called is in `call`.
//!
//! One file of `builtin/` for each group. An entry of the table is also the reference page, the completion and the hover
//! of an editor, and its example is a test.

mod calendar;
mod call;
mod checks;
pub(super) mod collections;
mod context;
mod dates;
mod encoding;
mod files;
mod flows;
mod http;
pub(in crate::expression) mod ion;
mod java;
mod jq;
pub(in crate::expression) mod json;
mod kv;
pub(super) mod numbers;
mod origin;
mod patterns;
mod random;
mod rendering;
mod secrets;
pub(super) mod text;
pub(in crate::expression) mod yaml;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::error::Outcome;
use crate::language::Language;

pub use call::{Call, Misfit, exposed};
pub(super) use call::{invoke, surplus};
pub(super) use encoding::base64::{decode as decode_base64, encode as encode_base64};
pub(super) use json::parse_json;
pub(super) use origin::with_parents;

/// All there are, by group.
pub const GROUPS: &[(&str, &[Builtin])] = &[
    ("calendar", calendar::BUILTINS),
    ("checks", checks::BUILTINS),
    ("collections", collections::BUILTINS),
    ("context", context::BUILTINS),
    ("dates", dates::BUILTINS),
    ("encoding", encoding::BUILTINS),
    ("files", files::BUILTINS),
    ("flows", flows::BUILTINS),
    ("http", http::BUILTINS),
    ("ion", ion::BUILTINS),
    ("java", java::BUILTINS),
    ("jq", jq::BUILTINS),
    ("json", json::BUILTINS),
    ("kv", kv::BUILTINS),
    ("numbers", numbers::BUILTINS),
    ("patterns", patterns::BUILTINS),
    ("random", random::BUILTINS),
    ("rendering", rendering::BUILTINS),
    ("secrets", secrets::BUILTINS),
    ("text", text::BUILTINS),
    ("yaml", yaml::BUILTINS),
];

static BY_NAME: LazyLock<HashMap<(Kind, &str), &Builtin>> = LazyLock::new(|| {
    let all = GROUPS.iter().flat_map(|(_, builtins)| builtins.iter());
    all.map(|builtin| ((builtin.kind, builtin.name), builtin)).collect()
});

/// Finds a filter, function or test, whatever the level.
pub fn find(kind: Kind, name: &str) -> Option<&'static Builtin> {
    BY_NAME.get(&(kind, name)).copied()
}

/// The names of all builtins of a kind.
pub fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    let all = GROUPS.iter().flat_map(|(_, builtins)| builtins.iter());
    all.filter(move |builtin| builtin.kind == kind).map(|builtin| builtin.name)
}

/// What a builtin does.
pub type Body = fn(&mut Call<'_, '_>) -> Outcome;

/// One filter, function or test.
#[derive(Debug)]
pub struct Builtin {
    pub kind: Kind,
    pub name: &'static str,
    pub parameters: Parameters,
    /// One sentence for somebody who looks for it.
    pub summary: &'static str,
    /// A template and what it gives; no result if that differs from time to time or needs services.
    pub example: (&'static str, Option<&'static str>),
    pub secrecy: Secrecy,
    /// The levels that have it.
    pub levels: Levels,
    pub call: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Filter,
    Function,
    Test,
}

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Function => "function",
            Self::Test => "test",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Parameters {
    /// Names that arguments are matched with, in order. Without any, arguments are ignored as in Kestra.
    Named(&'static [Parameter]),
    /// Any number of arguments, without names.
    Any,
}

#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub default: Default,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    Required,
    /// As it is written in an expression, for people; the function itself decides.
    Is(&'static str),
}

/// Who sees to it that what comes out of a secret stays secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// The call sees plain values; its result is secret as a whole if any of them was.
    Whole,
    /// The function is given the values as they are and marks its result itself.
    Own,
}

/// The language levels that know a name. What 2.x added is offered at both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levels {
    Both,
    /// Removed in 2.0.
    One,
}

impl Builtin {
    /// A filter of both levels without parameters.
    const fn filter(name: &'static str, summary: &'static str, call: Body) -> Self {
        let (kind, parameters) = (Kind::Filter, Parameters::Named(&[]));
        let (secrecy, levels) = (Secrecy::Whole, Levels::Both);
        Self { kind, name, parameters, summary, example: ("", None), secrecy, levels, call }
    }

    /// As [`Builtin::filter`], for a function.
    const fn function(name: &'static str, summary: &'static str, call: Body) -> Self {
        Self { kind: Kind::Function, ..Self::filter(name, summary, call) }
    }

    /// As [`Builtin::filter`], for a test. What it says is never secret.
    const fn test(name: &'static str, summary: &'static str, call: Body) -> Self {
        Self { kind: Kind::Test, secrecy: Secrecy::Own, ..Self::filter(name, summary, call) }
    }

    const fn takes(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters: Parameters::Named(parameters), ..self }
    }

    const fn takes_anything(self) -> Self {
        Self { parameters: Parameters::Any, ..self }
    }

    /// An example that always gives the same.
    const fn gives(self, template: &'static str, result: &'static str) -> Self {
        Self { example: (template, Some(result)), ..self }
    }

    /// An example whose result differs from time to time or needs services.
    const fn shown(self, template: &'static str) -> Self {
        Self { example: (template, None), ..self }
    }

    /// Marks what is secret in its result itself.
    const fn keeps_marks(self) -> Self {
        Self { secrecy: Secrecy::Own, ..self }
    }

    const fn removed_in_two(self) -> Self {
        Self { levels: Levels::One, ..self }
    }

    pub fn exists_at(&self, language: Language) -> bool {
        self.levels == Levels::Both || language == Language::One
    }
}

pub const fn required(name: &'static str) -> Parameter {
    Parameter { name, default: Default::Required }
}

pub const fn optional(name: &'static str, default: &'static str) -> Parameter {
    Parameter { name, default: Default::Is(default) }
}

#[cfg(test)]
pub(super) mod testing;
