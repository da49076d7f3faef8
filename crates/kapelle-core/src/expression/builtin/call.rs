//! The call of a builtin: whether arguments fit it, what it is given, and how its result stays secret.

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::{Builtin, Default, Parameters, Secrecy};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::run::Run;

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
        let position = |index: usize, name: Option<&str>| match name {
            None => Some(index).filter(|index| *index < parameters.len()),
            Some(name) => parameters.iter().position(|parameter| parameter.name == name),
        };
        let mut is_given = vec![false; parameters.len()];
        for (index, name) in arguments.iter().enumerate() {
            let Some(at) = position(index, *name) else {
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
}

/// What is wrong with an argument that no parameter takes, and what to do.
pub(in crate::expression) fn surplus(what: &str, names: &[&str], argument: Option<&str>) -> (String, String) {
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

/// Calls a builtin with arguments that are bound already, and sees to the secrecy of its result.
pub(in crate::expression) fn invoke(
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
        Ok(value) if is_secret => run.nested(value).map(Value::into_secret),
        Ok(value) => run.nested(value),
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

/// A call with its values.
pub struct Call<'c, 'e> {
    pub builtin: &'static Builtin,
    /// What stands left of `|` or `is`; null for functions.
    pub input: Value,
    /// By the names of the parameters, or all there are.
    arguments: Vec<Option<Value>>,
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
