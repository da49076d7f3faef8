//! Follows an execution to its end, and to that of the execution that tries it again, and does what the person at the
//! terminal wants.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kapelle_model::event::Order;
use kapelle_model::{ExecutionId, Map, State, Value};
use kapelle_runtime::{Declined, Listener, News, NotResumed};
use kapelle_store::logs::LogLine;

use super::picture::{Change, Picture};
use super::{Format, ask, result, say, stopped};
use crate::local::Local;
use crate::outcome::{Ending, Outcome, Stop};

/// How often a live picture is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// What is heard while an execution runs.
pub(super) enum Heard {
    Changed(Change),
    Line(Box<LogLine>),
    Alarm(String),
    Interrupted,
    TimeIsUp,
    /// Somebody at the terminal wrote a line.
    Written(String),
    Ended,
}

/// Listens to a runtime.
pub(super) struct Watched {
    pub(super) format: Format,
    pub(super) quiet: bool,
    told: Sender<Heard>,
    heard: Mutex<Receiver<Heard>>,
    id: Arc<Mutex<Option<ExecutionId>>>,
}

impl Watched {
    pub(super) fn new(format: Format, quiet: bool) -> Self {
        let (told, heard) = channel();
        Self { format, quiet, told, heard: Mutex::new(heard), id: Arc::default() }
    }

    /// From now on this execution is what matters.
    pub(super) fn follow(&self, id: ExecutionId) {
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    pub(super) fn listener(&self) -> Listener {
        let (told, id) = (self.told.clone(), Arc::clone(&self.id));
        Box::new(move |news| {
            let id = *id.lock().unwrap_or_else(PoisonError::into_inner);
            let heard = match news {
                News::Changed { execution, runs } if Some(execution.birth.id) == id => {
                    Heard::Changed(Change::of(execution, runs))
                }
                News::Changed { .. } | News::Skipped { .. } => return,
                News::Line(line) => Heard::Line(Box::new((*line).clone())),
                News::Alarm(words) => Heard::Alarm((*words).to_owned()),
            };
            // Nobody listens any more when the run is over.
            let _over = told.send(heard);
        })
    }
}

/// Shows what happens until the execution is over, or the last of those that try it again.
pub(super) fn to_the_end(
    local: &Local,
    watched: &Watched,
    mut id: ExecutionId,
    limit: Option<Duration>,
) -> Ending {
    listen(local, watched, limit);
    wait_for_end(local, watched, id);
    let heard = watched.heard.lock().unwrap_or_else(PoisonError::into_inner);
    let mut picture = Picture::new(watched.format, watched.quiet, id);
    let (mut is_interrupted, mut is_to_end) = (false, false);
    let mut asks = false;
    loop {
        match heard.recv_timeout(FRAME) {
            Ok(Heard::Changed(change)) => {
                picture.changed(&change)?;
                if change.state == State::Paused && !asks && io::stdin().is_terminal() {
                    asks = true;
                    read_line(watched.told.clone());
                }
            }
            Ok(Heard::Line(line)) => picture.line(&line)?,
            Ok(Heard::Alarm(words)) => say(&format!("warning: {words}")),
            Ok(Heard::Interrupted) => {
                (is_interrupted, is_to_end) = (true, true);
                picture.clear()?;
                say("killing the execution; Ctrl+C once more leaves at once");
                kill(local, id);
            }
            Ok(Heard::TimeIsUp) => {
                is_to_end = true;
                picture.clear()?;
                say("error: it takes longer than --max-time allows, and is killed");
                kill(local, id);
            }
            Ok(Heard::Written(line)) => {
                asks = false;
                resume(local, id, &line);
            }
            Ok(Heard::Ended) => {
                let Some(next) = successor(local, id)? else { break };
                picture.clear()?;
                (id, picture) = (next, Picture::new(watched.format, watched.quiet, next));
                watched.follow(next);
                if is_to_end {
                    kill(local, next);
                }
                wait_for_end(local, watched, next);
                if let Some(execution) = local.runtime.execution(next).map_err(stopped)? {
                    // It may have come that far before anybody listened.
                    let runs: Vec<_> = execution.runs.iter().map(|run| run.index).collect();
                    picture.changed(&Change::of(&execution, &runs))?;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => picture.draw()?,
        }
    }
    // Lines that came before the end are shown before it.
    for heard in heard.try_iter() {
        if let Heard::Line(line) = heard {
            picture.line(&line)?;
        }
    }
    picture.clear()?;
    let outcome = result::show(local, watched, id)?;
    Ok(if is_interrupted { Outcome::Interrupted } else { outcome })
}

/// The execution that tries another one again.
fn successor(local: &Local, id: ExecutionId) -> Result<Option<ExecutionId>, Stop> {
    let execution = local.runtime.execution(id).map_err(stopped)?;
    Ok(execution.and_then(|execution| execution.head.successor))
}

/// Has everything told that is not news of the runtime.
fn listen(local: &Local, watched: &Watched, limit: Option<Duration>) {
    let told = watched.told.clone();
    local.tokio.spawn(async move {
        let mut count = 0;
        while tokio::signal::ctrl_c().await.is_ok() {
            count += 1;
            if count > 1 {
                std::process::exit(Outcome::Interrupted as i32);
            }
            let _over = told.send(Heard::Interrupted);
        }
    });
    if let Some(limit) = limit {
        let told = watched.told.clone();
        local.tokio.spawn(async move {
            tokio::time::sleep(limit).await;
            let _over = told.send(Heard::TimeIsUp);
        });
    }
}

fn wait_for_end(local: &Local, watched: &Watched, id: ExecutionId) {
    let (told, runtime) = (watched.told.clone(), Arc::downgrade(&local.runtime));
    local.tokio.spawn(async move {
        if let Some(runtime) = runtime.upgrade() {
            // Without an answer the runtime has ended, and so has this.
            let _ended = runtime.end_of(id).await;
        }
        let _over = told.send(Heard::Ended);
    });
}

fn kill(local: &Local, id: ExecutionId) {
    let order = Order::Kill { cascade: true };
    match local.tokio.block_on(local.runtime.order(id, order)) {
        Ok(()) | Err(Declined::Missing | Declined::Refused(_)) => {}
        Err(Declined::Store(error)) => say(&format!("error: it cannot be killed: {error}")),
    }
}

/// Waits for a line in a thread of its own, which ends with the process.
fn read_line(told: Sender<Heard>) {
    std::thread::spawn(move || {
        let question = "paused: Enter goes on (values for the pause as NAME=VALUE NAME=VALUE)\n";
        if let Some(line) = ask::ask(question) {
            let _over = told.send(Heard::Written(line));
        }
    });
}

fn resume(local: &Local, id: ExecutionId, line: &str) {
    let pairs = line.split_whitespace().filter_map(|pair| pair.split_once('='));
    let values: Map = pairs.map(|(name, value)| (Arc::from(name), Value::from(value))).collect();
    match local.tokio.block_on(local.runtime.resume(id, &values, None)) {
        Ok(()) => {}
        Err(NotResumed::Inputs(words)) => say(&format!("error: {words}")),
        Err(NotResumed::Declined(Declined::Store(error))) => {
            let _told = stopped(error).tell();
        }
        Err(NotResumed::Declined(_)) => say("it does not wait any more"),
    }
}
