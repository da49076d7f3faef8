//! One attempt, from the moment it is handed out to its report.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use kapelle_core::expression::environment::Environment;
use kapelle_core::time::duration;
use kapelle_engine::plan::{OnLost, TaskIndex};
use kapelle_model::effect::{Level, Work};
use kapelle_model::event::{Event, Report};
use kapelle_model::{Failure, Map, State};
use kapelle_plugin::{Broken, Host, RunContext, Running};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::Key;
use super::begun::Begun;
use super::cached::Kept;
use super::host::AttemptHost;
use super::job::Job;
use super::log::Log;
use super::log_file::LogFile;
use super::parts;
use crate::activity::Busy;
use crate::definitions::{Definition, unknown_type};
use crate::message::{Happening, Message};
use crate::shared::Shared;

/// A task that is done sooner does not tell that it began.
const QUICK: Duration = Duration::from_millis(5);

/// How long a task may take to end once it was told to. Then it is left alone, and what it still does is lost.
const GRACE: Duration = Duration::from_secs(30);

/// Works on a dispatch and reports, unless nobody wants it any more.
pub(super) async fn work(shared: Arc<Shared>, job: Job, stop: CancellationToken) {
    let key = job.key();
    let mut desk = Desk { shared: Arc::clone(&shared), key, is_open: true };
    if let Some(report) = stand_in(&shared, &job) {
        return desk.close(Some(report));
    }
    let room = tokio::select! {
        biased;
        room = shared.workers.room() => match room {
            Some(room) => Some(room),
            // It is left to the next process.
            None => return desk.close(None),
        },
        () = stop.cancelled() => None,
    };
    // Until it has reported, it is on its way.
    let (report, _busy) = match room {
        Some(room) if !stop.is_cancelled() => perform(&shared, job, room, stop).await,
        _ => (Some(Report { killed: true, ..Report::default() }), Some(job.busy)),
    };
    desk.close(report);
}

/// What a fixture reports instead of the task.
fn stand_in(shared: &Shared, job: &Job) -> Option<Report> {
    let fixtures = shared.fixtures.as_ref().filter(|_| job.dispatch.work == Work::Run)?;
    let services = shared.reach.desk(&job.birth);
    let environment =
        Environment { context: &job.variables, services: &*services, settings: &shared.settings };
    fixtures.of(&job.place, environment)
}

/// Sees to it that an attempt ends with a report, also if the task panics.
struct Desk {
    shared: Arc<Shared>,
    key: Key,
    is_open: bool,
}

impl Desk {
    fn close(&mut self, report: Option<Report>) {
        self.is_open = false;
        if let Some(report) = report {
            self.tell(report);
            self.shared.workers.over(self.key);
        } else if self.shared.workers.over(self.key) {
            // Whoever told it to stop waits to hear that it did.
            self.tell(Report { killed: true, ..Report::default() });
        }
    }

    fn tell(&self, report: Report) {
        let (to, run, fence) = self.key;
        let event = Event::Finished { run, fence, report: Box::new(report) };
        self.shared.tell(Message::Happen(Happening::of(to, event)));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if self.is_open {
            let words = "the task ended by a mistake in its program; other tasks are not concerned";
            let failure = Some(Failure::new(words));
            self.close(Some(Report { failure, ..Report::default() }));
        }
    }
}

/// Does the work. Nothing, if nobody wants it any more.
async fn perform(
    shared: &Arc<Shared>,
    job: Job,
    room: OwnedSemaphorePermit,
    stop: CancellationToken,
) -> (Option<Report>, Option<Busy>) {
    let (least, key) = (job.least_level(), job.key());
    let directory = directory(shared, &job);
    let reached = shared.reach.attempt(&job.birth, &job.place);
    let services = Arc::clone(&reached.services);
    let mut log = Log::new(Arc::clone(shared), Arc::clone(&job.place), least, reached.masks.clone());
    if job.logs_to_file() {
        log = log.with_file(LogFile::create(&*reached.files, job.place.attempt));
    }
    let host = Arc::new(AttemptHost {
        shared: Arc::clone(shared),
        log,
        begun: match job.dispatch.work {
            Work::Run => Begun::new(Arc::clone(shared), key),
            Work::Open | Work::Close => Begun::untold(Arc::clone(shared), key),
        },
        stop: stop.clone(),
        reached,
        directory,
        birth: Arc::clone(&job.birth),
        task: Some((Arc::clone(&job.definition), job.task)),
        busy: Mutex::new(Some(job.busy)),
        room: Mutex::new(Some(room)),
    });
    let cx = RunContext {
        place: Arc::clone(&job.place),
        variables: Arc::new(job.variables),
        services,
        settings: Arc::clone(&shared.settings),
        host: Arc::clone(&host) as Arc<dyn Host>,
        stop,
        ends_as: Arc::new(Mutex::new(None)),
    };
    let result = run(&host, &cx, &job.definition, job.task, job.dispatch.work).await;
    let keeps_directory = job.dispatch.directory.is_some() && job.dispatch.work != Work::Close;
    if !keeps_directory {
        // What cannot be removed is found by the next process, once the execution is over.
        let _left_behind = std::fs::remove_dir_all(&host.directory);
    }
    let state = *cx.ends_as.lock().unwrap_or_else(PoisonError::into_inner);
    let report = result.map(|result| report(&host, result, state));
    if host.log.has_file() {
        let host = Arc::clone(&host);
        // It waits for the disk; that it panics is not expected, and would cost the file only.
        let _kept = tokio::task::spawn_blocking(move || host.log.finish()).await;
    }
    // Somebody may hold the host for longer.
    drop(host.take_room());
    (report, host.take_busy())
}

