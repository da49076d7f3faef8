//! What the executions that task runs start are asked to be.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::services::{File, Services};
use kapelle_core::expression::{Error, Outcome};
use kapelle_core::time::{date, duration};
use kapelle_model::effect::Request;
use kapelle_model::execution::{Kind as ExecutionKind, Labels, Origin, Parent, Scope, Start, StartReason};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Failure, Map, Millis, Value};

use crate::labels::{self, rendered_labels};
use crate::live::Live;
use crate::plan::{Batch, Kind, Plan, Subflow, Task};
use crate::variables::Variables;
use crate::world::World;
use kapelle_core::property::text_of;

/// Executions that start each other in a row.
pub const DEPTH_MAX: u32 = 50;

/// What a task run asks for as its child of this number. It can be asked again as long as the child does not exist.
pub fn request(
    plan: &Plan,
    live: &Live,
    run: RunIndex,
    iteration: u32,
    id: ExecutionId,
    world: &World<'_>,
) -> Result<Request, Failure> {
    let task = plan.task(live.node(run).task);
    if live.execution().birth.depth >= DEPTH_MAX {
        return Err(Failure::new(format!(
            "executions have started each other {DEPTH_MAX} times in a row, which is the most; a flow that calls itself needs a condition that ends it"
        )));
    }
    let asked = Asked { plan, live, run, iteration, id, world, task };
    match &task.kind {
        Kind::Subflow(subflow) => asked.subflow(subflow, None),
        Kind::Items(subflow, batch) => {
            let parts = parts(plan, live, run, batch, world)?;
            let part = parts
                .get(iteration as usize)
                .ok_or_else(|| Failure::new(format!("the file of parts has no line {}", iteration + 1)))?;
            asked.subflow(subflow, Some(part))
        }
        Kind::Loop(_) => Ok(asked.iteration_of_loop()),
        _ => Err(Failure::new("the task starts no executions")),
    }
}

/// The parts of the file that a `ForEachItem` runs over, in their order.
pub(crate) fn parts(
    plan: &Plan,
    live: &Live,
    run: RunIndex,
    batch: &Batch,
    world: &World<'_>,
) -> Result<Vec<Arc<str>>, Failure> {
    let extra = [];
    let variables = Variables::new(plan, live, Some(run), world, &extra);
    let uri = split_uri(live, run, &batch.split)
        .ok_or_else(|| Failure::new(format!("the task `{}` gave no file of parts", batch.split)))?;
    lines(&uri, variables.environment()).map_err(|error| Failure::new(error.text()))
}

fn split_uri(live: &Live, run: RunIndex, split: &str) -> Option<String> {
    let parent = live.run(run).parent?;
    let split = live.children(parent).find(|child| &*live.run(*child).task == split)?;
    match live.run(split).outputs.as_ref()?.get("splits")? {
        Value::Str(uri) => Some(uri.expose().to_owned()),
        _ => None,
    }
}

/// The lines of a file in the storage.
pub(crate) fn lines(uri: &str, environment: Environment<'_>) -> Outcome<Vec<Arc<str>>> {
    let services: &dyn Services = environment.services;
    let content = services
        .read(&File::Internal(uri))?
        .ok_or_else(|| Error::not_found(format!("the file `{uri}` does not exist")))?;
    let text = String::from_utf8_lossy(&content);
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Arc::from).collect())
}

struct Asked<'a> {
    plan: &'a Plan,
    live: &'a Live,
    run: RunIndex,
    iteration: u32,
    id: ExecutionId,
    world: &'a World<'a>,
    task: &'a Task,
}

