//! From a request for an execution to what it is made of: inputs are resolved, labels put together.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_model::effect::{Level, Request};
use kapelle_model::execution::{Birth, Labels};
use kapelle_model::{Failure, Map, State, Value};

use crate::inputs::{Resolved, undeclared_message};
use crate::labels::{CORRELATION, SYSTEM, as_variables, merged};
use crate::plan::Plan;
use crate::step::Creation;
use crate::world::World;

/// Why there is no execution.
#[derive(Debug)]
pub enum Rejected {
    /// The flow does not run now.
    Disabled,
    /// What was given does not fit the inputs.
    Inputs(Resolved),
}

/// An execution to be created, and what has to be logged about its inputs.
#[derive(Debug)]
pub struct Prepared {
    pub creation: Creation,
    pub logs: Vec<(Level, String)>,
}

/// Makes a request ready for [`create`](crate::step::create). The plan is that of the flow it names.
pub fn prepare(
    plan: &Plan,
    tenant: &Arc<str>,
    request: &Request,
    world: &World<'_>,
) -> Result<Prepared, Rejected> {
    if plan.disabled {
        return Err(Rejected::Disabled);
    }
    let labels = labels(plan, request);
    let (inputs, logs) = if request.resolves {
        let resolved = resolve(plan, tenant, request, world);
        if resolved.violations().next().is_some() {
            return Err(Rejected::Inputs(resolved));
        }
        let undeclared = resolved.undeclared.iter();
        let logs =
            undeclared.map(|input| (Level::Warn, undeclared_message(input, &plan.namespace, &plan.flow)));
        let logs = logs.collect();
        (Arc::new(resolved.values), logs)
    } else {
        (Arc::clone(&request.inputs), Vec::new())
    };
    let birth = Birth {
        id: request.id,
        tenant: Arc::clone(tenant),
        namespace: Arc::clone(&plan.namespace),
        flow: Arc::clone(&plan.flow),
        revision: plan.revision,
        inputs,
        origin: request.origin.clone(),
        parent: request.parent,
        replay_of: request.replay_of,
        original: request.original.unwrap_or(request.id),
        original_created: request.original_created.unwrap_or(world.now),
        start: request.start,
        kind: request.kind,
        priority: request.priority,
        depth: request.depth,
        scope: request.scope.clone(),
    };
    let creation = Creation {
        birth,
        labels,
        variables: Arc::clone(&plan.variables),
        attempt: request.attempt,
        breakpoints: Arc::clone(&request.breakpoints),
        ends: plan.failures.first().map(|failure| (State::Failed, Failure::new(failure.as_str()))),
    };
    Ok(Prepared { creation, logs })
}

/// What becomes of what is given for the inputs of a flow.
pub fn resolve(plan: &Plan, tenant: &Arc<str>, request: &Request, world: &World<'_>) -> Resolved {
    let context = context(plan, tenant, &labels(plan, request), request, world);
    let environment = Environment { context: &context, services: world.services, settings: world.settings };
    plan.inputs.resolve(&request.inputs, world.encryption, environment)
}

impl Rejected {
    /// The first reason, in one sentence.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Disabled => Failure::new("Cannot execute a flow which is disabled"),
            Self::Inputs(resolved) => {
                let first = resolved.violations().next();
                Failure::new(first.map_or_else(String::new, |violation| violation.message.to_owned()))
            }
        }
    }
}

/// Labels of the flow, then those that are inherited, then those of the request; later ones hold, but what is inherited
/// leaves those of the flow alone.
fn labels(plan: &Plan, request: &Request) -> Labels {
    let own = plan.labels.iter().filter(|(key, _)| !key.starts_with(SYSTEM));
    let own: Labels = own.cloned().collect();
    let inherited = request.inherited.iter().filter(|(key, _)| own.iter().all(|(known, _)| known != key));
    let all: Labels = own.iter().chain(inherited).cloned().collect();
    let mut all = merged(&all, &request.labels);
    if !all.iter().any(|(key, _)| &**key == CORRELATION) {
        all = merged(&all, &[(Arc::from(CORRELATION), Arc::from(&*request.id.to_string()))]);
    }
    all
}

/// What the inputs' own expressions see; there is no execution yet.
fn context(plan: &Plan, tenant: &Arc<str>, labels: &Labels, request: &Request, world: &World<'_>) -> Map {
    let mut context = without_execution(plan, tenant, labels, world.variables);
    if let Some(origin) = &request.origin {
        context.insert("trigger".into(), Value::Map(Arc::clone(&origin.variables)));
    }
    context
}

/// The variables of a flow for expressions that no execution renders.
pub fn without_execution(plan: &Plan, tenant: &Arc<str>, labels: &Labels, installation: &Map) -> Map {
    let flow = [
        ("id", Value::from(&*plan.flow)),
        ("namespace", Value::from(&*plan.namespace)),
        ("revision", Value::Int(i64::from(plan.revision))),
        ("tenantId", Value::from(&**tenant)),
    ];
    let flow: Map = flow.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    let mut context = installation.clone();
    context.insert("flow".into(), Value::Map(Arc::new(flow)));
    if !plan.variables.is_empty() {
        context.insert("vars".into(), Value::Map(Arc::clone(&plan.variables)));
    }
    if !plan.namespace_variables.is_empty() {
        context.insert("namespace".into(), Value::Map(Arc::clone(&plan.namespace_variables)));
    }
    if let Some(labels) = as_variables(labels) {
        context.insert("labels".into(), labels);
    }
    context
}
