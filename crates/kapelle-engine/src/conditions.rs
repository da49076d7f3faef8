//! Conditions: whether something may start, and in words why or why not.
//!
//! A condition is read once and asked often. The answer is a [`Verdict`]: it tells for every condition, also for those
//! inside `Not` and `Or`, whether it held and with which value. A condition that cannot be answered is neither true nor
//! false; what follows from that is for the caller to decide.

mod days;
mod executions;
mod expressions;
mod flows;
mod groups;
mod times;
mod verdict;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{Error, form};
use kapelle_core::language::Language;
use kapelle_model::execution::{Execution, Labels};
use kapelle_model::task_run::TaskRun;
use kapelle_model::{ExecutionId, Map, Node, State, Text};

use kapelle_core::property::Property;

pub use verdict::{Answer, Verdict};

/// What is asked about. The date of a schedule is no part of it: it is `trigger.date` of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Nothing, where a schedule asks.
    pub execution: Option<Facts<'a>>,
    /// The flow that would start.
    pub namespace: &'a str,
    pub flow: &'a str,
}

/// What conditions look at in an execution.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub id: ExecutionId,
    pub namespace: &'a str,
    pub flow: &'a str,
    pub state: State,
    pub labels: &'a Labels,
    /// The outputs of its flow, once it has ended.
    pub outputs: Option<&'a Map>,
    pub runs: &'a [TaskRun],
}

impl<'a> Facts<'a> {
    /// An execution as it stands now.
    pub fn of(execution: &'a Execution) -> Self {
        Self {
            id: execution.birth.id,
            namespace: &execution.birth.namespace,
            flow: &execution.birth.flow,
            state: execution.state(),
            labels: &execution.head.labels,
            outputs: execution.head.outputs.as_deref(),
            runs: &execution.runs,
        }
    }

    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.labels.iter().find(|(name, _)| **name == *key).map(|(_, value)| &**value)
    }

    /// Whether the execution has all these labels with these values.
    pub fn has_labels(&self, labels: &[(String, String)]) -> bool {
        labels.iter().all(|(key, value)| self.label(key) == Some(value))
    }

    /// Whether a task run of it had to try again.
    pub fn has_retry_attempt(&self) -> bool {
        self.runs.iter().any(|run| run.attempts.len() > 1)
    }
}

/// One condition, ready to be asked.
#[derive(Debug)]
pub struct Condition {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Day(days::Day),
    Between(times::Between),
    Execution(executions::About),
    Flow(flows::Own),
    Expression(expressions::Expression),
    Group(groups::Group),
    /// It is answered by what came together in a window, not by one execution.
    Multiple,
    /// With the type as it was written.
    Unknown(String),
}

/// Conditions that all have to hold.
#[derive(Debug, Default)]
pub struct Conditions(Vec<Condition>);

/// What is needed to answer.
#[derive(Clone, Copy)]
struct Question<'a> {
    subject: &'a Subject<'a>,
    environment: Environment<'a>,
    depth: Depth,
}

/// How far to ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Until the answer is known. What is left may be dear: it may send requests.
    Answer,
    /// Everything, for a person who wants to see it all.
    All,
}

/// Whether it holds and why, or why that cannot be told.
type Found = Result<(bool, String), String>;

impl Condition {
    /// Reads a condition. Nothing is refused here: what is wrong with it is told when it is asked.
    pub fn read(node: &Node, language: Language, catalogue: &'static Catalogue) -> Self {
        let written = node.get("type").and_then(Node::scalar_text).unwrap_or_default();
        let reader = Reader { node, language, catalogue };
        let name = catalogue.find(&written).map(|found| found.entry.name);
        let simple = name.and_then(|name| name.strip_prefix("io.kestra.plugin.core.condition."));
        let kind = match simple {
            Some("DateTimeBetween") => Kind::Between(times::Between::dates(&reader)),
            Some("TimeBetween") => Kind::Between(times::Between::times(&reader)),
            Some("DayWeek") => Kind::Day(days::Day::week(&reader)),
            Some("DayWeekInMonth") => Kind::Day(days::Day::week_in_month(&reader)),
            Some("Weekend") => Kind::Day(days::Day::weekend(&reader)),
            Some("PublicHoliday") => Kind::Day(days::Day::holiday(&reader)),
            Some("ExecutionFlow") => Kind::Execution(executions::About::flow(&reader)),
            Some("ExecutionNamespace") => Kind::Execution(executions::About::namespace(&reader)),
            Some("ExecutionStatus") => Kind::Execution(executions::About::state(&reader)),
            Some("ExecutionLabels") => Kind::Execution(executions::About::labels(&reader)),
            Some("ExecutionOutputs") => Kind::Execution(executions::About::outputs(&reader)),
            Some("HasRetryAttempt") => Kind::Execution(executions::About::retries(&reader)),
            Some("FlowCondition") => Kind::Flow(flows::Own::flow(&reader)),
            Some("FlowNamespaceCondition") => Kind::Flow(flows::Own::namespace(&reader)),
            Some("Expression") => Kind::Expression(expressions::Expression::read(&reader)),
            Some("Not") => Kind::Group(groups::Group::not(&reader)),
            Some("Or") => Kind::Group(groups::Group::or(&reader)),
            Some("MultipleCondition") => Kind::Multiple,
            _ => Kind::Unknown(written.clone()),
        };
        let last = written.rsplit('.').next().unwrap_or_default();
        Self { name: simple.unwrap_or(last).to_owned(), kind }
    }

