//! The folder that a command is about.

use std::path::PathBuf;

use clap::Args;
use kapelle_store::StoreError;
use kapelle_store_sqlite::SqliteStore;

use crate::configuration;
use crate::local;
use crate::outcome::{Outcome, Stop};
use crate::report::printable;
use crate::terminal::note;

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder of the data
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) data: PathBuf,
}

impl Place {
    /// Opens what is there, and never makes a store that was not.
    pub(crate) fn open(&self) -> Result<SqliteStore, Stop> {
        self.find()?;
        self.open_or_make()
    }

    /// Opens what is there, or makes it.
    pub(crate) fn open_or_make(&self) -> Result<SqliteStore, Stop> {
        let fatal = Box::new(|why: &str| {
            note(&format!(
                "error: {why}\nNobody knows what is on the disk now. Look at the disk, then check again."
            ));
            std::process::exit(Outcome::Errors as i32);
        });
        let settings = configuration::for_command(&[])?;
        let options = local::options(fatal, settings.encryption_key());
        SqliteStore::open(&self.data, options).map_err(stop)
    }

    pub(crate) fn find(&self) -> Result<(), Stop> {
        if self.data.join("kapelle.db").is_file() {
            return Ok(());
        }
        let name = printable(&self.data.to_string_lossy());
        Err(Stop::Usage(format!("there is no data in the folder `{name}`; `--data DIR` says where it is")))
    }
}

/// What cannot be done at all is a matter of the command line.
pub(crate) fn stop(error: StoreError) -> Stop {
    match error {
        StoreError::Invalid(why) => Stop::Usage(why),
        // Words for programs; a person asked for one thing and did not get it.
        StoreError::Unavailable(why) => Stop::Failed(anyhow::anyhow!(why)),
        error @ StoreError::Corrupt { .. } => Stop::Failed(anyhow::anyhow!(
            "{error}\n  Look at the disk first (`dmesg`). A log file can be moved away; for anything else restore the last \
             backup: `kapelle store restore`."
        )),
        error => Stop::Failed(error.into()),
    }
}