/// Runs the plugin. Nothing, if nobody wants it any more.
async fn run(
    host: &AttemptHost,
    cx: &RunContext,
    definition: &Definition,
    task: TaskIndex,
    work: Work,
) -> Option<Result<Map, Broken>> {
    let registry = &host.shared.registry;
    let planned = definition.plan.task(task);
    let properties = &planned.properties;
    if work != Work::Run {
        let Some(group) = registry.find_group(&planned.type_name) else {
            return Some(Err(unknown_type(&planned.type_name).into()));
        };
        let running =
            if work == Work::Open { group.open(properties, cx) } else { group.close(properties, cx) };
        return in_time(running, host, None).await;
    }
    if *planned.type_name == *parts::JOINS
        && let Err(broken) = lay_out(host, cx).await
    {
        return Some(Err(broken));
    }
    let plugin = match definition.plugin(task, registry) {
        Ok(plugin) => plugin,
        Err(failure) => return Some(Err(failure.into())),
    };
    let limit = planned.timeout.as_ref().map(|timeout| time_limit(timeout, cx.environment()));
    let limit = match limit.transpose() {
        Ok(limit) => limit,
        Err(failure) => return Some(Err(failure.into())),
    };
    let kept = match Kept::of(planned, cx) {
        Ok(kept) => kept,
        Err(failure) => return Some(Err(failure.into())),
    };
    let files = &*host.reached.files;
    if let Some(outputs) = kept.as_ref().and_then(|kept| kept.find(files, cx)) {
        return Some(Ok(outputs));
    }
    let has_effects = registry.find(&planned.type_name).is_none_or(|known| known.has_effects());
    // What may not begin twice is known to have begun before it does.
    let is_done_once = planned.on_worker_lost.unwrap_or(host.shared.on_worker_lost) == OnLost::Fail;
    if (has_effects || is_done_once) && !host.begun.tell().await {
        return None;
    }
    let result = in_time(plugin.run(cx), host, limit).await;
    if let (Some(kept), Some(Ok(outputs))) = (kept, &result) {
        kept.keep(files, outputs, cx);
    }
    result
}

/// Lays out what the task joins, in a thread that may wait for the disk.
async fn lay_out(host: &AttemptHost, cx: &RunContext) -> Result<(), Broken> {
    let (shared, birth, run) = (Arc::clone(&host.shared), Arc::clone(&host.birth), cx.place.run);
    cx.blocking(move |_| Ok(parts::lay_out(&shared, &birth, run)?)).await
}

/// The directory of the attempt, or the one of the group that it works in.
fn directory(shared: &Shared, job: &Job) -> PathBuf {
    let execution = shared.workers.root.join(job.birth.id.to_string());
    match job.dispatch.directory {
        Some(group) => execution.join(format!("group-{}", group.0)),
        None => execution.join(format!("{}-{}", job.dispatch.run.0, job.dispatch.fence.0)),
    }
}

/// Lets a task run, but no longer than it may. Nothing, if nobody wants it any more.
async fn in_time(
    mut running: Running<'_>,
    host: &AttemptHost,
    limit: Option<SignedDuration>,
) -> Option<Result<Map, Broken>> {
    let moment = limit.map(|limit| host.moment(limit));
    let time_is_up = async {
        match moment {
            Some(moment) => moment.await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(time_is_up);
    let is_still_quick = tokio::time::sleep(QUICK);
    tokio::pin!(is_still_quick);
    loop {
        tokio::select! {
            biased;
            result = &mut running => return Some(result),
            () = host.stop.cancelled() => return Some(Err(stopped(running).await)),
            busy = &mut time_is_up => {
                host.stop.cancel();
                let outputs = stopped(running).await.outputs;
                drop(busy);
                let words = format!("Timeout after {}", clock_text(limit.unwrap_or_default()));
                return Some(Err(Broken::new(words).with_outputs(outputs)));
            }
            () = &mut is_still_quick, if !host.begun.is_told() => {
                if !host.begun.tell().await {
                    return None;
                }
            }
        }
    }
}

/// Waits for the end of a task that was told to stop, and gives what it gave.
async fn stopped(running: Running<'_>) -> Broken {
    match tokio::time::timeout(GRACE, running).await {
        Ok(Err(broken)) => Broken { is_killed: true, ..broken },
        Ok(Ok(outputs)) => Broken::killed().with_outputs(outputs),
        Err(_) => Broken::killed(),
    }
}

fn report(host: &AttemptHost, result: Result<Map, Broken>, state: Option<State>) -> Report {
    let started = (!host.begun.is_told()).then_some(host.begun.at);
    match result {
        Ok(outputs) => Report { started, state, outputs: kept(outputs), ..Report::default() },
        Err(Broken { outputs, is_killed: true, .. }) => {
            Report { started, killed: true, outputs: kept(outputs), ..Report::default() }
        }
        Err(Broken { failure, outputs, .. }) => {
            host.log.write(Level::Error, &failure.message);
            Report { started, failure: Some(failure), outputs: kept(outputs), ..Report::default() }
        }
    }
}

fn kept(outputs: Map) -> Option<Arc<Map>> {
    Some(Arc::new(outputs))
}

fn time_limit(
    timeout: &kapelle_core::property::Property,
    environment: Environment<'_>,
) -> Result<SignedDuration, Failure> {
    let text = timeout.render_text(environment).map_err(|error| Failure::new(error.text()))?;
    duration::parse(text.expose())
        .map_err(|reason| Failure::new(format!("the timeout `{}` is no duration: {reason}", text.masked())))
}

/// `00:00:00.200`.
fn clock_text(duration: SignedDuration) -> String {
    let millis = duration.as_millis().max(0);
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
