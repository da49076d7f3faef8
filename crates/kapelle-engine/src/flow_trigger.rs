//! Flow triggers: a flow that starts because executions of other flows changed their state.
//!
//! [`FlowTrigger::evaluate`] looks at one change of one execution and says what follows: new windows to keep, an
//! execution to start, and why. It keeps nothing itself. Read it in the order of a decision: guards, states, conditions
//! (here), what came together ([`group`]), what starts ([`firing`]).
//!
//! **What the caller owes.** Changes of one execution come in their order; each may come again. The windows of a trigger
//! are stored under tenant, namespace, flow, trigger and [`Window::id`], and are read and written in one transaction with
//! the execution that is started, one change at a time for each trigger. The execution is started unless there was one
//! with the same [`Firing::identity`] before. So a change that comes again starts nothing: windows know the last
//! changes that they saw, and the identity is made of the changes that caused the execution. A window that ended a day
//! ago is of no more use.

mod decision;
mod filter;
mod firing;
mod group;
mod key;
mod miss;
mod read;
mod upstream;
mod waiting;

use jiff::tz::TimeZone;
use kapelle_core::expression::environment::Environment;
use kapelle_model::execution::{Kind, Labels};
use kapelle_model::window::Window;
use kapelle_model::{ExecutionId, Map, Millis, State, Value};

use crate::conditions::{Condition, Conditions, Facts, Subject, Verdict};
use crate::overlay::Overlay;
use kapelle_core::property::Property;

pub use decision::{Decision, Firing};
pub(crate) use firing::rendered as rendered_labels;
pub use miss::Miss;
pub use upstream::Upstream;
pub use waiting::{KeyState, Waiting};

/// A Flow trigger, ready to be asked.
#[derive(Debug)]
pub struct FlowTrigger {
    id: String,
    /// As it was written.
    type_name: String,
    namespace: String,
    flow: String,
    is_disabled: bool,
    states: Vec<State>,
    when: Option<Condition>,
    conditions: Conditions,
    /// What has to come together; each in windows of its own.
    groups: Vec<group::Group>,
    inputs: Option<Property>,
    labels: Vec<(String, Property)>,
    on_miss: Option<Vec<(String, Property)>>,
    /// Written with `dependsOn`: outputs are found by their flow, and what cannot be rendered fails in the open.
    is_level_two: bool,
    /// Whether its conditions can look at `trigger`; most triggers name flows, and are asked at every turn.
    needs_variables: bool,
}

/// The moment of a decision and where clocks stand.
#[derive(Clone, Copy)]
struct Now<'a> {
    moment: Millis,
    zone: &'a TimeZone,
}

impl FlowTrigger {
    /// Whether a change of an execution may be any business of this trigger, before anything dear is looked at.
    pub fn listens_to(&self, upstream: &Upstream<'_>) -> bool {
        let names_it = |group: &group::Group| group.keys.iter().any(|key| key.may_mean(&upstream.execution));
        self.guard(upstream).is_none() && (self.groups.is_empty() || self.groups.iter().any(names_it))
    }

    /// Whether executions of a flow can have it start something at all: for a picture of what depends on what.
    pub fn may_follow(&self, namespace: &str, flow: &str, environment: Environment<'_>) -> bool {
        let labels = Labels::default();
        let execution = Facts {
            id: ExecutionId(0),
            namespace,
            flow,
            state: State::Success,
            labels: &labels,
            outputs: None,
            runs: &[],
        };
        let subject = Subject { execution: Some(execution), namespace: &self.namespace, flow: &self.flow };
        let is_own = namespace == self.namespace && flow == self.flow;
        let names_it = |group: &group::Group| group.keys.iter().any(|key| key.may_mean(&execution));
        !is_own
            && (self.groups.is_empty() || self.groups.iter().any(names_it))
            && self.conditions.may_hold(&subject, environment)
    }

    /// Whether it wants to know of windows that end without success.
    pub fn watches_windows(&self) -> bool {
        self.on_miss.is_some()
    }

    /// What follows from a change of an execution. `windows` are those of this trigger; `zone` is the one of the server.
    /// The variables of `environment` are those of the execution, with the flow of this trigger as `flow`.
    pub fn evaluate(
        &self,
        upstream: &Upstream<'_>,
        windows: &[Window],
        now: Millis,
        zone: &TimeZone,
        environment: Environment<'_>,
    ) -> Decision {
        if let Some(refusal) = self.guard(upstream) {
            return Decision::nothing(Verdict::no(&self.id, "it does not listen").with_parts(vec![refusal]));
        }
        let state = upstream.execution.state.name();
        let mut parts = vec![Verdict::yes("states", format!("the execution is {state}"))];
        let mut over = Map::new();
        if self.needs_variables {
            over.insert("trigger".into(), Value::Map(self.variables(upstream).into()));
        }
        let context = Overlay { over: &over, under: environment.context };
        let environment = Environment { context: &context, ..environment };
        let subject =
            Subject { execution: Some(upstream.execution), namespace: &self.namespace, flow: &self.flow };
        for verdict in self.simple(upstream, &subject, environment) {
            let holds = verdict.holds();
            let warning = verdict.outcome().err();
            parts.push(verdict);
            if !holds {
                let reason = "its conditions do not hold";
                return Decision::nothing(Verdict::no(&self.id, reason).with_parts(parts))
                    .warned(warning.map(|warning| self.warning(&warning)));
            }
        }
        let now = Now { moment: now, zone };
        self.come_together(parts, upstream, windows, now, &subject, environment)
    }