impl Asked<'_> {
    fn subflow(&self, subflow: &Subflow, part: Option<&Arc<str>>) -> Result<Request, Failure> {
        let extra = self.extra(part);
        let variables = Variables::new(self.plan, self.live, Some(self.run), self.world, &extra);
        let environment = variables.environment();
        let text = |property: Option<&kapelle_core::property::Property>| {
            property.map(|property| property.render_text(environment)).transpose()
        };
        let rendered = || -> Outcome<_> {
            let namespace = text(subflow.namespace.as_ref())?;
            let flow = text(subflow.flow.as_ref())?.unwrap_or_default();
            let revision =
                text(subflow.revision.as_ref())?.and_then(|text| text.expose().trim().parse().ok());
            let inputs = subflow.inputs.as_ref().map(|inputs| inputs.render(environment)).transpose()?;
            let inherits =
                subflow.inherit_labels.as_ref().map_or(Ok(false), |flag| flag.truth(environment))?;
            let start = start(subflow, environment, self.world.now)?;
            Ok((namespace, flow, revision, inputs, inherits, start))
        };
        let (namespace, flow, revision, inputs, inherits, start) =
            rendered().map_err(|error| Failure::new(error.text()))?;
        // Labels belong to the task, not to the part: they do not see it.
        let of_task = Variables::new(self.plan, self.live, Some(self.run), self.world, &[]);
        let own_labels = rendered_labels(subflow.labels.as_ref(), &of_task)?;
        let parent = self.live.execution();
        Ok(Request {
            namespace: namespace
                .map_or_else(|| Arc::clone(&self.plan.namespace), |text| Arc::from(text.expose())),
            flow: Arc::from(flow.expose()),
            revision,
            inputs: match inputs {
                Some(Value::Map(inputs)) => inputs,
                _ => Arc::default(),
            },
            inherited: inherited(&parent.head.labels, inherits),
            labels: own_labels.into(),
            start,
            ..self.bare()
        })
    }

    /// An iteration of a loop: the same flow, but only the lists of the loop.
    fn iteration_of_loop(&self) -> Request {
        let parent = self.live.execution();
        Request {
            namespace: Arc::clone(&self.plan.namespace),
            flow: Arc::clone(&self.plan.flow),
            revision: Some(parent.birth.revision),
            inputs: Arc::clone(&parent.birth.inputs),
            resolves: false,
            inherited: Arc::clone(&parent.head.labels),
            kind: ExecutionKind::Loop,
            scope: Some(Arc::new(self.scope())),
            origin: parent.birth.origin.clone(),
            ..self.bare()
        }
    }

    fn scope(&self) -> Scope {
        let run = self.live.run(self.run);
        let parent = self.live.execution();
        let detail = run.detail.as_deref();
        let place = self.iteration as usize;
        let text = |texts: Option<&Arc<[Arc<str>]>>| {
            texts.and_then(|texts| texts.get(place)).map(|text| Value::from(&**text))
        };
        let around = parent.birth.scope.as_ref().map(|scope| &scope.item);
        let parents = around.map(|item| {
            let further = match item.get("parents") {
                Some(Value::List(parents)) => parents.to_vec(),
                _ => Vec::new(),
            };
            std::iter::once(Value::Map(Arc::clone(item))).chain(further).collect::<Vec<_>>()
        });
        let entries = [
            ("value", text(detail.and_then(|detail| detail.values.as_ref()))),
            ("index", Some(Value::Int(i64::from(self.iteration)))),
            ("key", text(detail.and_then(|detail| detail.keys.as_ref()))),
            ("parent", around.map(|item| Value::Map(Arc::clone(item)))),
            ("parents", parents.map(|parents| Value::List(Arc::new(parents)))),
        ];
        let item: Map =
            entries.into_iter().filter_map(|(name, value)| Some((Arc::from(name), value?))).collect();
        Scope { task: Arc::clone(&self.task.id), item: Arc::new(item), outputs: self.live.outputs_around() }
    }

    fn bare(&self) -> Request {
        let birth = &self.live.execution().birth;
        Request {
            origin: Some(self.origin()),
            parent: Some(Parent { execution: birth.id, run: self.run, iteration: self.iteration }),
            kind: birth.kind,
            priority: birth.priority,
            depth: birth.depth + 1,
            ..Request::new(self.id, Arc::default(), Arc::default())
        }
    }

    fn origin(&self) -> Origin {
        let birth = &self.live.execution().birth;
        let run = self.live.run(self.run);
        let text = |text: &str| Some(Value::from(text));
        let entries = [
            ("executionId", text(&birth.id.to_string())),
            ("namespace", text(&birth.namespace)),
            ("flowId", text(&birth.flow)),
            ("flowRevision", Some(Value::Int(i64::from(birth.revision)))),
            ("taskRunId", text(&self.world.chance.run(birth.id, self.run))),
            ("taskId", text(&self.task.id)),
            ("taskRunOutputs", run.outputs.clone().map(Value::Map)),
            ("taskRunValue", run.value.as_deref().map(Value::from)),
            ("taskRunIteration", self.iteration_variable().map(|iteration| Value::Int(i64::from(iteration)))),
        ];
        let variables: Map =
            entries.into_iter().filter_map(|(name, value)| Some((Arc::from(name), value?))).collect();
        Origin {
            id: Arc::clone(&self.task.id),
            type_name: Arc::clone(&self.task.type_name),
            variables: Arc::new(variables),
        }
    }

    fn iteration_variable(&self) -> Option<u32> {
        match self.task.kind {
            Kind::Subflow(_) => self.live.run(self.run).iteration,
            _ => Some(self.iteration),
        }
    }

    /// The task run as the inputs of a part see it.
    fn extra(&self, part: Option<&Arc<str>>) -> Vec<(&'static str, Value)> {
        let Some(part) = part else { return Vec::new() };
        let variables = Variables::new(self.plan, self.live, Some(self.run), self.world, &[]);
        let context: &dyn kapelle_core::expression::environment::Context = &variables;
        let mut taskrun = match context.get("taskrun") {
            Some(Value::Map(taskrun)) => (**taskrun).clone(),
            _ => Map::new(),
        };
        taskrun.insert("items".into(), Value::from(&**part));
        taskrun.insert("iteration".into(), Value::Int(i64::from(self.iteration)));
        vec![("taskrun", Value::Map(Arc::new(taskrun)))]
    }
}

/// The labels that a child gets from its parent: all of them, or only those of the system.
fn inherited(parent: &Labels, inherits: bool) -> Labels {
    parent.iter().filter(|(key, _)| inherits || key.starts_with(labels::SYSTEM)).cloned().collect()
}

fn start(subflow: &Subflow, environment: Environment<'_>, now: Millis) -> Outcome<Option<Start>> {
    let text = |property: Option<&kapelle_core::property::Property>| -> Outcome<Option<String>> {
        let Some(property) = property else { return Ok(None) };
        let text = text_of(&property.render(environment)?)?.expose().trim().to_owned();
        Ok((!text.is_empty()).then_some(text))
    };
    let at = match (text(subflow.schedule_at.as_ref())?, text(subflow.schedule_in.as_ref())?) {
        (Some(at), _) => moment(&at)?,
        (None, Some(delay)) => {
            let delay = duration::parse(&delay)
                .map_err(|reason| Error::invalid(format!("`{delay}` is no duration: {reason}")))?;
            now.plus(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX))
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Start { at, reason: StartReason::Scheduled }))
}

fn moment(text: &str) -> Outcome<Millis> {
    let zoned = date::date_time_with_zone(text).map(|zoned| zoned.timestamp());
    zoned
        .map(|at: Timestamp| Millis(at.as_millisecond()))
        .map_err(|reason| Error::invalid(format!("`{text}` is no moment to start at: {reason}")))
}
