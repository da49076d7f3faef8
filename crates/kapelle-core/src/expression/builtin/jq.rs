//! The filter `jq`: programs of jq 1.6, run by a machine of our own.
//!
//! Flows bring programs from strangers, and a jq program is a program: it loops, recurses and builds values. This machine
//! counts its steps, keeps its recursion on its own stacks, and knows the size and depth of every value before it is made,
//! so that no program hangs, exhausts memory or overflows the stack.

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "numbers of jq are floats: they are computed with as such, clamped, and sizes are far below 2^52"
)]

mod cache;
mod machine;
mod meter;
mod natives;
mod operators;
mod order;
mod parser;
mod paths;
mod prelude;
mod term;
#[cfg(test)]
mod tests;
mod text;
mod value;

use std::sync::Arc;

use kapelle_model::Value;

use super::{Builtin, Call, json, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use machine::Machine;
use meter::{Failure, Meter};
use value::Json;

pub(super) const BUILTINS: &[Builtin] = &[Builtin::filter(
    "jq",
    "The list of all values that a jq program gives for a value, or for a text read as JSON.",
    jq,
)
.takes(&[required("expression")])
.gives("{{ {'a': [1, 2]} | jq('.a[]') }}", "[1,2]")];

fn jq(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let written = call.required_text(0)?.clone();
    let program = cache::program(written.expose()).map_err(|message| {
        Error::invalid(format!("the jq program `{}` is malformed: {message}", form::short(written.expose())))
            .help("try the program with `jq` itself, or see https://jqlang.org/manual/v1.6/")
    })?;
    let input = match call.take_input() {
        Value::Str(text) => {
            let value = json::read_json(call, text.expose())?;
            let mut meter = Meter::new(call.run);
            Json::from_parsed(value, &mut meter)
        }
        value => {
            let mut meter = Meter::new(call.run);
            Json::from_value(&value, &mut meter)
        }
    };
    let mut meter = Meter::new(call.run);
    let outputs = input.and_then(|input| Machine::new(&program, &mut meter).run(input));
    match outputs {
        Ok(outputs) => Ok(Value::List(Arc::new(outputs.into_iter().map(Json::into_value).collect()))),
        Err(Failure::Refused(error)) => Err(error),
        Err(Failure::Raised(message)) => {
            let message = match message {
                Json::Text(text) => text.to_string(),
                other => format!("{} (not a string)", other.shown()),
            };
            let program = form::short(written.expose());
            Err(Error::invalid(format!("the jq program `{program}` failed: {message}"))
                .help("check what the value looks like at this place; `?` after a term ignores its errors"))
        }
    }
}
