//! A filter of `preconditions.where`: one field of the execution, compared.

use kapelle_core::expression::form;
use kapelle_core::language::Language;
use kapelle_core::pattern::Pattern;
use kapelle_model::{Node, Text, Value};

use super::group::Asking;
use crate::conditions::{Verdict, words};
use kapelle_core::property::{Property, text_of};

#[derive(Debug)]
pub(super) struct Filter {
    field: Field,
    operator: String,
    value: Option<Property>,
    values: Vec<Property>,
    told: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Flow,
    Namespace,
    State,
    /// What `value` gives.
    Expression,
    Unknown,
}

impl Filter {
    pub(super) fn read(node: &Node, language: Language) -> Self {
        let text = |name: &str| node.get(name).and_then(Node::scalar_text);
        let name = text("field").unwrap_or_default();
        let field = match name.as_str() {
            "FLOW_ID" => Field::Flow,
            "NAMESPACE" => Field::Namespace,
            "STATE" => Field::State,
            "EXPRESSION" => Field::Expression,
            _ => Field::Unknown,
        };
        let operator = text("type").unwrap_or_default();
        let values = node.get("values").map_or(&[][..], Node::items);
        let shown: Vec<_> =
            text("value").into_iter().chain(values.iter().filter_map(Node::scalar_text)).collect();
        Self {
            told: form::short(&format!("{name} {operator} {}", shown.join(", "))),
            field,
            operator,
            value: node
                .get("value")
                .filter(|node| !node.is_null())
                .map(|node| Property::read(node, language)),
            values: values.iter().map(|node| Property::read(node, language)).collect(),
        }
    }

    pub(super) fn told(&self) -> String {
        format!("`{}`", self.told)
    }

    pub(super) fn ask(&self, asking: &Asking<'_>) -> Verdict {
        Verdict::new("where", self.compare(asking))
    }

    fn compare(&self, asking: &Asking<'_>) -> Result<(bool, String), String> {
        let is = self.subject(asking)?;
        let holds = self.holds(is.as_ref(), asking)?;
        let shown = match &is {
            Some(text) => format!("`{}`", form::short(&text.masked())),
            None => "null".to_owned(),
        };
        Ok((holds, format!("it is {shown}, asked for {}", self.told())))
    }

    /// What is compared; nothing if it is null.
    fn subject(&self, asking: &Asking<'_>) -> Result<Option<Text>, String> {
        let execution = &asking.upstream.execution;
        let text = match self.field {
            Field::Flow => execution.flow,
            Field::Namespace => execution.namespace,
            Field::State => execution.state.name(),
            Field::Expression => return self.expression(asking),
            Field::Unknown => return Err("`field` has to be FLOW_ID, NAMESPACE, STATE or EXPRESSION".into()),
        };
        Ok(Some(Text::from(text)))
    }

    fn expression(&self, asking: &Asking<'_>) -> Result<Option<Text>, String> {
        let Some(expression) = &self.value else { return Ok(None) };
        match expression.value(asking.environment).map_err(|error| words(&error))? {
            Value::Null => Ok(None),
            value => text_of(&value).map(Some).map_err(|error| words(&error)),
        }
    }

    fn holds(&self, is: Option<&Text>, asking: &Asking<'_>) -> Result<bool, String> {
        let text = is.map(Text::expose);
        let trimmed = text.unwrap_or_default().trim();
        Ok(match self.operator.as_str() {
            "IS_NULL" => trimmed.is_empty(),
            "IS_NOT_NULL" => !trimmed.is_empty(),
            "IS_TRUE" => trimmed.eq_ignore_ascii_case("true"),
            "IS_FALSE" => trimmed.eq_ignore_ascii_case("false"),
            "IN" => self.values(asking)?.iter().any(|value| Some(value.expose()) == text),
            "NOT_IN" => !self.values(asking)?.iter().any(|value| Some(value.expose()) == text),
            "EQUAL_TO" => text == Some(self.value(asking)?.expose()),
            "NOT_EQUAL_TO" => text != Some(self.value(asking)?.expose()),
            "STARTS_WITH" => text.unwrap_or_default().starts_with(self.value(asking)?.expose()),
            "ENDS_WITH" => text.unwrap_or_default().ends_with(self.value(asking)?.expose()),
            "CONTAINS" => text.unwrap_or_default().contains(self.value(asking)?.expose()),
            "REGEX" => matches(text.unwrap_or_default(), &self.value(asking)?)?,
            other => return Err(format!("there is no filter of type `{}`", form::short(other))),
        })
    }

    fn value(&self, asking: &Asking<'_>) -> Result<Text, String> {
        let value = self.value.as_ref().ok_or("`value` is missing")?;
        match self.field {
            // The expression is what is compared; it can be compared only with itself as it was written.
            Field::Expression => match value {
                Property::Template(template) => Ok(Text::from(template.source())),
                other => other.render_text(asking.environment).map_err(|error| words(&error)),
            },
            _ => value.render_text(asking.environment).map_err(|error| words(&error)),
        }
    }

    fn values(&self, asking: &Asking<'_>) -> Result<Vec<Text>, String> {
        let text = |value: &Property| value.render_text(asking.environment).map_err(|error| words(&error));
        self.values.iter().map(text).collect()
    }
}

fn matches(text: &str, pattern: &Text) -> Result<bool, String> {
    let matched = Pattern::compile(pattern.expose()).and_then(|pattern| pattern.matches_whole(text));
    matched.map_err(|failure| format!("the regular expression cannot be used: {failure}"))
}
