//! Calls of single builtins, for the tests beside them.

use kapelle_model::{Map, Value};

use super::{Kind, Outcome, Parameters, find, invoke, parse_json};
use crate::expression::environment::{Environment, Settings};
use crate::expression::form;
use crate::expression::memory::MemoryServices;
use crate::expression::output::Output;
use crate::expression::run::Run;
use crate::expression::services::{NoServices, Services};

/// Calls a builtin with positional arguments.
pub(crate) fn call(kind: Kind, name: &str, input: impl Into<Value>, arguments: &[Value]) -> Outcome {
    call_with(&NoServices, kind, name, input, arguments)
}

pub(crate) fn call_with(
    services: &dyn Services,
    kind: Kind,
    name: &str,
    input: impl Into<Value>,
    arguments: &[Value],
) -> Outcome {
    let (context, settings) = (Map::new(), Settings::default());
    let mut run = Run::new(Environment { context: &context, services, settings: &settings });
    let builtin = find(kind, name).unwrap_or_else(|| panic!("there is no {} {name}", kind.word()));
    invoke(builtin, input.into(), arguments.iter().cloned().map(Some).collect(), &mut run)
}

pub(crate) fn filter(name: &str, input: impl Into<Value>, arguments: &[Value]) -> Outcome {
    call(Kind::Filter, name, input, arguments)
}

/// A value written as JSON.
pub(crate) fn value(json: &str) -> Value {
    parse_json(json).unwrap_or_else(|reason| panic!("{json}: {reason}"))
}

/// Services and variables to call functions with.
pub(crate) struct World {
    pub(crate) services: MemoryServices,
    pub(crate) context: Map,
    pub(crate) settings: Settings,
}

impl World {
    /// Both as JSON; the services as for [`MemoryServices::from_setup`].
    pub(crate) fn new(setup: &str, context: &str) -> Self {
        let services = MemoryServices::from_setup(&value(setup)).unwrap();
        let Value::Map(context) = value(context) else { panic!("{context} is no map") };
        Self { services, context: (*context).clone(), settings: Settings::default() }
    }

    /// Calls a function with arguments by position or by name.
    pub(crate) fn call(&self, name: &str, arguments: &Value) -> Outcome {
        let builtin = find(Kind::Function, name).unwrap_or_else(|| panic!("there is no function {name}"));
        let Parameters::Named(parameters) = builtin.parameters else { panic!("{name} takes anything") };
        let arguments = match arguments {
            Value::List(items) => items.iter().cloned().map(Some).collect(),
            Value::Map(map) => {
                assert!(map.keys().all(|key| parameters.iter().any(|known| known.name == key.as_ref())));
                parameters.iter().map(|parameter| map.get(parameter.name).cloned()).collect()
            }
            other => panic!("{other:?} are no arguments"),
        };
        let environment =
            Environment { context: &self.context, services: &self.services, settings: &self.settings };
        invoke(builtin, Value::Null, arguments, &mut Run::new(environment))
    }

    /// What a call prints with secrets masked, or the category of its error with its text.
    pub(crate) fn show(&self, name: &str, arguments: &str) -> String {
        match self.call(name, &value(arguments)) {
            Ok(value) => {
                let mut out = Output::new(10_000);
                form::print(&value, &self.settings.zone, &mut out);
                out.into_text().masked()
            }
            Err(error) => format!("{}: {}", error.category.word(), error.message),
        }
    }

    /// Compares starts, so that only what matters of an error is written down.
    pub(crate) fn check(&self, cases: &[(&str, &str, &str)]) {
        for (name, arguments, expected) in cases {
            let shown = self.show(name, arguments);
            let is_equal = match expected.strip_suffix('…') {
                Some(start) => shown.starts_with(start),
                None => shown == *expected,
            };
            assert!(is_equal, "{name}({arguments}) gives {shown}, not {expected}");
        }
    }
}

/// What `{{ }}` would print, secrets masked, or the category of the error.
pub(crate) fn printed(outcome: &Outcome) -> String {
    match outcome {
        Ok(value) => {
            let mut out = Output::new(1 << 20);
            form::print(value, &jiff::tz::TimeZone::UTC, &mut out);
            out.into_text().masked()
        }
        Err(error) => error.category.word().to_owned(),
    }
}
