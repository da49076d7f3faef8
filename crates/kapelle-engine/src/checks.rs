//! Checks: what is looked at before a person or a client starts an execution. Triggers, subflows and webhooks do not
//! look at them.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::{Failure, Map, Node, Text, Value};

use crate::conditions::words;
use crate::plan::Plan;
use crate::step::Creation;
use crate::world::World;

/// The checks of a flow, ready to be looked at.
#[derive(Debug, Default)]
pub struct Checks(Vec<Check>);

#[derive(Debug)]
struct Check {
    condition: Property,
    message: Property,
    style: Style,
    behavior: Behavior,
}

/// How the message looks to a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    Error,
    Success,
    Warning,
    #[default]
    Info,
}

/// What becomes of the execution if a check does not hold, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behavior {
    /// It is created all the same.
    CreateExecution,
    /// It is created as one that failed.
    FailExecution,
    /// It is refused.
    #[default]
    BlockExecution,
}

/// What the checks say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckOutcome {
    /// The strongest of those that do not hold; nothing if all hold.
    pub behavior: Option<Behavior>,
    /// Those that do not hold, in their order.
    pub failed: Vec<FailedCheck>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCheck {
    pub message: Text,
    pub style: Style,
    pub behavior: Behavior,
}

impl Style {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Success => "SUCCESS",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Error, Self::Success, Self::Warning, Self::Info].into_iter().find(|style| style.name() == name)
    }
}

impl Behavior {
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateExecution => "CREATE_EXECUTION",
            Self::FailExecution => "FAIL_EXECUTION",
            Self::BlockExecution => "BLOCK_EXECUTION",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = [Self::CreateExecution, Self::FailExecution, Self::BlockExecution];
        all.into_iter().find(|behavior| behavior.name() == name)
    }
}

impl Checks {
    /// Reads `checks` of a flow.
    pub fn read(node: Option<&Node>, language: Language) -> Self {
        let read = |node: &Node| {
            let text = |name: &str| node.get(name).and_then(Node::as_text);
            let property = |name: &str| {
                node.get(name).filter(|node| !node.is_null()).map(|node| Property::read(node, language))
            };
            Check {
                // One that asks for nothing never holds.
                condition: property("condition")
                    .or_else(|| property("when"))
                    .unwrap_or(Property::Fixed(Value::Null)),
                message: property("message").unwrap_or(Property::Fixed(Value::Null)),
                style: text("style").and_then(Style::from_name).unwrap_or_default(),
                behavior: text("behavior").and_then(Behavior::from_name).unwrap_or_default(),
            }
        };
        Self(node.map_or(&[][..], Node::items).iter().map(read).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks at all of them. The variables are those of the flow with its inputs; there is no execution yet.
    pub fn evaluate(&self, environment: Environment<'_>) -> CheckOutcome {
        let failed: Vec<_> = self.0.iter().filter_map(|check| check.evaluate(environment)).collect();
        CheckOutcome { behavior: failed.iter().map(|check| check.behavior).max(), failed }
    }
}

impl Check {
    /// What is to be told if it does not hold. One that cannot be answered lets nothing through.
    fn evaluate(&self, environment: Environment<'_>) -> Option<FailedCheck> {
        match self.condition.value(environment) {
            Ok(value) if is_true(&value) => None,
            Ok(_) => Some(FailedCheck {
                message: self.message(environment),
                style: self.style,
                behavior: self.behavior,
            }),
            Err(error) => Some(FailedCheck {
                message: format!("Failed to evaluate check condition. Cause: {}", words(&error)).into(),
                style: Style::Error,
                behavior: Behavior::BlockExecution,
            }),
        }
    }

    /// The message; as it was written, if it cannot be rendered.
    fn message(&self, environment: Environment<'_>) -> Text {
        self.message.render_text(environment).unwrap_or_else(|_| match &self.message {
            Property::Template(template) => template.source().into(),
            Property::Unreadable(unreadable) => unreadable.0.clone(),
            _ => Text::default(),
        })
    }
}

/// Exactly true: no text, no number.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Secret(inner) => is_true(inner),
        value => *value == Value::Bool(true),
    }
}

/// Whether the checks of a flow let an execution come to be: if they want it to fail, why; if they do not, what the caller
/// is answered.
pub fn judge(plan: &Plan, creation: &Creation, world: &World<'_>) -> Result<Option<Failure>, String> {
    let outcome = look(plan, creation, world);
    if let Some(refusal) = outcome.refusal() {
        return Err(refusal);
    }
    if outcome.behavior != Some(Behavior::FailExecution) {
        return Ok(None);
    }
    let messages: Vec<_> = outcome.failed.iter().map(|check| check.message.masked()).collect();
    Ok(Some(Failure::new(messages.join(", "))))
}

/// What the checks of a flow say of what is to be created.
pub fn look(plan: &Plan, creation: &Creation, world: &World<'_>) -> CheckOutcome {
    if plan.checks.is_empty() {
        return CheckOutcome::default();
    }
    let context = context(plan, creation, world);
    let environment = Environment { context: &context, services: world.services, settings: world.settings };
    plan.checks.evaluate(environment)
}

/// What checks see: the flow with the inputs of what is to be created.
fn context(plan: &Plan, creation: &Creation, world: &World<'_>) -> Map {
    let map = |entries: Vec<(&str, Value)>| {
        Value::Map(Arc::new(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect()))
    };
    let labels = creation.labels.iter().map(|(key, value)| (&**key, Value::from(&**value)));
    let mut context = world.variables.clone();
    context.extend([
        (
            Arc::from("flow"),
            map(vec![("id", Value::from(&*plan.flow)), ("namespace", Value::from(&*plan.namespace))]),
        ),
        (Arc::from("labels"), map(labels.collect())),
        (Arc::from("vars"), Value::Map(Arc::clone(&plan.variables))),
        (Arc::from("inputs"), Value::Map(Arc::clone(&creation.birth.inputs))),
    ]);
    if !plan.namespace_variables.is_empty() {
        context.insert("namespace".into(), Value::Map(Arc::clone(&plan.namespace_variables)));
    }
    context
}

impl CheckOutcome {
    /// What the caller is answered if the execution is refused.
    pub fn refusal(&self) -> Option<String> {
        (self.behavior == Some(Behavior::BlockExecution)).then(|| {
            let messages: Vec<_> = self.failed.iter().map(|check| check.message.masked()).collect();
            let messages = messages.join(", ");
            format!(
                "Flow execution blocked: one or more condition checks evaluated to false.\nFailed checks: {messages}"
            )
        })
    }
}

#[cfg(test)]
mod tests;
