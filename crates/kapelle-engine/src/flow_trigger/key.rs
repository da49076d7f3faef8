//! One condition among those that have to come together.

use kapelle_core::expression::environment::Environment;
use kapelle_model::State;

use super::filter::Filter;
use super::group::Asking;
use crate::conditions::{Condition, Facts, Verdict};
use crate::overlay::Overlay;

#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    /// Tells one content from another.
    pub(super) definition: u64,
    pub(super) wanted: Wanted,
}

#[derive(Debug)]
pub(super) enum Wanted {
    Flow(UpstreamFlow),
    Filters { is_any: bool, filters: Vec<Filter> },
    Condition(Condition),
}

/// An execution by its flow; what is given has to fit.
#[derive(Debug, Default)]
pub(super) struct UpstreamFlow {
    pub(super) namespace: Option<String>,
    pub(super) flow: Option<String>,
    pub(super) states: Option<Vec<State>>,
    pub(super) labels: Vec<(String, String)>,
    pub(super) when: Option<Condition>,
}

impl Key {
    pub(super) fn ask(&self, asking: &Asking<'_>) -> Verdict {
        match &self.wanted {
            Wanted::Flow(flow) => flow.ask(&self.name, asking),
            Wanted::Filters { is_any, filters } => {
                let asked = filters.iter().map(|filter| filter.ask(asking));
                if *is_any { any(&self.name, asked) } else { all(&self.name, asked) }
            }
            Wanted::Condition(condition) => {
                let verdict = condition.evaluate(asking.subject, asking.environment);
                Verdict { name: self.name.clone(), reason: verdict.reason.clone(), ..verdict }
            }
        }
    }

    /// What would make it hold, in words.
    pub(super) fn told(&self) -> String {
        match &self.wanted {
            Wanted::Flow(flow) => flow.told(),
            Wanted::Filters { is_any, filters } => {
                let told: Vec<_> = filters.iter().map(Filter::told).collect();
                told.join(if *is_any { " or " } else { " and " })
            }
            Wanted::Condition(condition) => condition.name().to_owned(),
        }
    }

    /// Whether an execution of this flow may be meant.
    pub(super) fn may_mean(&self, execution: &Facts<'_>) -> bool {
        let fits = |given: &Option<String>, is: &str| given.as_deref().is_none_or(|given| given == is);
        match &self.wanted {
            Wanted::Flow(flow) => {
                fits(&flow.namespace, execution.namespace) && fits(&flow.flow, execution.flow)
            }
            Wanted::Filters { .. } | Wanted::Condition(_) => true,
        }
    }

    /// The states that it names.
    pub(super) fn states(&self) -> Option<&[State]> {
        match &self.wanted {
            Wanted::Flow(flow) => flow.states.as_deref(),
            Wanted::Filters { .. } | Wanted::Condition(_) => None,
        }
    }

    /// Whether it looks at more than the execution itself.
    pub(super) fn needs_variables(&self) -> bool {
        match &self.wanted {
            Wanted::Flow(flow) => flow.when.is_some(),
            Wanted::Filters { .. } | Wanted::Condition(_) => true,
        }
    }
}

impl UpstreamFlow {
    fn ask(&self, name: &str, asking: &Asking<'_>) -> Verdict {
        let execution = &asking.upstream.execution;
        let is = format_args!("`{}.{}`", execution.namespace, execution.flow);
        let differs = |given: &Option<String>, is: &str| given.as_deref().is_some_and(|given| given != is);
        if differs(&self.namespace, execution.namespace) || differs(&self.flow, execution.flow) {
            return Verdict::no(
                name,
                format!("the execution is one of {is}, asked for {}", self.flow_told()),
            );
        }
        let state = execution.state;
        if let Some(states) = &self.states
            && !states.contains(&state)
        {
            let asked = names(states);
            return Verdict::no(name, format!("the state of {is} is {}, asked for {asked}", state.name()));
        }
        if !execution.has_labels(&self.labels) {
            return Verdict::no(name, format!("{is} lacks a label of {}", labels_told(&self.labels)));
        }
        match &self.when {
            None => Verdict::yes(name, format!("{is} is {}", state.name())),
            Some(when) => {
                let environment = asking.environment;
                let over = asking.upstream.variables_of_when(environment);
                let context = Overlay { over: &over, under: environment.context };
                let environment = Environment { context: &context, ..environment };
                let verdict = when.evaluate(asking.subject, environment);
                let reason = format!("`when` of {is}: {}", verdict.reason);
                Verdict { name: name.to_owned(), reason, ..verdict }
            }
        }
    }

    fn flow_told(&self) -> String {
        match (&self.namespace, &self.flow) {
            (Some(namespace), Some(flow)) => format!("`{namespace}.{flow}`"),
            (Some(namespace), None) => format!("any flow in `{namespace}`"),
            (None, Some(flow)) => format!("`{flow}` in any namespace"),
            (None, None) => "any flow".to_owned(),
        }
    }

    fn told(&self) -> String {
        let states = self.states.as_ref().map(|states| format!(" in {}", names(states)));
        let labels = (!self.labels.is_empty()).then(|| format!(" with {}", labels_told(&self.labels)));
        let when = self.when.as_ref().map(|_| " and its `when`".to_owned());
        let details: String = [states, labels, when].into_iter().flatten().collect();
        format!("{}{details}", self.flow_told())
    }
}

pub(super) fn names(states: &[State]) -> String {
    states.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ")
}

fn labels_told(labels: &[(String, String)]) -> String {
    labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect::<Vec<_>>().join(", ")
}

/// The first that does not hold decides.
fn all(name: &str, verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut last = None;
    for verdict in verdicts {
        if !verdict.holds() {
            return Verdict { name: name.to_owned(), ..verdict };
        }
        last = Some(verdict.reason);
    }
    match last {
        Some(reason) => Verdict::yes(name, reason),
        None => Verdict::no(name, "it has no filters"),
    }
}

/// The first that holds, or cannot be answered, decides.
fn any(name: &str, verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut last = Verdict::no(name, "it has no filters");
    for verdict in verdicts {
        last = Verdict { name: name.to_owned(), ..verdict };
        if last.outcome() != Ok(false) {
            break;
        }
    }
    last
}
