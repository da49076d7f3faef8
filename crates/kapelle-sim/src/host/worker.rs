//! A worker without limits: it begins with every dispatch at once, and only sleeping takes it time.

use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_core::expression::Template;
use kapelle_core::expression::environment::Environment;
use kapelle_core::property::Property;
use kapelle_core::time::duration;
use kapelle_engine::plan::Task;
use kapelle_engine::variables::Variables;
use kapelle_engine::world::Chance;
use kapelle_model::effect::{Dispatch, Level, Work as WorkKind};
use kapelle_model::event::{Event, Report};
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_model::{ExecutionId, Failure, Map, Node, Text, Value};

use super::{Alarm, Host, Job, Kept, Logged};
use crate::shelf::Desk;
use crate::tasks::{self, Directory, Done, Place, Work};

/// What a worker says when it is done.
pub(super) struct Finish {
    report: Report,
    logs: Vec<(Level, Text)>,
}

impl Host {
    /// Begins with a dispatch, and is done with it at once or after its sleep.
    pub(super) fn work(&mut self, to: ExecutionId, dispatch: &Dispatch) {
        let (run, fence) = (dispatch.run, dispatch.fence);
        self.jobs.push_back(Job::Event { to, event: Event::Started { run, fence, at: self.now() } });
        let Some((mut done, least)) = self.do_work(to, dispatch) else { return };
        done.logs.retain(|(level, _)| *level >= least);
        self.write(to, run, std::mem::take(&mut done.logs));
        let sleep = i64::try_from(done.sleep.as_millis()).unwrap_or(i64::MAX);
        let finish = finish(done);
        if sleep > 0 {
            self.clock.set(self.now().plus(sleep), Alarm::Done { to, run, fence, finish });
        } else {
            self.worker_is_done(to, run, fence, finish);
        }
    }

    /// Writes what is left to say into the log, and reports.
    pub(super) fn worker_is_done(&mut self, to: ExecutionId, run: RunIndex, fence: Fence, finish: Finish) {
        self.write(to, run, finish.logs);
        let event = Event::Finished { run, fence, report: Box::new(finish.report) };
        self.jobs.push_back(Job::Event { to, event });
    }

    /// Ends a dispatch that still sleeps.
    pub(super) fn stop_work(&mut self, of: ExecutionId, wanted: RunIndex, fenced: Fence) {
        let is_meant = |alarm: &Alarm| matches!(alarm, Alarm::Done { to, run, fence, .. } if (*to, *run, *fence) == (of, wanted, fenced));
        if self.clock.take(is_meant).is_some() {
            let report = Report { killed: true, ..Report::default() };
            self.worker_is_done(of, wanted, fenced, Finish { report, logs: Vec::new() });
        }
    }

    /// What comes out of a dispatch, and the level from which its lines are kept.
    fn do_work(&mut self, to: ExecutionId, dispatch: &Dispatch) -> Option<(Done, Level)> {
        self.lay_out_parts(to, dispatch.run);
        let kept = self.executions.get(&to)?;
        let birth = &kept.live.execution().birth;
        let run = kept.live.execution().run(dispatch.run)?;
        let task = kept.flow.plan.task(kept.flow.plan.find(&run.task)?);
        let desk = Desk { shelf: &self.shelf, errors: self.errors(to, kept) };
        let world = self.world(&desk);
        let variables = Variables::new(&kept.flow.plan, &kept.live, Some(dispatch.run), &world, &[]);
        let (execution_id, run_id) = (to.to_string(), self.shelf.run(to, dispatch.run));
        let work = Work {
            type_name: &task.type_name,
            properties: &task.properties,
            environment: variables.environment(),
            place: Place {
                namespace: &birth.namespace,
                flow: &birth.flow,
                execution: &execution_id,
                task: &task.id,
                run: &run_id,
            },
            shelf: &self.shelf,
        };
        let key = (to, dispatch.run);
        let (done, directory) = match dispatch.work {
            WorkKind::Run => (run_in_time(&work, task), None),
            WorkKind::Open => match Directory::open(&work) {
                Ok(directory) => (Done::default(), Some(directory)),
                Err(failure) => (Done::failed(failure), None),
            },
            WorkKind::Close => match self.directories.get(&key).map(|directory| directory.close(&work)) {
                Some(Ok(outputs)) => (Done { outputs, ..Done::default() }, None),
                Some(Err(failure)) => (Done::failed(failure), None),
                None => (Done::default(), None),
            },
        };
        match directory {
            Some(directory) => self.directories.insert(key, directory),
            None if dispatch.work != WorkKind::Run => self.directories.remove(&key),
            None => None,
        };
        Some((done, least_level(task)))
    }

