//! `kapelle run --triggers`: runs the flows of a folder whenever their triggers say so, until it is stopped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_model::execution::Execution;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{Skip, TriggerKey};
use kapelle_model::{Millis, State};
use kapelle_runtime::{Listener, News, TakesUp, view};
use kapelle_store::codec::Key;
use kapelle_store::flow::FlowRevision;
use kapelle_store::logs::LogLine;

use super::picture::{coloured, span};
use super::place::Place;
use super::{Arguments, Format, flows, say, stopped};
use crate::argo::Options;
use crate::configuration;
use crate::files;
use crate::local::{Local, Setup, TENANT};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::printable;
use crate::terminal::Stream;

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How long tasks may go on once somebody wants to stop.
const GRACE: Duration = Duration::from_secs(30);

/// Triggers that are named at the start.
const NAMED_MAX: usize = 20;

/// What is heard of the runtime.
enum Heard {
    Changed(Box<Execution>),
    Line(Box<LogLine>),
    Skipped(TriggerKey, Skip),
    Alarm(String),
    Stop,
}

pub(super) fn run(arguments: &Arguments, folder: &Path, ahead: i64) -> Ending {
    let settings = configuration::for_command(&arguments.configuration)?;
    let place = match &arguments.data {
        Some(data) => Place::take(Some(data), false, settings.encryption_key())?,
        None => Place::standing(folder, settings.encryption_key())?,
    };
    let recover = settings.recover.unwrap_or_default();
    let argo = flows::argo(&settings.flows.task_settings);
    let (told, heard) = channel();
    let local = Local::start(Setup {
        settings,
        store: Arc::clone(&place.store),
        files: None,
        folder: place.folder.clone(),
        listener: Some(listener(told.clone())),
        fixtures: None,
        hands: None,
        ahead,
        takes_up: TakesUp::All,
        triggers: Some(recover),
        secrets: arguments.secrets.clone(),
    })?;
    let mut seen = Seen::new(folder, argo);
    if let Err(outcome) = seen.save(&local)? {
        return Ok(outcome);
    }
    announce(&local, &place)?;
    watch_for_the_end(&local, told);
    let stopped = follow(arguments, &local, &mut seen, &heard);
    say("stopping: tasks have 30 s to end; Ctrl+C once more leaves at once");
    let Local { runtime, tokio, .. } = local;
    tokio.block_on(runtime.stop(GRACE));
    stopped.map(|()| Outcome::Ok)
}

/// Shows what happens, and takes over what changes in the folder, until somebody wants to stop.
fn follow(
    arguments: &Arguments,
    local: &Local,
    seen: &mut Seen,
    heard: &Receiver<Heard>,
) -> Result<(), Stop> {
    let mut known = BTreeMap::new();
    loop {
        match heard.recv_timeout(LOOK) {
            Ok(Heard::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Ok(heard) => show(arguments, local, &mut known, &heard)?,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if seen.has_changed() && seen.save(local)?.is_err() {
            say("the flows of before go on until the mistakes are gone");
        }
    }
}

fn listener(told: Sender<Heard>) -> Listener {
    Box::new(move |news| {
        let heard = match news {
            News::Changed { execution, .. } => Heard::Changed(Box::new((*execution).clone())),
            News::Line(line) => Heard::Line(Box::new((*line).clone())),
            News::Skipped { trigger, skip } => Heard::Skipped((*trigger).clone(), (*skip).clone()),
            News::Alarm(words) => Heard::Alarm((*words).to_owned()),
        };
        // Nobody listens any more at the end.
        let _over = told.send(heard);
    })
}

/// Ctrl+C, or the system that asks to end; the second time at once.
fn watch_for_the_end(local: &Local, told: Sender<Heard>) {
    local.tokio.spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if told.send(Heard::Stop).is_err() {
                std::process::exit(Outcome::Interrupted as i32);
            }
        }
    });
}

/// A line for what happened.
fn show(
    arguments: &Arguments,
    local: &Local,
    known: &mut BTreeMap<u128, State>,
    heard: &Heard,
) -> Result<(), Stop> {
    let line = match heard {
        Heard::Changed(execution) => {
            let (id, state) = (execution.birth.id, execution.state());
            let before = known.insert(id.0, state);
            if state.is_terminal() {
                known.remove(&id.0);
            }
            match arguments.format {
                Format::Json if state.is_terminal() && before != Some(state) => {
                    let json = view::execution(execution, &|run| local.runtime.run_id(id, run), &|task| {
                        local.runtime.logs_to_file(&execution.birth, task)
                    });
                    json.to_string()
                }
                Format::Pretty if before.is_none() || state.is_terminal() => of_execution(execution, state),
                _ => return Ok(()),
            }
        }
        Heard::Line(line) if arguments.format == Format::Logs => of_line(line),
        Heard::Skipped(key, skip) if arguments.format == Format::Pretty => of_skip(key, skip),
        Heard::Alarm(words) => {
            say(&format!("warning: {words}"));
            return Ok(());
        }
        Heard::Line(_) | Heard::Skipped(..) | Heard::Stop => return Ok(()),
    };
    Stream::Out.print(format!("{line}\n").as_bytes())
}

