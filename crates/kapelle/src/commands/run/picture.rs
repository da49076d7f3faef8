//! What is seen of an execution while it runs: a line for everything that happened, and on a terminal below them what
//! goes on just now.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use kapelle_model::cause::Cause;
use kapelle_model::effect::Level;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_runtime::machine_now;
use kapelle_store::logs::LogLine;

use super::Format;
use crate::outcome::Stop;
use crate::report::printable;
use crate::terminal::{Stream, Style};

/// Lines of what goes on.
const SHOWN_MAX: usize = 12;

const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// A change of an execution, as far as it is shown.
pub(super) struct Change {
    name: String,
    pub(super) state: State,
    waits: Option<String>,
    runs: Vec<Run>,
}

/// A task run.
#[derive(Clone)]
struct Run {
    index: RunIndex,
    name: String,
    state: State,
    attempt: usize,
    began: Millis,
    last: Millis,
}

impl Change {
    pub(super) fn of(execution: &Execution, changed: &[RunIndex]) -> Self {
        let birth = &execution.birth;
        let runs = changed.iter().filter_map(|index| execution.run(*index)).map(|run| {
            let value = run.value.as_deref().map(|value| format!("[{value}]")).unwrap_or_default();
            Run {
                index: run.index,
                name: printable(&format!("{}{value}", run.task)),
                state: run.state(),
                attempt: run.attempts.len(),
                began: run.history.started(),
                last: run.history.since(),
            }
        });
        Self {
            name: format!("{}.{} revision {}", birth.namespace, birth.flow, birth.revision),
            state: execution.state(),
            waits: execution.head.waiting.as_ref().and_then(|waiting| words(&waiting.cause)),
            runs: runs.collect(),
        }
    }
}

/// Why nothing moves, where it is more than that tasks run.
fn words(cause: &Cause) -> Option<String> {
    Some(match cause {
        Cause::Concurrency { limit, size } => format!("waits for one of the {size} places of {limit}"),
        Cause::Scheduled { at } => format!("starts at {}", moment(*at)),
        Cause::Paused { until: Some(until) } => format!("paused until {}", moment(*until)),
        Cause::Paused { until: None } | Cause::PausedByHand => "paused until somebody resumes it".to_owned(),
        Cause::Delay { until, .. } => format!("checks again at {}", moment(*until)),
        Cause::Breakpoint => "stands at a breakpoint".to_owned(),
        Cause::RetryWait { attempt, until, .. } => {
            format!("tries again after attempt {attempt} at {}", moment(*until))
        }
        Cause::Subflow { open, total, .. } => format!("waits for {open} of {total} subflows"),
        Cause::Killing { alive } => format!("is killed; {alive} still run"),
        _ => return None,
    })
}

fn moment(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_string()
}

pub(super) struct Picture {
    format: Format,
    quiet: bool,
    id: ExecutionId,
    style: Style,
    is_live: bool,
    has_title: bool,
    open: BTreeMap<RunIndex, Run>,
    seen: BTreeMap<RunIndex, (State, usize)>,
    waits: Option<String>,
    frame: usize,
    drawn: usize,
}

impl Picture {
    pub(super) fn new(format: Format, quiet: bool, id: ExecutionId) -> Self {
        let style = Stream::Out.style();
        let is_live = format == Format::Pretty && !quiet && std::io::stdout().is_terminal() && style.colour;
        Self {
            format,
            quiet,
            id,
            style,
            is_live,
            has_title: false,
            open: BTreeMap::new(),
            seen: BTreeMap::new(),
            waits: None,
            frame: 0,
            drawn: 0,
        }
    }

    fn is_shown(&self) -> bool {
        self.format == Format::Pretty && !self.quiet
    }