    /// Why the change is none of its business.
    fn guard(&self, upstream: &Upstream<'_>) -> Option<Verdict> {
        let execution = &upstream.execution;
        if self.is_disabled {
            return Some(Verdict::no("disabled", "the trigger is disabled"));
        }
        if execution.namespace == self.namespace && execution.flow == self.flow {
            return Some(Verdict::no("flow", "a flow is not triggered by its own executions"));
        }
        let kind = match upstream.kind {
            Kind::Normal => None,
            Kind::Test => Some("a test"),
            Kind::Playground => Some("a playground"),
            Kind::Loop => Some("a loop"),
        };
        if let Some(kind) = kind {
            return Some(Verdict::no("kind", format!("executions of {kind} trigger nothing")));
        }
        let state = execution.state;
        if state == State::Created {
            return Some(Verdict::no(
                "states",
                "the execution was only created: that is no change of its state",
            ));
        }
        if !self.states.contains(&state) {
            let asked: Vec<_> = self.states.iter().map(|state| state.name()).collect();
            let reason = format!("the state is {}, asked for {}", state.name(), asked.join(", "));
            return Some(Verdict::no("states", reason));
        }
        None
    }

    /// The answers of what one execution decides alone, until one does not hold.
    fn simple(
        &self,
        upstream: &Upstream<'_>,
        subject: &Subject<'_>,
        environment: Environment<'_>,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if let Some(when) = &self.when {
            let over = upstream.variables_of_when(environment);
            let context = Overlay { over: &over, under: environment.context };
            verdicts.push(when.evaluate(subject, Environment { context: &context, ..environment }));
        }
        if !self.conditions.is_empty() && verdicts.iter().all(Verdict::holds) {
            verdicts.push(self.conditions.evaluate(subject, environment));
        }
        verdicts
    }

    /// What the windows say, once everything else holds.
    fn come_together(
        &self,
        mut parts: Vec<Verdict>,
        upstream: &Upstream<'_>,
        windows: &[Window],
        now: Now<'_>,
        subject: &Subject<'_>,
        environment: Environment<'_>,
    ) -> Decision {
        let is_only = self.groups.len() == 1;
        let asking = group::Asking { upstream, subject, environment, now, is_only };
        let mut steps: Vec<_> = self.groups.iter().map(|group| group.step(windows, &asking)).collect();
        let warnings: Vec<_> =
            steps.iter().flat_map(|step| &step.warnings).map(|warning| self.warning(warning)).collect();
        parts.extend(steps.iter_mut().map(group::Step::take_verdict));
        let fires = steps.iter().all(|step| step.is_complete)
            && (steps.is_empty() || steps.iter().any(|step| step.has_matched));
        let mut decision = if fires {
            let firing = self.fire(upstream, &steps, environment);
            self.fired(firing, parts)
        } else {
            let reason = if steps.iter().any(|step| step.has_matched) {
                "not everything that it waits for has come together"
            } else {
                "the execution is none that it waits for now"
            };
            Decision::nothing(Verdict::no(&self.id, reason).with_parts(parts))
        };
        let has_fired = decision.firing.is_some();
        decision.windows =
            steps.into_iter().filter_map(|step| step.into_window(has_fired, now.moment)).collect();
        decision.warnings.splice(0..0, warnings);
        decision
    }

    /// The decision over a firing that worked, or did not.
    fn fired(&self, firing: Result<Firing, String>, parts: Vec<Verdict>) -> Decision {
        match firing {
            Ok(firing) => {
                let verdict = match &firing.failure {
                    None => Verdict::yes(&self.id, "it starts an execution"),
                    Some(failure) => {
                        Verdict::yes(&self.id, format!("it starts an execution that fails: {failure}"))
                    }
                };
                Decision { verdict: verdict.with_parts(parts), firing: Some(firing), ..Decision::default() }
            }
            Err(reason) => {
                let verdict = Verdict::new(&self.id, Err(reason.clone())).with_parts(parts);
                Decision::nothing(verdict).warned(Some(self.warning(&reason)))
            }
        }
    }

    fn warning(&self, reason: &str) -> String {
        format!(
            "trigger `{}` did not start an execution of `{}.{}`: {reason}",
            self.id, self.namespace, self.flow
        )
    }
}

#[cfg(test)]
mod tests;
