//! Expressions as an execution sees them.

use kapelle_store::filter::{Condition, Filter, Test};
use kapelle_store::listing::Page;
use serde_json::{Map as Object, Value as Json, json};

use super::header;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};

/// Expressions of one request.
const EXPRESSIONS_MAX: usize = 1_000;

/// Renders expressions of an editor: as the execution sees them that is named, or else the last one of the flow.
pub(crate) fn render(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let expressions = body["expressions"].as_array().filter(|all| all.len() <= EXPRESSIONS_MAX);
    let expressions =
        expressions.ok_or_else(|| ApiError::invalid_entity("expressions: a list of texts is expected"))?;
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let id = match (text("executionId"), text("namespace"), text("flowId")) {
        (Some(id), ..) => header(call, id)?.birth.id,
        (None, Some(namespace), Some(flow)) => {
            let is = |text: &str| Test::Is(text.to_owned());
            let of = Filter::of([Condition::Namespace(is(namespace)), Condition::Flow(is(flow))]);
            let newest = call.store().executions(&call.permit, &of, &Page::newest(1))?.rows;
            let missing = || ApiError::not_found(format!("no execution of {namespace}.{flow}"));
            newest.first().ok_or_else(missing)?.birth.id
        }
        _ => return Err(ApiError::invalid_entity("executionId: it is needed, or namespace and flowId")),
    };
    let (mut rendered, mut errors) = (Object::new(), Object::new());
    for expression in expressions.iter().filter_map(Json::as_str) {
        match call.runtime().eval(id, None, expression)? {
            Some(Ok(text)) => {
                let text = text.map_or_else(String::new, |text| text.masked());
                rendered.insert(expression.to_owned(), text.into());
            }
            Some(Err(words)) => {
                errors.insert(expression.to_owned(), words.into());
            }
            None => return Err(ApiError::not_found(format!("Execution not found: {id}"))),
        }
    }
    let mut answer = json!({"rendered": rendered});
    if !errors.is_empty() {
        answer["errors"] = errors.into();
    }
    Ok(Answer::json(&answer))
}
