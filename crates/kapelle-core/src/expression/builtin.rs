//! Filters, functions and tests: the table of them, and what each is given when it is called.
//!
//! One file of `builtin/` for each group. An entry of the table is also the reference page, the completion and the hover
//! of an editor, and its example is a test.

mod calendar;
mod checks;
pub(super) mod collections;
mod context;
mod dates;
mod encoding;
mod files;
mod flows;
mod http;
mod ion;
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
mod text;
pub(in crate::expression) mod yaml;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use kapelle_model::{Text, Value};

use super::error::{Error, Outcome};
use super::form;
use super::run::Run;
use crate::language::Language;

pub(super) use encoding::base64::decode as decode_base64;
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

/// Calls a builtin with arguments that are bound already, and sees to the secrecy of its result.
pub(super) fn invoke(
    builtin: &'static Builtin,
    mut input: Value,
    mut arguments: Vec<Option<Value>>,
    run: &mut Run<'_>,
) -> Outcome {
    run.step(1)?;
    let mut is_secret = false;
    for value in std::iter::once(&mut input).chain(arguments.iter_mut().flatten()) {
        if run.inspect(value)? && builtin.secrecy == Secrecy::Whole {
            is_secret = true;
            *value = exposed(value);
        }
    }
    let result = (builtin.call)(&mut Call { builtin, input, arguments, run });
    match result {
        Ok(value) if is_secret => Ok(value.into_secret()),
        // What the function says about its values must not tell what is secret in them.
        Err(error) if is_secret && !error.is_undefined() => {
            let mut hidden = Error::new(
                error.category,
                format!("the {} `{}` failed; its values are secret", builtin.kind.word(), builtin.name),
            );
            hidden.help = Some(format!("the kind of failure is `{}`", error.category.word()));
            Err(hidden)
        }
        other => other,
    }
}

/// What is wrong with an argument that no parameter takes, and what to do.
pub(super) fn surplus(what: &str, names: &[&str], argument: Option<&str>) -> (String, String) {
    let message = match argument {
        Some(name) => format!("the {what} has no argument `{name}`"),
        None => format!("the {what} takes at most {} arguments", names.len()),
    };
    let help = match names.len() {
        0 => "it takes no arguments".to_owned(),
        _ => format!("its arguments are {}", names.join(", ")),
    };
    (message, help)
}

/// The value without any mark of secrecy.
pub fn exposed(value: &Value) -> Value {
    match value {
        Value::Secret(inner) => exposed(inner),
        Value::Str(text) if text.has_secret() => Value::from(text.expose()),
        Value::List(items) => Value::List(Arc::new(items.iter().map(exposed).collect())),
        Value::Map(map) => {
            Value::Map(Arc::new(map.iter().map(|(key, value)| (Arc::clone(key), exposed(value))).collect()))
        }
        other => other.clone(),
    }
}

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
    pub call: fn(&mut Call<'_, '_>) -> Outcome,
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

