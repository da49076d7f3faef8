//! Conditions that are a template: `Expression`, and the `when` of 2.0.

use super::{Found, Question, Reader, shown};
use kapelle_core::property::{Property, is_truthy};

#[derive(Debug)]
pub(super) struct Expression {
    template: Option<Property>,
    truth: fn(&str) -> bool,
}

impl Expression {
    pub(super) fn read(reader: &Reader<'_>) -> Self {
        Self { template: reader.property("expression"), truth: is_neither_empty_nor_false }
    }

    pub(super) fn when(template: Property) -> Self {
        Self { template: Some(template), truth: is_truthy }
    }

    pub(super) fn ask(&self, question: &Question<'_>) -> Found {
        let text = question.required(self.template.as_ref(), "expression")?;
        Ok(((self.truth)(text.expose()), format!("it gives {}", shown(&text))))
    }
}

/// What an `Expression` takes for true: `0` and `-0` too, unlike everywhere else.
fn is_neither_empty_nor_false(text: &str) -> bool {
    !matches!(text.trim(), "" | "false")
}
