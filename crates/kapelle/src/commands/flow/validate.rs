//! `kapelle flow validate`: here, or by a server that is named.

use std::ffi::OsString;
use std::path::Path;

use clap::Args;
use kapelle_core::check::{Document, File};
use kapelle_core::diagnostic::Severity;
use serde_json::Value as Json;

use super::sources::read_flows;
use crate::commands::check::{Level, options};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::printable;
use crate::terminal::{Stream, note};
use crate::{files, input};

/// Tell for each file whether its flows are valid
///
/// Prints `✓ - path` or `✘ - path (reason)` for each file, as `kestra flow validate` does. For lines, columns and
/// advice use `kapelle check`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 all valid, 1 some are not, 2 wrong command line.")]
pub(crate) struct Arguments {
    /// A flow, or a folder with `.yml` and `.yaml` files
    #[arg(value_name = "PATH", required_unless_present = "file")]
    path: Option<OsString>,

    /// The same as PATH
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    file: Option<OsString>,

    /// Validate here, without a server; so it is whenever none of the options of a server is there
    #[arg(long)]
    local: bool,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    general: General,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    let path = arguments.path.as_ref().or(arguments.file.as_ref()).cloned().unwrap_or_default();
    if arguments.server.is_given() && !arguments.local {
        return ask(Path::new(&path), &arguments.server, "flows");
    }
    let found = files::find(&[path])?;
    found.notes.iter().for_each(|line| note(line));
    let (inputs, sources) = input::read(found.places);
    let checked = input::check(&inputs, sources, options(Level::One, false));
    let lines: String = checked.iter().map(line).collect();
    Stream::Out.print(lines.as_bytes())?;
    Ok(Outcome::errors_if(!checked.iter().all(is_valid)))
}

/// Lets a server say what it thinks of each file; `what` is `flows` or `templates`.
pub(in crate::commands) fn ask(path: &Path, server: &ServerOptions, what: &str) -> Ending {
    let client = Client::of(server)?;
    let sources = read_flows(path)?;
    if sources.is_empty() {
        let path = path.display();
        return Err(Stop::Usage(format!("there are no `.yml` or `.yaml` files in `{path}` or below")));
    }
    let mut is_valid = true;
    for source in sources {
        let answer = client.send(&Ask::new("POST", &[what, "validate"]).yaml(source.text))?.json()?;
        let reasons = constraints(&answer);
        is_valid &= reasons.is_empty();
        Stream::Out.print(verdict(&source.name, &reasons).as_bytes())?;
    }
    Ok(Outcome::errors_if(!is_valid))
}

fn constraints(answer: &Json) -> Vec<String> {
    let violations = answer.as_array().into_iter().flatten();
    let texts = violations.filter_map(|violation| violation["constraints"].as_str());
    texts.flat_map(str::lines).map(printable).collect()
}

fn verdict(name: &str, reasons: &[String]) -> String {
    match reasons {
        [] => format!("✓ - {name}\n"),
        reasons => format!("✘ - {name} ({})\n", reasons.join("\n")),
    }
}

fn is_valid(file: &File) -> bool {
    file.documents.iter().all(Document::is_ok)
}

fn line(file: &File) -> String {
    let name = printable(&file.source.name);
    if is_valid(file) {
        return verdict(&name, &[]);
    }
    let found = file.documents.iter().flat_map(|document| &document.diagnostics);
    let errors = found.filter(|found| found.severity == Severity::Error);
    let mut reasons: Vec<String> = Vec::new();
    for error in errors {
        let reason = error.constraint.as_deref().unwrap_or(&error.message);
        for line in reason.lines().map(printable) {
            // Several findings may belong to one violation.
            if !reasons.contains(&line) {
                reasons.push(line);
            }
        }
    }
    verdict(&name, &reasons)
}
