//! `kapelle execution logs`: what an execution wrote, and goes on writing.

use std::time::Duration;

use clap::Args;
use serde_json::Value as Json;

use super::start::is_over;
use crate::commands::client::output::{self, Output, OutputOptions, coloured, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::printable;
use crate::terminal::{Stream, Style};

/// Before a stream that ended too early is asked for again.
const PAUSE: Duration = Duration::from_millis(500);

/// Show the log of an execution
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(value_name = "EXECUTION")]
    id: String,

    /// Go on until the execution is over
    #[arg(long, short)]
    follow: bool,

    /// At least this level: TRACE, DEBUG, INFO, WARN or ERROR
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,

    /// Only of this task
    #[arg(long, value_name = "ID")]
    task: Option<String>,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    let client = Client::of(&arguments.server)?;
    let level = arguments.level.as_deref().map(str::to_uppercase);
    let wanted =
        |ask: Ask| ask.query_if("minLevel", level.as_ref()).query_if("taskId", arguments.task.as_ref());
    let id = &arguments.id;
    if arguments.follow {
        let is_table = arguments.output.output == Output::Table;
        return follow(&client, id, &wanted(stream(id)), is_table).map(|()| Outcome::Ok);
    }
    let lines = client.send(&wanted(Ask::get(&["logs", id])))?.json()?;
    output::one(&lines, arguments.output.output, || {
        let style = Stream::Out.style();
        lines.as_array().into_iter().flatten().map(|entry| line(entry, style)).collect()
    })
}

/// The log of an execution as it is written.
pub(super) fn stream(id: &str) -> Ask {
    Ask::get(&["logs", id, "follow"])
}

/// Prints each line as it is written. A stream that ends too early is taken up where it ended.
pub(super) fn follow(client: &Client, id: &str, ask: &Ask, is_table: bool) -> Result<(), Stop> {
    let style = Stream::Out.style();
    let mut told = 0;
    loop {
        let mut at = 0;
        client.follow(ask, |entry| {
            at += 1;
            if at <= told {
                return Ok(());
            }
            let text = if is_table { line(entry, style) } else { format!("{entry}\n") };
            Stream::Out.print(text.as_bytes())
        })?;
        told = told.max(at);
        let execution = client.send(&Ask::get(&["executions", id]))?.json()?;
        if is_over(&text(&execution["state"]["current"])) {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
}

fn line(entry: &Json, style: Style) -> String {
    let level = text(&entry["level"]);
    let pad = " ".repeat(5_usize.saturating_sub(level.len()));
    let task = text(&entry["taskId"]);
    let task = if task.is_empty() { task } else { format!("{task}  ") };
    let message: Vec<String> = text(&entry["message"]).lines().map(printable).collect();
    let (time, level) = (text(&entry["timestamp"]), coloured(&level, style));
    format!("{time}  {level}{pad}  {}{}\n", printable(&task), message.join("\n    "))
}