fn of_execution(execution: &Execution, state: State) -> String {
    let birth = &execution.birth;
    let history = &execution.head.history;
    let name = printable(&format!("{}.{}", birth.namespace, birth.flow));
    let shown = coloured(Stream::Out.style(), state, &format!("{:<8}", state.name()));
    let tail = if state.is_terminal() {
        format!("in {}", span(history.since().since(history.started())))
    } else {
        birth.origin.as_ref().map_or_else(String::new, |origin| printable(&format!("by {}", origin.id)))
    };
    format!("{}  {shown}  {name}  {}  {tail}", clock(history.since()), birth.id)
}

fn of_skip(key: &TriggerKey, skip: &Skip) -> String {
    let name = printable(&format!("{}.{}", key.namespace, key.flow));
    let count = if skip.count > 1 { format!(" ({} times)", skip.count) } else { String::new() };
    let words = printable(&skip.words);
    format!("{}  {:<8}  {name}  {}{count}: {words}", clock(skip.until), "SKIPPED", key.trigger)
}

fn of_line(line: &LogLine) -> String {
    let name = printable(&format!("{}.{}", line.namespace, line.flow));
    format!("{}  {:<5}  {name}  {}", clock(line.at), line.level.name(), printable(&line.message))
}

/// Date and time of day, where this machine is.
fn clock(moment: Millis) -> String {
    let moment = Timestamp::from_millisecond(moment.0).unwrap_or_default();
    moment.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Says what is waited for.
fn announce(local: &Local, place: &Place) -> Result<(), Stop> {
    say(&format!("data: {}", place.folder.display()));
    let permit = Permit::system("triggers to be shown");
    let rows = local.runtime.triggers(&permit, None, None, NAMED_MAX + 1).map_err(stopped)?;
    for row in rows.iter().take(NAMED_MAX) {
        let name = printable(&format!("{}.{} {}", row.key.namespace, row.key.flow, row.key.trigger));
        let next = row.state.next.map_or_else(|| "waits".to_owned(), |next| format!("next {}", clock(next)));
        say(&format!("{name}: {next}"));
    }
    if rows.len() > NAMED_MAX {
        say("… and more triggers");
    }
    Ok(())
}

/// The folder of flows as it was seen last.
struct Seen {
    folder: PathBuf,
    argo: Options<'static>,
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
}

impl Seen {
    fn new(folder: &Path, argo: Options<'static>) -> Self {
        Self { folder: folder.to_owned(), argo, files: BTreeMap::new() }
    }

    /// Whether a file of it is new, changed or gone.
    fn has_changed(&self) -> bool {
        self.look().is_ok_and(|files| files != self.files)
    }

    fn look(&self) -> Result<BTreeMap<PathBuf, (Option<SystemTime>, u64)>, Stop> {
        let found = files::find(&[self.folder.clone().into_os_string()])?;
        let paths = found.places.into_iter().filter_map(|place| match place {
            files::Place::File { real, .. } => Some(real),
            _ => None,
        });
        let stamped = paths.map(|path| {
            let known = std::fs::metadata(&path).ok();
            let stamp = known.map_or((None, 0), |known| (known.modified().ok(), known.len()));
            (path, stamp)
        });
        Ok(stamped.collect())
    }

    /// Saves the flows of the folder, and ends those that are not in it any more.
    fn save(&mut self, local: &Local) -> Result<Result<(), Outcome>, Stop> {
        self.files = self.look()?;
        let found = match flows::all(&[&self.folder], &self.argo)? {
            Ok(found) => found,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let tenant = Arc::from(TENANT);
        let before = local.runtime.store().flows(&Permit::system("flows of a folder")).map_err(stopped)?;
        for (name, source, _) in &found {
            let known = before.iter().find(|flow| full_name(flow) == *name);
            local.runtime.save_flow(&tenant, source).map_err(flows::unsaved)?;
            if known.is_none_or(|known| *known.source != **source) {
                say(&format!("{}: {}", printable(name), if known.is_some() { "changed" } else { "added" }));
            }
        }
        for gone in before.iter().filter(|flow| found.iter().all(|(name, ..)| full_name(flow) != *name)) {
            local.runtime.delete_flow(&tenant, &gone.namespace, &gone.id).map_err(stopped)?;
            say(&format!("{}: removed", printable(&full_name(gone))));
        }
        Ok(Ok(()))
    }
}

fn full_name(flow: &FlowRevision) -> String {
    format!("{}.{}", flow.namespace, flow.id)
}

impl Place {
    /// The folder that belongs to a folder of flows, the same one each time.
    fn standing(flows: &Path, key: Option<&Key>) -> Result<Self, Stop> {
        let full = flows.canonicalize().with_context(|| format!("cannot read {}", flows.display()))?;
        let name: String = full
            .to_string_lossy()
            .chars()
            .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
            .collect();
        Self::take(Some(&super::place::root()?.join("triggers").join(name.trim_matches('-'))), false, key)
    }
}