/// Why arguments do not fit, and which of them; none if one is missing.
pub struct Misfit {
    pub argument: Option<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl Builtin {
    /// Looks at arguments before they have values: `None` stands for one without a name.
    pub fn misfit(&self, arguments: &[Option<&str>]) -> Option<Misfit> {
        let Parameters::Named(parameters @ [_, ..]) = self.parameters else { return None };
        let position = |index: usize, name: &Option<&str>| match name {
            None => Some(index).filter(|index| *index < parameters.len()),
            Some(name) => parameters.iter().position(|parameter| parameter.name == *name),
        };
        let mut is_given = vec![false; parameters.len()];
        for (index, name) in arguments.iter().enumerate() {
            let Some(at) = position(index, name) else {
                let what = format!("{} `{}`", self.kind.word(), self.name);
                let names: Vec<_> = parameters.iter().map(|parameter| parameter.name).collect();
                let (message, help) = surplus(&what, &names, *name);
                return Some(Misfit { argument: Some(index), message, help: Some(help) });
            };
            is_given[at] = true;
        }
        let is_missing = |at: usize| !is_given[at] && parameters[at].default == Default::Required;
        let missing = (0..parameters.len()).find(|at| is_missing(*at))?;
        let message = self.expects(parameters[missing].name);
        Some(Misfit { argument: None, message, help: None })
    }

    /// Kestra's words for a missing argument.
    fn expects(&self, parameter: &str) -> String {
        format!("The '{}' {} expects an argument '{parameter}'.", self.name, self.kind.word())
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

/// A call with its values.
pub struct Call<'c, 'e> {
    pub builtin: &'static Builtin,
    /// What stands left of `|` or `is`; null for functions.
    pub input: Value,
    /// By the names of the parameters, or all there are.
    pub(super) arguments: Vec<Option<Value>>,
    pub run: &'c mut Run<'e>,
}

impl Call<'_, '_> {
    /// The input, taken out.
    pub fn take_input(&mut self) -> Value {
        std::mem::take(&mut self.input)
    }

    /// An argument that was given, be it null.
    pub fn argument(&self, index: usize) -> Option<&Value> {
        self.arguments.get(index).and_then(Option::as_ref)
    }

    /// An argument that was given and is not null.
    pub fn given(&self, index: usize) -> Option<&Value> {
        self.argument(index).filter(|value| !matches!(value, Value::Null))
    }

    /// All arguments of a call without parameter names.
    pub fn all(&self) -> impl Iterator<Item = &Value> {
        self.arguments.iter().flatten()
    }

    pub fn required(&self, index: usize) -> Outcome<&Value> {
        self.given(index).ok_or_else(|| Error::argument(self.builtin.expects(&self.parameter(index))))
    }

    /// A required argument that has to be text.
    pub fn required_text(&self, index: usize) -> Outcome<&Text> {
        match self.required(index)? {
            Value::Str(text) => Ok(text),
            other => Err(self.wrong_argument(index, "text", other)),
        }
    }

    /// An argument that has to be text if it is given.
    pub fn given_text(&self, index: usize) -> Outcome<Option<&Text>> {
        match self.given(index) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong_argument(index, "text", other)),
        }
    }

    /// An argument that has to be an integer if it is given.
    pub fn given_integer(&self, index: usize) -> Outcome<Option<i64>> {
        match self.given(index) {
            None => Ok(None),
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(other) => Err(self.wrong_argument(index, "an integer", other)),
        }
    }

    pub fn required_integer(&self, index: usize) -> Outcome<i64> {
        self.required(index)?;
        Ok(self.given_integer(index)?.unwrap_or_default())
    }

    /// The input, which has to be text.
    pub fn input_text(&self) -> Outcome<&Text> {
        match &self.input {
            Value::Str(text) => Ok(text),
            other => Err(self.wrong_input("text", other)),
        }
    }

    /// The error for an argument of the wrong kind.
    pub fn wrong_argument(&self, index: usize, expected: &str, found: &Value) -> Box<Error> {
        Error::argument(format!(
            "the argument '{}' of the {} `{}` has to be {expected}, not {}",
            self.parameter(index),
            self.builtin.kind.word(),
            self.builtin.name,
            form::describe(found)
        ))
    }

    /// The error for an input of the wrong kind.
    pub fn wrong_input(&self, expected: &str, found: &Value) -> Box<Error> {
        let message = format!(
            "the {} `{}` takes {expected}, not {}",
            self.builtin.kind.word(),
            self.builtin.name,
            form::describe(found)
        );
        match found {
            Value::Null => Error::null(message),
            _ => Error::wrong_type(message),
        }
    }

    fn parameter(&self, index: usize) -> String {
        match self.builtin.parameters {
            Parameters::Named(names) if index < names.len() => names[index].name.to_owned(),
            _ => (index + 1).to_string(),
        }
    }
}

#[cfg(test)]
pub(super) mod testing;