    /// The `when` of a trigger: a template that has to give a true text.
    pub fn when(node: &Node, language: Language) -> Self {
        let expression = expressions::Expression::when(Property::read(node, language));
        Self { name: "when".to_owned(), kind: Kind::Expression(expression) }
    }

    /// Its type without the package.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks until the answer is known.
    pub fn evaluate(&self, subject: &Subject<'_>, environment: Environment<'_>) -> Verdict {
        self.ask(&Question { subject, environment, depth: Depth::Answer })
    }

    fn ask(&self, question: &Question<'_>) -> Verdict {
        let found = match &self.kind {
            Kind::Group(group) => return group.ask(&self.name, question),
            Kind::Day(day) => day.ask(question),
            Kind::Between(between) => between.ask(question),
            Kind::Execution(about) => about.ask(question),
            Kind::Flow(own) => own.ask(question.subject),
            Kind::Expression(expression) => expression.ask(question),
            Kind::Multiple => {
                Err("it needs a window of time: it can stand only in the `conditions` of a Flow \
                                   trigger, not inside of another condition"
                    .to_owned())
            }
            Kind::Unknown(written) => Err(format!("there is no condition `{}`", form::short(written))),
        };
        Verdict::new(&self.name, found)
    }
}

impl Conditions {
    /// Reads `conditions` and the `when` of a trigger; both have to hold.
    pub fn read(
        conditions: Option<&Node>,
        when: Option<&Node>,
        language: Language,
        catalogue: &'static Catalogue,
    ) -> Self {
        let when = when.filter(|node| !node.is_null()).map(|node| Condition::when(node, language));
        let listed = conditions.map_or(&[][..], Node::items);
        let listed = listed.iter().map(|node| Condition::read(node, language, catalogue));
        Self::of(when.into_iter().chain(listed))
    }

    pub fn of(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self(conditions.into_iter().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks one after the other until one does not hold.
    pub fn evaluate(&self, subject: &Subject<'_>, environment: Environment<'_>) -> Verdict {
        groups::all(&self.0, &Question { subject, environment, depth: Depth::Answer })
    }

    /// Whether those hold that look at nothing but which flow it is; the others are not asked.
    pub(crate) fn may_hold(&self, subject: &Subject<'_>, environment: Environment<'_>) -> bool {
        let names_flows = |condition: &&Condition| {
            matches!(
                condition.kind,
                Kind::Execution(executions::About::Flow { .. } | executions::About::Namespace { .. })
            )
        };
        self.0.iter().filter(names_flows).all(|condition| condition.evaluate(subject, environment).holds())
    }

    /// Asks all of them. The answer is the same; it takes longer.
    pub fn explain(&self, subject: &Subject<'_>, environment: Environment<'_>) -> Verdict {
        groups::all(&self.0, &Question { subject, environment, depth: Depth::All })
    }
}

/// Takes a condition apart.
struct Reader<'n> {
    node: &'n Node,
    language: Language,
    catalogue: &'static Catalogue,
}

impl Reader<'_> {
    /// A property; null is as good as nothing.
    fn node(&self, name: &str) -> Option<&Node> {
        self.node.get(name).filter(|node| !node.is_null())
    }

    /// A property that is rendered when the condition is asked.
    fn property(&self, name: &str) -> Option<Property> {
        self.node(name).map(|node| Property::read(node, self.language))
    }

    fn property_or(&self, name: &str, default: &str) -> Property {
        self.property(name).unwrap_or_else(|| Property::text(default, self.language))
    }

    fn conditions(&self, name: &str) -> Vec<Condition> {
        let nodes = self.node(name).map_or(&[][..], Node::items);
        nodes.iter().map(|node| Condition::read(node, self.language, self.catalogue)).collect()
    }
}

impl Question<'_> {
    /// A property as text.
    fn text(&self, property: &Property) -> Result<Text, String> {
        property.render_text(self.environment).map_err(|error| words(&error))
    }

    /// A property that has to be there, as text.
    fn required(&self, property: Option<&Property>, name: &str) -> Result<Text, String> {
        self.text(property.ok_or_else(|| format!("`{name}` is missing"))?)
    }

    /// A property that has to be one of the names.
    fn one_of(
        &self,
        property: Option<&Property>,
        name: &str,
        names: &[&'static str],
    ) -> Result<&'static str, String> {
        let text = self.required(property, name)?;
        let found = names.iter().find(|known| **known == text.expose());
        found
            .copied()
            .ok_or_else(|| format!("`{name}` is {}: write one of {}", shown(&text), names.join(", ")))
    }
}

/// An error of an expression, with what to do.
pub(crate) fn words(error: &Error) -> String {
    match &error.help {
        Some(help) => format!("{}; {help}", error.text()),
        None => error.text(),
    }
}

/// A text as a message shows it: short, without secrets.
fn shown(text: &Text) -> String {
    format!("`{}`", form::short(&text.masked()))
}

#[cfg(test)]
mod tests;
