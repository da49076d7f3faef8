//! Which database and which files a task means, and what is kept of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kapelle_model::{Text, Value};
use kapelle_plugin::files::{prepare, write_input_files};
use kapelle_plugin::{Any, Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use super::system::{Duckdb, Place};
use crate::asked::Asked;
use crate::database_file::{fetch, is_unnamed, keep};
use crate::login::Login;
use crate::output_files::OutputFiles;
use crate::place::Folders;

/// How a database is called that came from the internal storage, or goes there, where the URL gives no name.
const USUAL_NAME: &str = "database.duckdb";

/// The extension that reads and writes files of Ion.
const ION: &str = "ion";

/// Files that a task works with.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileProperties {
    /// Files for the statements: a map of names to contents, or to addresses of files. They are in the directory of the
    /// task, where statements find them by their name, or as `{{ workingDir }}/name`.
    input_files: Option<Expr<Any>>,
    /// Names of files that statements write, and that are kept: `name` stands in a statement as `{{ outputFiles.name }}`.
    /// Patterns such as `*.csv` keep all files that they fit.
    output_files: Option<Expr<Vec<String>>>,
    /// A database in the internal storage. The task works on a copy of it.
    database_uri: Option<Expr<Text>>,
    /// Whether the database is kept in the internal storage when the task ends; its address is the output `databaseUri`.
    output_db_file: Option<Expr<bool>>,
    /// Community extensions that are installed and loaded before the first statement. What cannot be loaded is told in the
    /// log. Without this, `ion` is loaded if a statement speaks of it.
    community_extensions: Option<Expr<Vec<String>>>,
}

/// What is kept of the files of a task.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileOutput {
    /// The files of `outputFiles` by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    output_files: BTreeMap<String, String>,
    /// The database as a file of the internal storage, with `outputDbFile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    database_uri: Option<String>,
}

/// The database of a task that is ready to be asked.
pub(super) struct Ready {
    pub(super) database: Duckdb,
    /// The context in which statements are rendered: it knows where the files are.
    pub(super) cx: RunContext,
    output_files: OutputFiles,
    is_kept: bool,
}

impl Ready {
    /// Puts everything in its place. The SQL is looked at to see whether an extension is needed.
    pub(super) async fn of(
        cx: &RunContext,
        (url, login, asked): (Option<&Expr<Text>>, &Login, &Asked),
        properties: &FileProperties,
    ) -> Result<Self, Broken> {
        let access = login.access::<Duckdb>(cx, url)?;
        let path = access.url.database;
        let (asked, properties) = (asked.clone(), properties.clone());
        let work = move |cx: &RunContext| -> Result<Self, Broken> {
            let directory = cx.host.directory()?;
            let cx = cx.with([("workingDir".into(), Value::from(directory.display().to_string().as_str()))]);
            let (output_files, cx) = OutputFiles::of(&cx, properties.output_files.as_ref())?;
            write_input_files(&cx, &directory, properties.input_files.as_ref())?;
            let settings = Settings::of(&*cx.host);
            let is_kept = cx.filled(properties.output_db_file.as_ref())?.unwrap_or(false);
            let from = cx.filled(properties.database_uri.as_ref())?;
            let place = place(&cx, (&path, from.as_ref()), (&settings, is_kept))?;
            let extensions = match cx.optional(properties.community_extensions.as_ref())? {
                Some(wanted) => wanted,
                None if asked.speaks_of(&cx, ION)? => vec![ION.to_owned()],
                None => Vec::new(),
            };
            let database = Duckdb { settings, directory, place, extensions };
            Ok(Self { database, cx, output_files, is_kept })
        };
        cx.blocking(work).await
    }

    /// Keeps what is wanted of the files.
    pub(super) async fn keep(self) -> Result<FileOutput, Broken> {
        let Self { database, cx, output_files, is_kept } = self;
        let work = move |cx: &RunContext| -> Result<FileOutput, Broken> {
            let output_files = output_files.keep(cx)?;
            let database_uri = match &database.place {
                Place::File(file) if is_kept => Some(whole(cx, file)?),
                Place::Cloud(_) if is_kept => {
                    return Err(Broken::new(
                        "a database of MotherDuck is no file that `outputDbFile` could keep",
                    ));
                }
                _ => None,
            };
            Ok(FileOutput { output_files, database_uri })
        };
        cx.blocking(work).await
    }
}

/// Keeps a database to which everything was written.
fn whole(cx: &RunContext, file: &Path) -> Result<String, Broken> {
    let mut log = file.as_os_str().to_owned();
    log.push(".wal");
    if Path::new(&log).exists() {
        return Err(Broken::new(
            "the database is not kept: a part of its changes is still beside it in a `.wal`. Write `CHECKPOINT` as the last statement, with `transaction: false`",
        ));
    }
    keep(cx, file)
}

fn place(
    cx: &RunContext,
    (path, from): (&str, Option<&Text>),
    (settings, is_kept): (&Settings, bool),
) -> Result<Place, Broken> {
    let file = |file: PathBuf| Ok(Place::File(file));
    if path.starts_with("md:") || path.starts_with("motherduck:") {
        return Ok(Place::Cloud(path.to_owned()));
    }
    if let Some(from) = from {
        return file(fetch(cx, from, path, USUAL_NAME)?);
    }
    match is_unnamed(path) {
        true if is_kept => file(prepare(&cx.host.directory()?, USUAL_NAME)?),
        true => Ok(Place::Memory),
        // Statements reach any file, so that the URL may too.
        false if settings.has_external_access && path.starts_with('/') => file(path.into()),
        false => file(Folders::of(cx)?.place(path)?),
    }
}
