//! What a trigger gives the execution that it starts: variables, inputs, labels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::form;
use kapelle_model::execution::Origin;
use kapelle_model::window::{Contribution, StateChange};
use kapelle_model::{ExecutionId, Failure, Map, Value};

use super::group::Step;
use super::{Firing, FlowTrigger, Upstream};
use crate::conditions::words;
use crate::labels::{self, CORRELATION, Pairs, SYSTEM};
use crate::overlay::Overlay;
use kapelle_core::property::Property;

/// Inputs and labels, or why they could not be rendered.
type Given = Result<(Map, Pairs), String>;

impl FlowTrigger {
    /// What `trigger` is for the conditions of the trigger, and for the execution but for the outputs.
    pub(super) fn variables(&self, upstream: &Upstream<'_>) -> Map {
        let execution = &upstream.execution;
        let labels = upstream.label_texts().filter(|(key, _)| *key != CORRELATION);
        let mut variables = Map::from_iter([
            ("id".into(), Value::from(self.id.as_str())),
            ("type".into(), Value::from(self.type_name.as_str())),
            ("executionId".into(), Value::Str(execution.id.to_string().into())),
            ("executionLabels".into(), Value::Map(labels::nested(labels).into())),
            ("state".into(), Value::from(execution.state.name())),
            ("namespace".into(), Value::from(execution.namespace)),
            ("flowId".into(), Value::from(execution.flow)),
            ("flowRevision".into(), Value::Int(upstream.revision.into())),
            ("outputs".into(), Value::Map(upstream.outputs())),
        ]);
        if self.is_level_two {
            let moment = |moment: kapelle_model::Millis| {
                let moment = jiff::Timestamp::from_millisecond(moment.0).ok();
                moment.map_or(Value::Null, |moment| Value::from(form::iso_instant(moment).as_str()))
            };
            let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
            variables.insert("startDate".into(), moment(upstream.started));
            variables.insert("endDate".into(), upstream.ended.map_or(Value::Null, moment));
            variables.insert("firstFailedTaskId".into(), text(upstream.first_failed_task));
            variables.insert("lastTaskId".into(), text(upstream.last_task));
        }
        variables
    }

    /// The execution to start. Without `dependsOn` nothing starts if something cannot be rendered.
    pub(super) fn fire(
        &self,
        upstream: &Upstream<'_>,
        steps: &[Step],
        environment: Environment<'_>,
    ) -> Result<Firing, String> {
        let causes = causes(upstream, steps);
        let mut variables = self.variables(upstream);
        variables.insert("outputs".into(), Value::Map(self.outputs(&causes).into()));
        let given = self.given(&variables, upstream, environment);
        let failure = match &given {
            Err(reason) if self.is_level_two => Some(Failure::new(reason.as_str())),
            _ => None,
        };
        let (inputs, labels) = match given {
            Err(_) if self.is_level_two => (Map::new(), vec![correlation(upstream)]),
            given => given?,
        };
        // Id and type are told of the trigger itself.
        variables.retain(|name, _| !matches!(&**name, "id" | "type"));
        let origin = Origin {
            id: self.id.as_str().into(),
            type_name: self.type_name.as_str().into(),
            variables: variables.into(),
        };
        Ok(Firing { causes: identity(&causes), origin, inputs, labels, failure })
    }

    fn given(&self, variables: &Map, upstream: &Upstream<'_>, environment: Environment<'_>) -> Given {
        let over = Map::from_iter([("trigger".into(), Value::Map(variables.clone().into()))]);
        let context = Overlay { over: &over, under: environment.context };
        let environment = Environment { context: &context, ..environment };
        let inputs = match self.inputs.as_ref().map(|inputs| inputs.render(environment)) {
            None => Map::new(),
            Some(Ok(Value::Map(inputs))) => Map::clone(&inputs),
            Some(Ok(_)) => return Err("its `inputs` are no map".to_owned()),
            Some(Err(error)) => return Err(format!("its inputs could not be rendered: {}", words(&error))),
        };
        let mut labels = rendered(&self.labels, environment)?;
        labels.push(correlation(upstream));
        Ok((inputs, labels))
    }

    /// The outputs of all that came together, the later ones over the earlier ones; with `dependsOn` by their flows.
    fn outputs(&self, causes: &BTreeMap<ExecutionId, Contribution>) -> Map {
        let mut contributions: Vec<_> = causes.values().collect();
        contributions.sort_by_key(|contribution| contribution.at);
        let mut outputs = Map::new();
        if self.is_level_two {
            let has_one = self.groups.iter().map(|group| group.keys.len()).sum::<usize>() <= 1;
            if has_one && let Some(last) = contributions.last() {
                outputs.clone_from(&last.outputs);
            }
            for contribution in contributions {
                let of_flow = Value::Map(Arc::clone(&contribution.outputs));
                outputs.insert(Arc::clone(&contribution.flow), of_flow);
            }
            return outputs;
        }
        for contribution in contributions {
            merge(&mut outputs, &contribution.outputs);
        }
        outputs
    }
}

/// The labels of a trigger, without their secrets since labels are shown everywhere. Flows cannot set those of the
/// platform.
pub(crate) fn rendered(labels: &[(String, Property)], environment: Environment<'_>) -> Result<Pairs, String> {
    let own = labels.iter().filter(|(key, _)| !key.starts_with(SYSTEM));
    own.map(|(key, value)| {
        let text = value.render_text(environment);
        let text =
            text.map_err(|error| format!("its label `{key}` could not be rendered: {}", words(&error)))?;
        Ok((Arc::from(key.as_str()), Arc::from(text.masked())))
    })
    .collect()
}

/// What belongs to the execution that caused it carries its correlation id.
fn correlation(upstream: &Upstream<'_>) -> (Arc<str>, Arc<str>) {
    let id = upstream.execution.label(CORRELATION);
    let id = id.map_or_else(|| upstream.execution.id.to_string(), str::to_owned);
    (CORRELATION.into(), id.into())
}

/// Everything that came together, this change among it.
fn causes(upstream: &Upstream<'_>, steps: &[Step]) -> BTreeMap<ExecutionId, Contribution> {
    let mut causes: BTreeMap<_, _> = steps.iter().flat_map(|step| step.causes.iter().cloned()).collect();
    causes.entry(upstream.execution.id).or_insert_with(|| Contribution {
        change: upstream.change,
        at: upstream.ended.unwrap_or(upstream.started),
        flow: upstream.execution.flow.into(),
        outputs: upstream.outputs(),
    });
    causes
}

fn identity(causes: &BTreeMap<ExecutionId, Contribution>) -> Vec<StateChange> {
    let change = |(execution, cause): (&ExecutionId, &Contribution)| StateChange {
        execution: *execution,
        change: cause.change,
    };
    causes.iter().map(change).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Lays `over` on a map; maps that meet become one. Values are as deep as outputs may be.
fn merge(map: &mut Map, over: &Map) {
    for (key, value) in over {
        match (map.get_mut(key), value) {
            (Some(Value::Map(inner)), Value::Map(value)) => merge(Arc::make_mut(inner), value),
            _ => {
                map.insert(Arc::clone(key), value.clone());
            }
        }
    }
}
