//! The functions that are always there.

mod collections;
mod format_number;
mod integers;
mod moments;
mod picture_reading;
mod pictures;
mod pretty;
mod random;
mod texts;
mod words;

use std::rc::Rc;
use std::sync::Arc;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use jiff::tz::TimeZone;
use kapelle_core::pattern::Pattern;
use kapelle_model::{Map, Value};

use super::data::{Data, Function, Scope};
use super::evaluate::{Evaluation, Outcome};
use super::numbers::{float, from_decimal, from_float};
use crate::numbers::{bounded, decimal};

/// A function, with what it does.
pub(super) struct BuiltIn {
    name: &'static str,
    /// Arguments that it needs; with one less it works on what is looked at.
    least: usize,
    /// Arguments that it takes.
    most: usize,
    work: Work,
}

type Work = fn(&Evaluation<'_>, Arguments) -> Outcome;

impl BuiltIn {
    /// Leaves out what a function does not need that is offered more, such as the place of an item.
    pub(super) fn cut(&self, offered: &mut Vec<Data>) {
        offered.truncate(self.least.max(1));
    }

    pub(super) fn call(
        &self,
        evaluation: &Evaluation<'_>,
        mut given: Vec<Data>,
        input: &Value,
        scope: &Rc<Scope>,
    ) -> Outcome {
        if given.len() + 1 == self.least && self.least > 0 {
            given.insert(0, Data::One(input.clone()));
        }
        if given.len() > self.most {
            return Err(format!(
                "${}: it takes at most {} arguments, not {}",
                self.name,
                self.most,
                given.len()
            ));
        }
        let arguments = Arguments { given, input: input.clone(), scope: Rc::clone(scope) };
        (self.work)(evaluation, arguments).map_err(|reason| format!("${}: {reason}", self.name))
    }
}

/// What a function is given.
pub(super) struct Arguments {
    given: Vec<Data>,
    /// What is looked at where the function is called, and the variables that are there.
    input: Value,
    scope: Rc<Scope>,
}

impl Arguments {
    fn take(&mut self, place: usize) -> Data {
        self.given.get_mut(place).map_or(Data::Nothing, |data| std::mem::replace(data, Data::Nothing))
    }

    fn value(&mut self, place: usize) -> Option<Value> {
        self.take(place).value()
    }

    fn text(&mut self, place: usize) -> Outcome<Option<String>> {
        match self.value(place) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text.expose().to_owned())),
            Some(_) => Err(format!("argument {} has to be text", place + 1)),
        }
    }

    fn number(&mut self, place: usize) -> Outcome<Option<BigDecimal>> {
        match self.value(place) {
            None => Ok(None),
            Some(value) => {
                let number = decimal(&value);
                let number = number.ok_or_else(|| format!("argument {} has to be a number", place + 1))?;
                bounded(number).map(Some)
            }
        }
    }

    fn whole(&mut self, place: usize) -> Outcome<Option<i64>> {
        Ok(self.number(place)?.and_then(|number| number.with_scale_round(0, RoundingMode::Floor).to_i64()))
    }

    /// A number of things; what is below zero is none.
    fn count(&mut self, place: usize) -> Outcome<Option<usize>> {
        Ok(self.whole(place)?.map(|number| usize::try_from(number.max(0)).unwrap_or(usize::MAX)))
    }

    fn function(&mut self, place: usize) -> Outcome<Rc<Function>> {
        match self.take(place) {
            Data::Function(function) => Ok(function),
            _ => Err(format!("argument {} has to be a function", place + 1)),
        }
    }
}

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static BuiltIn> {
    [
        FUNCTIONS,
        texts::FUNCTIONS,
        integers::FUNCTIONS,
        format_number::FUNCTIONS,
        moments::FUNCTIONS,
        collections::FUNCTIONS,
        random::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
    .find(|found| found.name == name)
}

const fn function(name: &'static str, least: usize, most: usize, work: Work) -> BuiltIn {
    BuiltIn { name, least, most, work }
}

fn nothing() -> Outcome {
    Ok(Data::Nothing)
}

fn flag(flag: bool) -> Outcome {
    Ok(Data::One(Value::Bool(flag)))
}

fn text(text: impl Into<String>) -> Outcome {
    let text: String = text.into();
    Ok(Data::One(Value::Str(text.into())))
}

/// A value as text: texts as they are, everything else as JSON.
pub(super) fn string(value: &Value) -> Outcome<String> {
    match value {
        Value::Str(text) => Ok(text.expose().to_owned()),
        Value::Float(number) if number.is_finite() => {
            Ok(decimal(value)
                .map_or_else(|| number.to_string(), |number| number.normalized().to_plain_string()))
        }
        value => {
            let json = crate::json::text(value, &TimeZone::UTC, kapelle_plugin::ion::ROW_BYTES_MAX);
            let json = json.map_err(|failure| failure.to_string())?;
            // Dates are texts in JSON; what counts is the text in it.
            Ok(if matches!(value, Value::List(_) | Value::Map(_)) {
                json
            } else {
                json.trim_matches('"').to_owned()
            })
        }
    }
}

/// The first match of a regular expression in a text.
pub(super) fn first_match(pattern: &Pattern, arguments: &[Data]) -> Outcome {
    let Some(Data::One(Value::Str(subject))) = arguments.first() else { return nothing() };
    Ok(texts::matches(pattern, subject.expose(), 1)?.into_iter().next().into())
}

const FUNCTIONS: &[BuiltIn] = &[
    function("string", 1, 2, |evaluation, mut arguments| match arguments.take(0) {
        Data::Nothing => nothing(),
        Data::Function(_) => text(""),
        data => match data.value().unwrap_or_default() {
            value @ (Value::List(_) | Value::Map(_)) if arguments.take(1).is_true() => {
                let json = pretty::json(&string(&value)?)?;
                evaluation.count(json.len() as u64 / 16)?;
                text(json)
            }
            value => text(string(&value)?),
        },
    }),
    function("eval", 1, 2, |evaluation, mut arguments| {
        let Some(expression) = arguments.text(0)? else { return nothing() };
        // Reading it takes time too.
        evaluation.count(expression.len() as u64)?;
        let expression = super::parse::parse(&expression)?;
        let input = arguments.value(1).unwrap_or(arguments.input);
        evaluation.evaluate(&expression, &input, &Scope::within(&arguments.scope))
    }),
    function("number", 1, 1, |_, mut arguments| match arguments.value(0) {
        None => nothing(),
        Some(Value::Bool(flag)) => Ok(Data::One(Value::Int(flag.into()))),
        Some(Value::Str(text)) => {
            let text = text.expose().trim();
            let parsed = text.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok());
            if let Some(number) = parsed {
                return Ok(Data::One(Value::Int(number)));
            }
            let number = (text.len() < 200).then(|| text.parse::<BigDecimal>().ok()).flatten();
            let number = number.ok_or_else(|| format!("`{text}` is no number"))?;
            Ok(Data::One(from_decimal(bounded(number)?)))
        }
        Some(value) if decimal(&value).is_some() => Ok(Data::One(value)),
        Some(_) => Err("only texts, flags and numbers become numbers".to_owned()),
    }),
    function("abs", 1, 1, |_, mut arguments| {
        Ok(arguments.number(0)?.map(|number| from_decimal(number.abs())).into())
    }),
    function("floor", 1, 1, |_, mut arguments| {
        Ok(arguments
            .number(0)?
            .map(|number| from_decimal(number.with_scale_round(0, RoundingMode::Floor)))
            .into())
    }),
    function("ceil", 1, 1, |_, mut arguments| {
        Ok(arguments
            .number(0)?
            .map(|number| from_decimal(number.with_scale_round(0, RoundingMode::Ceiling)))
            .into())
    }),
    function("round", 1, 2, |_, mut arguments| {
        let places = arguments.whole(1)?.unwrap_or(0).clamp(-100, 100);
        let rounded =
            |number: BigDecimal| number.with_scale_round(places, RoundingMode::HalfEven).normalized();
        Ok(arguments.number(0)?.map(|number| from_decimal(rounded(number))).into())
    }),
    function("power", 2, 2, |_, mut arguments| {
        let (Some(base), Some(exponent)) = (arguments.value(0), arguments.value(1)) else { return nothing() };
        let numbers = float(&base).zip(float(&exponent)).ok_or("both arguments have to be numbers")?;
        Ok(Data::One(from_float(numbers.0.powf(numbers.1))?))
    }),
    function("sqrt", 1, 1, |_, mut arguments| match arguments.value(0) {
        None => nothing(),
        Some(value) => {
            let number = float(&value)
                .filter(|number| *number >= 0.0)
                .ok_or("the argument has to be a number from 0 on")?;
            Ok(Data::One(from_float(number.sqrt())?))
        }
    }),
    function("formatBase", 1, 2, |_, mut arguments| {
        let Some(number) = arguments.whole(0)? else { return nothing() };
        let radix = arguments.whole(1)?.unwrap_or(10);
        if !(2..=36).contains(&radix) {
            return Err("the base has to be between 2 and 36".to_owned());
        }
        text(num_bigint::BigInt::from(number).to_str_radix(u32::try_from(radix).unwrap_or(10)))
    }),
    function("boolean", 1, 1, |_, mut arguments| match arguments.take(0) {
        Data::Nothing => nothing(),
        data => flag(data.is_true()),
    }),
    function("not", 1, 1, |_, mut arguments| match arguments.take(0) {
        Data::Nothing => nothing(),
        data => flag(!data.is_true()),
    }),
    function("clone", 1, 1, |_, mut arguments| Ok(arguments.take(0))),
    function("exists", 1, 1, |_, mut arguments| flag(!matches!(arguments.take(0), Data::Nothing))),
    function("type", 1, 1, |_, mut arguments| {
        text(match arguments.take(0) {
            Data::Nothing => return nothing(),
            Data::Function(_) => "function",
            data => match data.value().unwrap_or_default() {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::List(_) => "array",
                Value::Map(_) => "object",
                value if decimal(&value).is_some() => "number",
                _ => "string",
            },
        })
    }),
    function("error", 0, 1, |_, mut arguments| {
        Err(arguments.text(0)?.unwrap_or_else(|| "the expression failed".to_owned()))
    }),
    function("assert", 1, 2, |_, mut arguments| {
        if arguments.take(0).is_true() {
            return nothing();
        }
        Err(arguments.text(1)?.unwrap_or_else(|| "the condition does not hold".to_owned()))
    }),
];

/// A map of entries.
fn map(entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Value {
    Value::Map(Arc::new(entries.into_iter().collect::<Map>()))
}