    pub(super) fn changed(&mut self, change: &Change) -> Result<(), Stop> {
        if !self.is_shown() {
            return Ok(());
        }
        self.clear()?;
        if !self.has_title {
            self.has_title = true;
            print(&format!("{}, execution {}", change.name, self.id))?;
        }
        for run in &change.runs {
            if run.state.is_terminal() {
                self.open.remove(&run.index);
            } else {
                self.open.insert(run.index, run.clone());
            }
            let seen = self.seen.insert(run.index, (run.state, run.attempt));
            if seen != Some((run.state, run.attempt)) && is_told(run.state) {
                print(&self.told(run))?;
            }
        }
        if self.waits != change.waits
            && let Some(words) = &change.waits
            && !self.is_live
        {
            print(&format!("  {words}"))?;
        }
        self.waits.clone_from(&change.waits);
        self.draw()
    }

    fn told(&self, run: &Run) -> String {
        let took = span(run.last.since(run.began));
        let state = coloured(self.style, run.state, run.state.name());
        let again =
            if run.state == State::Retrying { format!(", attempt {}", run.attempt) } else { String::new() };
        format!("  {} {state} {took}{again}", run.name)
    }

    pub(super) fn line(&mut self, line: &LogLine) -> Result<(), Stop> {
        if self.quiet || self.format == Format::Json {
            return Ok(());
        }
        let is_shown = self.format == Format::Logs || line.level >= Level::Info;
        if !is_shown {
            return Ok(());
        }
        self.clear()?;
        let task = line.task.as_deref().unwrap_or(&line.flow);
        let text = if self.format == Format::Logs {
            format!("{} {:5} {task} {}", moment(line.at), line.level.name(), line.message)
        } else {
            let level = match line.level {
                Level::Error => paint(self.style, "31", "ERROR "),
                Level::Warn => paint(self.style, "33", "WARN "),
                _ => String::new(),
            };
            format!("  {task}: {level}{}", printable(&line.message))
        };
        print(&text)?;
        self.draw()
    }

    /// Takes away what was drawn of what goes on.
    pub(super) fn clear(&mut self) -> Result<(), Stop> {
        if self.drawn > 0 {
            Stream::Out.print(format!("\x1b[{}A\x1b[J", self.drawn).as_bytes())?;
            self.drawn = 0;
        }
        Ok(())
    }

    /// Draws what goes on.
    pub(super) fn draw(&mut self) -> Result<(), Stop> {
        if !self.is_live {
            return Ok(());
        }
        self.clear()?;
        self.frame += 1;
        let spinner = SPINNER[self.frame % SPINNER.len()];
        let now = machine_now();
        let width = self.style.width;
        let mut lines: Vec<String> = self
            .open
            .values()
            .take(SHOWN_MAX)
            .map(|run| {
                let took = span(now.since(run.began).max(0));
                cut(&format!("{spinner} {} {} {took}", run.name, run.state.name()), width)
            })
            .collect();
        if self.open.len() > SHOWN_MAX {
            lines.push(format!("  and {} more", self.open.len() - SHOWN_MAX));
        }
        lines.extend(self.waits.iter().map(|words| cut(&format!("  {words}"), width)));
        self.drawn = lines.len();
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        Stream::Out.print(text.as_bytes())
    }
}

fn print(line: &str) -> Result<(), Stop> {
    Stream::Out.print(format!("{line}\n").as_bytes())
}

/// States that have a line of their own.
fn is_told(state: State) -> bool {
    state.is_terminal() || matches!(state, State::Paused | State::Retrying | State::Breakpoint)
}

fn cut(line: &str, width: usize) -> String {
    line.chars().take(width.saturating_sub(1)).collect()
}

/// `1.2 s`, `3 ms`.
pub(super) fn span(millis: i64) -> String {
    match millis {
        ..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => {
            let seconds = millis / 1_000;
            format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
        }
    }
}

pub(super) fn coloured(style: Style, state: State, text: &str) -> String {
    let colour = match state {
        State::Success => "32",
        State::Failed | State::Killed => "31",
        State::Warning | State::Retrying | State::Paused => "33",
        _ => "2",
    };
    paint(style, colour, text)
}

fn paint(style: Style, colour: &str, text: &str) -> String {
    if style.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
}