    /// Puts the outputs of executions where the task looks for them that merges them.
    fn lay_out_parts(&self, of: ExecutionId, run: RunIndex) -> Option<()> {
        let execution = self.executions.get(&of)?.live.execution();
        let merge = execution.run(run)?;
        let name = format!("{}_items", merge.task.strip_suffix("_merge")?);
        let mut runs = execution.runs.iter().rev();
        let items = runs.find(|run| *run.task == *name && run.parent == merge.parent)?;
        let Value::Str(base) = items.outputs.as_ref()?.get("subflowOutputsBaseUri")? else { return None };
        for ((_, batch), child) in execution.children.range((items.index, 0)..=(items.index, u32::MAX)) {
            let has_outputs = child.outputs.as_ref().is_some_and(|outputs| !outputs.is_empty());
            if let Some(line) = has_outputs.then(|| self.outputs_line(child.id)).flatten() {
                self.shelf.put_file(tasks::outputs_uri(base.expose(), i64::from(*batch)), line.into_bytes());
            }
        }
        Some(())
    }

    /// The outputs of an execution as a line of Ion. They are rendered anew, since there they have no types.
    fn outputs_line(&self, of: ExecutionId) -> Option<String> {
        let kept = self.executions.get(&of)?;
        let world = self.world(&self.shelf);
        let variables = Variables::new(&kept.flow.plan, &kept.live, None, &world, &[]);
        let environment = variables.environment();
        let declared = kept.flow.root.get("outputs").map_or(&[][..], Node::items).iter();
        let rendered = declared.map(|output| {
            let value =
                Property::read(output.get("value")?, self.settings.language).render(environment).ok()?;
            Some((Arc::from(output.get("id")?.scalar_text()?), value))
        });
        let outputs: Map = rendered.flatten().collect();
        let context = Map::from_iter([(Arc::from("outputs"), Value::Map(Arc::new(outputs)))]);
        let template = Template::compile("{{ outputs | toIon }}", self.settings.language).ok()?;
        let line = template.render(Environment { context: &context, ..environment }).ok()??;
        Some(format!("{}\n", line.expose()))
    }

    /// The error lines of an execution, as expressions see them.
    fn errors(&self, of: ExecutionId, kept: &Kept) -> Vec<Map> {
        let errors = kept.logs.iter().filter(|line| line.level == Level::Error);
        let told = errors.map(|line| {
            let run = line.run.and_then(|run| kept.live.execution().run(run));
            let entries = [
                ("taskId", run.map(|run| Value::from(&*run.task))),
                ("taskRunId", run.map(|run| Value::from(&*self.shelf.run(of, run.index)))),
                ("level", Some(Value::from(Level::Error.name()))),
                ("message", Some(Value::Str(line.message.clone()))),
            ];
            entries.into_iter().filter_map(|(name, value)| Some((Arc::from(name), value?))).collect()
        });
        told.collect()
    }

    fn write(&mut self, to: ExecutionId, run: RunIndex, lines: Vec<(Level, Text)>) {
        if let Some(kept) = self.executions.get_mut(&to) {
            let lines = lines.into_iter();
            kept.logs.extend(lines.map(|(level, message)| Logged { run: Some(run), level, message }));
        }
    }
}

/// Runs a task, but no longer than it may.
fn run_in_time(work: &Work<'_>, task: &Task) -> Done {
    let limit = match task.timeout.as_ref().map(|timeout| time_limit(timeout, work)) {
        Some(Err(failure)) => return Done::failed(failure),
        Some(Ok(limit)) => limit,
        None => SignedDuration::MAX,
    };
    let mut done = tasks::run(work);
    if done.sleep > limit {
        done.sleep = limit;
        done.outputs.clear();
        done.failure = Some(Failure::new(format!("Timeout after {}", clock_text(limit))));
    }
    done
}

fn time_limit(timeout: &Property, work: &Work<'_>) -> Result<SignedDuration, Failure> {
    let text = timeout.render_text(work.environment).map_err(|error| Failure::new(error.text()))?;
    duration::parse(text.expose())
        .map_err(|reason| Failure::new(format!("the timeout `{}` is no duration: {reason}", text.masked())))
}

/// `00:00:00.200`.
fn clock_text(duration: SignedDuration) -> String {
    let millis = duration.as_millis().max(0);
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn finish(done: Done) -> Finish {
    let logs = done.failure.iter().map(|failure| (Level::Error, failure.message.clone())).collect();
    let report = Report { outputs: Some(Arc::new(done.outputs)), failure: done.failure, ..Report::default() };
    Finish { report, logs }
}

/// The level from which a task wants its lines to be kept.
fn least_level(task: &Task) -> Level {
    let written = match task.property("logLevel") {
        Some(Property::Fixed(Value::Str(text))) => Level::from_name(text.expose()),
        _ => None,
    };
    written.unwrap_or(Level::Trace)
}
