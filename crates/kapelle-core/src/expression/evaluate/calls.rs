//! Calls of filters, functions, tests and macros.

use std::sync::Arc;

use kapelle_model::Value;

use super::{Error, Evaluator, Outcome, Sink};
use crate::expression::builtin::{self, Builtin, Kind, Parameter, Parameters, invoke};
use crate::expression::error::Category;
use crate::expression::tree::{Argument, Macro, Site};
use crate::suggest::nearest;

/// The filter and the test that take an undefined value.
const DEFAULT: &str = "default";
const DEFINED: &str = "defined";

/// What is called, with the names of its parameters.
enum Callee<'a> {
    Builtin(&'static Builtin, &'static [Parameter]),
    Macro(&'a str, Vec<&'a str>),
}

impl Callee<'_> {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::Builtin(_, parameters) => parameters.iter().map(|parameter| parameter.name).collect(),
            Self::Macro(_, names) => names.clone(),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Builtin(_, parameters) => parameters.len(),
            Self::Macro(_, names) => names.len(),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        match self {
            Self::Builtin(_, parameters) => parameters.iter().position(|parameter| parameter.name == name),
            Self::Macro(_, names) => names.iter().position(|other| *other == name),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Builtin(builtin, _) => format!("{} `{}`", builtin.kind.word(), builtin.name),
            Self::Macro(name, _) => format!("macro `{name}`"),
        }
    }
}

impl Evaluator<'_, '_, '_> {
    pub(super) fn filter(&mut self, input: Outcome, site: &Site) -> Outcome {
        let name = self.written(site.name);
        let Some(builtin) = site.builtin else {
            return Err(unknown(Category::UnknownFilter, Kind::Filter, "Filter", name));
        };
        if builtin.name == DEFAULT {
            let input = caught(input)?;
            let arguments = self.arguments(builtin, &site.arguments)?;
            return invoke(builtin, input, arguments, self.run);
        }
        let input = input?;
        let arguments = self.arguments(builtin, &site.arguments)?;
        invoke(builtin, input, arguments, self.run)
    }

    pub(super) fn test(&mut self, input: Outcome, negated: bool, site: &Site) -> Outcome {
        let name = self.written(site.name);
        let Some(builtin) = site.builtin else {
            return Err(unknown(Category::UnknownTest, Kind::Test, "Test", name));
        };
        let input = if builtin.name == DEFINED { caught(input)? } else { input? };
        let arguments = self.arguments(builtin, &site.arguments)?;
        match invoke(builtin, input, arguments, self.run)? {
            Value::Bool(is_so) => Ok(Value::Bool(is_so != negated)),
            other => Ok(other),
        }
    }

    /// A function, or a macro of this template.
    pub(super) fn call(&mut self, site: &Site) -> Outcome {
        let outcome = match site.builtin {
            Some(builtin) if builtin.name == "block" => self.block(builtin, site),
            Some(builtin) => {
                let arguments = self.arguments(builtin, &site.arguments)?;
                invoke(builtin, Value::Null, arguments, self.run)
            }
            None => self.call_macro(site),
        };
        outcome.map_err(|error| error.at(site.name.range()))
    }

    fn call_macro(&mut self, site: &Site) -> Outcome {
        let name = self.written(site.name);
        let source = self.template.source();
        let found = self.tree.macros.iter().find(|other| source.get(other.name.range()) == Some(name));
        let Some(found) = found else {
            return Err(unknown(Category::UnknownFunction, Kind::Function, "Function or Macro", name));
        };
        let names = found.parameters.iter().map(|(parameter, _)| self.written(*parameter)).collect();
        let values = self.bind(&Callee::Macro(name, names), &site.arguments)?;
        let scope = self.run.variables.open(true);
        let outcome = self.expand(found, values);
        self.run.variables.close(&scope);
        outcome
    }

    /// The text of a macro, whose scope is open.
    fn expand(&mut self, found: &Macro, values: Vec<Option<Value>>) -> Outcome {
        for ((parameter, default), value) in found.parameters.iter().zip(values) {
            let value = match (value, default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.expression(*default)?,
                (None, None) => Value::Null,
            };
            self.run.variables.bind(&Arc::from(self.written(*parameter)), value);
        }
        let mut sink = Sink::java(self.run.bytes_left());
        self.body(&found.body, &mut sink)?;
        self.written_text(sink)
    }

    /// Renders a block of this template again.
    fn block(&mut self, builtin: &'static Builtin, site: &Site) -> Outcome {
        let values = self.arguments(builtin, &site.arguments)?;
        let Some(Some(Value::Str(name))) = values.first() else {
            return Err(Error::argument("the function `block` expects the name of a block"));
        };
        let Some(block) = self.tree.blocks.iter().find(|block| *block.name == *name.expose()) else {
            return Ok("".into());
        };
        let mut sink = Sink::java(self.run.bytes_left());
        self.body(&block.body, &mut sink)?;
        self.written_text(sink)
    }

    /// The values of arguments, in the order of the parameters.
    fn arguments(
        &mut self,
        builtin: &'static Builtin,
        arguments: &[Argument],
    ) -> Outcome<Vec<Option<Value>>> {
        if arguments.is_empty() {
            return Ok(Vec::new());
        }
        match builtin.parameters {
            Parameters::Any | Parameters::Named([]) => {
                arguments.iter().map(|argument| self.expression(argument.value).map(Some)).collect()
            }
            Parameters::Named(parameters) => self.bind(&Callee::Builtin(builtin, parameters), arguments),
        }
    }

    /// Positional arguments fill the parameters in order; of two for one name the last wins.
    fn bind(&mut self, callee: &Callee<'_>, arguments: &[Argument]) -> Outcome<Vec<Option<Value>>> {
        let mut values = vec![None; callee.count()];
        for (index, argument) in arguments.iter().enumerate() {
            let value = self.expression(argument.value)?;
            let at = match argument.name {
                None => Some(index),
                Some(name) => callee.position(self.written(name)),
            };
            match at.and_then(|at| values.get_mut(at)) {
                Some(place) => *place = Some(value),
                None => return Err(self.surplus(callee, argument)),
            }
        }
        Ok(values)
    }

    /// The error for an argument that no parameter takes.
    fn surplus(&self, callee: &Callee<'_>, argument: &Argument) -> Box<Error> {
        let name = argument.name.map(|name| self.written(name));
        let (message, help) = builtin::surplus(&callee.describe(), &callee.names(), name);
        Error::argument(message).help(help).at(argument.name.unwrap_or(argument.span).range())
    }
}

/// Null in place of an undefined value.
fn caught(input: Outcome) -> Outcome {
    match input {
        Err(error) if error.is_undefined() => Ok(Value::Null),
        other => other,
    }
}

/// The error for a name that nothing has, with the one that was probably meant.
fn unknown(category: Category, kind: Kind, what: &str, name: &str) -> Box<Error> {
    let error = Error::new(category, format!("{what} [{name}] does not exist."));
    match nearest(name, builtin::names(kind)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("`kapelle expressions` lists every {}", kind.word())),
    }
}
