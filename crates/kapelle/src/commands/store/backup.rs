//! `kapelle store backup`.

use std::path::PathBuf;

use clap::Args;
use kapelle_store_sqlite::care::Size;

use super::place::{Place, stop};
use super::progress::Line;
use crate::outcome::{Ending, Outcome};
use crate::report::printable;
use crate::terminal::Stream;

/// Save everything in a folder
///
/// The folder has to be empty or not there. It is a backup once it has a file `manifest.json`, which lists all files
/// with their hashes. What is secret in it is encrypted, and the keys stay where they are.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 saved, 1 not saved, 2 wrong command line.")]
pub(crate) struct Arguments {
    /// Where to, best on another disk
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,

    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let store = arguments.place.open()?;
    let mut line = Line::new();
    let saved = store.backup(&arguments.backup, &mut |step| line.tell(step)).map_err(stop)?;
    drop(line);
    let keys = arguments.place.data.join("keys");
    let text = format!(
        "saved {} in {} files, up to commit {}\nThe keys are not in it: keep a copy of `{}` in another place.\n",
        Size(saved.bytes),
        saved.files,
        saved.commit.0,
        printable(&keys.to_string_lossy())
    );
    Stream::Out.print(text.as_bytes())?;
    Ok(Outcome::Ok)
}
