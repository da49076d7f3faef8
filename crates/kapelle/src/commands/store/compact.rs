//! `kapelle store compact`.

use clap::Args;
use kapelle_store_sqlite::care::Size;
use kapelle_store_sqlite::care::compact::compact;

use super::place::{Place, stop};
use super::progress::Line;
use crate::outcome::{Ending, Outcome};
use crate::terminal::Stream;

/// Give the disk back what was deleted
///
/// What is deleted leaves room in the files, which is used again. This writes the files anew without it; each needs as
/// much free room as it has content.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 done, 1 not done, 2 wrong command line.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    arguments.place.find()?;
    let mut line = Line::new();
    let compacted = compact(&arguments.place.data, &mut |step| line.tell(step)).map_err(stop)?;
    drop(line);
    let text = format!("{} before, {} after\n", Size(compacted.before), Size(compacted.after));
    Stream::Out.print(text.as_bytes())?;
    Ok(Outcome::Ok)
}
