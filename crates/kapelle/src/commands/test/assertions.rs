//! Whether what must hold holds: assertions, looked at with the variables of the finished execution.

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{Category, Error, Outcome, plain};
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::{Node, Span, State, Value};

use super::document::{Assertion, Case};
use super::operators::Operator;
use super::results::{AssertionResult, RunError};
use super::stand_ins::typed;

/// Bytes of a value as it is shown.
const SHOWN_MAX: usize = 2_000;

/// Compares one value with all that is expected of it.
pub(super) fn check(
    assertion: &Assertion,
    language: Language,
    environment: Environment<'_>,
) -> Result<Vec<AssertionResult>, RunError> {
    let read = |node: &Node| typed(&Property::read(node, language), environment);
    let text = |node: &Option<Node>| -> Result<Option<String>, RunError> {
        let Some(node) = node else { return Ok(None) };
        let rendered = Property::read(node, language).render_text(environment);
        rendered.map(|text| Some(text.masked())).map_err(|error| unrendered(&error, node.span))
    };
    let (description, error_message) = (text(&assertion.description)?, text(&assertion.error_message)?);
    let actual = read(&assertion.value);
    let mut results = Vec::with_capacity(assertion.tests.len());
    for (operator, node) in &assertion.tests {
        let actual = present(&actual, *operator).map_err(|error| unrendered(error, assertion.value.span))?;
        let expected = read(node).map_err(|error| unrendered(&error, node.span))?;
        let holds = operator.holds(&actual, &expected).map_err(|reason| {
            let message = format!("`{}` cannot be answered: {reason}", operator.name());
            RunError::new(message)
                .details(format!("the value is {}", shown(&actual, environment)))
                .at(node.span)
        })?;
        results.push(AssertionResult {
            operator: operator.name(),
            expected: shown(&expected, environment),
            actual: shown(&actual, environment),
            holds,
            task: assertion.task.clone(),
            description: description.clone(),
            error_message: error_message.clone(),
            span: assertion.span,
        });
    }
    Ok(results)
}

/// The value; one that is not there is null where only that is asked.
fn present(actual: &Outcome, operator: Operator) -> Result<Value, &Error> {
    match actual {
        Ok(value) => Ok(value.clone()),
        Err(error) if error.category == Category::Undefined && operator.asks_for_presence() => {
            Ok(Value::Null)
        }
        Err(error) => Err(error),
    }
}

fn unrendered(error: &Error, span: Span) -> RunError {
    let found = RunError::new(error.text()).at(span);
    match &error.help {
        Some(help) => found.details(help.clone()),
        None => found,
    }
}

/// A value as JSON, without its secrets.
fn shown(value: &Value, environment: Environment<'_>) -> String {
    plain::start_of_json(value, &environment.settings.zone, true, SHOWN_MAX)
}

/// How the execution had to end, as one more assertion.
pub(super) fn end(case: &Case, expected: State, actual: State) -> AssertionResult {
    AssertionResult {
        operator: "expectedState",
        expected: format!("{:?}", expected.name()),
        actual: format!("{:?}", actual.name()),
        holds: expected == actual,
        task: None,
        description: None,
        error_message: None,
        span: case.span,
    }
}

/// Whether a case says itself how its execution has to end.
pub(super) fn tell_of_end(case: &Case) -> bool {
    let reads_state = |assertion: &Assertion| {
        assertion.value.scalar_text().is_some_and(|text| text.contains("execution.state"))
    };
    case.expected_state.is_some() || case.assertions.iter().any(reads_state)
}
