//! The flows that a command line names, as texts.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, anyhow};
use kapelle_core::expression::plain;
use kapelle_model::Value;

use crate::files;
use crate::outcome::Stop;
use crate::report::printable;
use crate::terminal::note;

/// A file and its text.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

/// All flows of a folder or the one of a file. An empty folder is no mistake: Kestra's program only tells.
pub(super) fn read_flows(path: &Path) -> Result<Vec<Source>, Stop> {
    let argument: OsString = path.into();
    let found = match files::find(&[argument]) {
        Ok(found) => found,
        // A folder that is there can only be refused because nothing is in it.
        Err(Stop::Usage(_)) if path.is_dir() => files::Found::default(),
        Err(stop) => return Err(stop),
    };
    found.notes.iter().for_each(|line| note(line));
    let sources = found.places.into_iter().map(|place| match place {
        files::Place::File { shown, real } => {
            let name = printable(&shown.to_string_lossy());
            let text = std::fs::read_to_string(real).with_context(|| format!("cannot read `{name}`"))?;
            Ok(Source { name, text })
        }
        files::Place::Stdin => {
            let text = std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?;
            Ok(Source { name: "<stdin>".to_owned(), text })
        }
        files::Place::Locked { shown, error } => {
            Err(Stop::Failed(anyhow!("cannot read `{}`: {error}", printable(&shown.to_string_lossy()))))
        }
    });
    sources.collect()
}

/// The flow of one file.
pub(super) fn read_flow(path: &Path) -> Result<String, Stop> {
    if path.is_dir() {
        let why = "it is a folder; `flow updates` and `flow namespace update` take folders";
        return Err(Stop::Usage(format!("`{}`: {why}", path.display())));
    }
    let mut sources = read_flows(path)?;
    Ok(sources.pop().map(|source| source.text).unwrap_or_default())
}

/// Namespace and id that a flow says it has.
pub(super) fn named(source: &str) -> Option<(String, String)> {
    let Ok(Value::Map(map)) = plain::from_yaml(source) else { return None };
    let text = |name: &str| match map.get(name) {
        Some(Value::Str(text)) => Some(text.expose().to_owned()),
        _ => None,
    };
    Some((text("namespace")?, text("id")?))
}
