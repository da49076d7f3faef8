//! Which database a task means: one in memory, a file of the machine, or a file of the internal storage that is copied
//! for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::session::Session;
use crate::database_file::{fetch, is_unnamed, keep};
use crate::driver::Driver;
use crate::lexer::Syntax;
use crate::login::{Access, Login};
use crate::output_files::OutputFiles;
use crate::place::Folders;
use crate::statement::Markers;

/// How a database is called that came from the internal storage, where the URL gives no name.
const USUAL_NAME: &str = "database.db";

/// Where a database comes from, and whether it is kept.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileProperties {
    /// A database in the internal storage. The task works on a copy of it, under the name that the `url` gives.
    sqlite_file: Option<Expr<Text>>,
    /// Whether the database is kept in the internal storage when the task ends; its address is the output `databaseUri`.
    output_db_file: Option<Expr<bool>>,
}

/// What is kept of the files of a task.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileOutput {
    /// The files of `outputFiles` by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    output_files: BTreeMap<String, String>,
    /// The database as a file of the internal storage, with `outputDbFile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    database_uri: Option<String>,
}

/// Prepares the files that statements write. With the context in which statements find them.
pub(super) async fn output_files(
    cx: &RunContext,
    property: Option<&Expr<Vec<String>>>,
) -> Result<(OutputFiles, RunContext), Broken> {
    let property = property.cloned();
    cx.blocking(move |cx| OutputFiles::of(cx, property.as_ref())).await
}

/// The database of a task.
pub(super) struct Sqlite {
    /// Nothing for one in memory.
    file: Option<PathBuf>,
    folders: Folders,
    is_kept: bool,
}

impl Sqlite {
    pub(super) async fn of(
        cx: &RunContext,
        (url, login): (Option<&Expr<Text>>, &Login),
        properties: &FileProperties,
    ) -> Result<Self, Broken> {
        let access = login.access::<Self>(cx, url)?;
        let name = access.url.database.clone();
        let from = cx.filled(properties.sqlite_file.as_ref())?;
        let is_kept = cx.filled(properties.output_db_file.as_ref())?.unwrap_or(false);
        cx.blocking(move |cx| {
            let folders = Folders::of(cx)?;
            let is_unnamed = is_unnamed(&name);
            let file = match &from {
                Some(from) => Some(fetch(cx, from, &name, USUAL_NAME)?),
                None if is_unnamed && is_kept => Some(folders.place(USUAL_NAME)?),
                None if is_unnamed => None,
                None => Some(folders.place(&name)?),
            };
            Ok(Self { file, folders, is_kept })
        })
        .await
    }

    /// Keeps these files, and the database, if that is wanted.
    pub(super) async fn keep(self, cx: &RunContext, files: OutputFiles) -> Result<FileOutput, Broken> {
        let file = self.file.filter(|_| self.is_kept);
        cx.blocking(move |cx| {
            let database_uri = file.map(|file| keep(cx, &file)).transpose()?;
            Ok(FileOutput { output_files: files.keep(cx)?, database_uri })
        })
        .await
    }

    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) const fn folders(&self) -> &Folders {
        &self.folders
    }
}

impl Driver for Sqlite {
    const SYSTEMS: &'static [&'static str] = &["sqlite"];
    const SYNTAX: Syntax = Syntax {
        backslashes: false,
        backticks: true,
        brackets: true,
        dollars: false,
        hashes: false,
        nested_comments: false,
        bodies: true,
    };
    const MARKERS: Markers = Markers::Questions;

    type Session = Session;

    async fn connect(&self, cx: &RunContext, access: &Access) -> Result<Session, Broken> {
        let (file, folders, zone) =
            (self.file().map(Path::to_owned), self.folders().clone(), access.zone.clone());
        let opened = cx.blocking(move |_| Ok(Session::open(file.as_deref(), folders, zone))).await?;
        opened.map_err(|wrong| wrong.at("the database cannot be opened", &access.veil).into())
    }
}
