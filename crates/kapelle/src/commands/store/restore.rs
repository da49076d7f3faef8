//! `kapelle store restore`.

use std::path::PathBuf;

use clap::Args;
use kapelle_store_sqlite::care::Size;
use kapelle_store_sqlite::care::restore::restore;

use super::place::{Place, stop};
use super::progress::Line;
use crate::outcome::{Ending, Outcome};
use crate::terminal::Stream;

/// Bring the data back from a backup
///
/// Every file is compared with the manifest first. The folder of the data has to be empty or not there, and is there as
/// a whole or not at all. Then its folder `keys` has to be put back beside the rest: keys are in no backup.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 restored, 1 not restored, 2 wrong command line.")]
pub(crate) struct Arguments {
    /// The folder that `kapelle store backup` made
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,

    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let mut line = Line::new();
    let restored =
        restore(&arguments.backup, &arguments.place.data, &mut |step| line.tell(step)).map_err(stop)?;
    drop(line);
    let (bytes, files, commit) = (Size(restored.bytes), restored.files, restored.commit.0);
    let text = format!("restored {bytes} in {files} files, up to commit {commit}\n");
    Stream::Out.print(text.as_bytes())?;
    Ok(Outcome::Ok)
}
