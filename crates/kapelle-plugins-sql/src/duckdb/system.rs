//! DuckDB as a system: which database is opened, and what holds for a whole task.

use std::path::{Path, PathBuf};

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Broken, RunContext};

use super::literals::literal;
use super::program::Call;
use super::session::{Session, setting};
use super::settings::{EXTERNAL_ACCESS, Settings};
use super::turn::Turn;
use crate::driver::{self, Driver};
use crate::lexer::Syntax;
use crate::login::Access;
use crate::place::Folders;
use crate::statement::Markers;
use crate::values::hex;
use crate::veil::Veil;
use crate::wrong::Wrong;

pub(super) const SYNTAX: Syntax = Syntax {
    backslashes: false,
    backticks: false,
    brackets: false,
    dollars: true,
    hashes: false,
    nested_comments: true,
    bodies: false,
};

/// The variable in which MotherDuck's extension looks for the token, and the parameter of URLs.
const TOKEN: &str = "motherduck_token";

/// The parameter of URLs that says whether a database is changed. It holds from the start.
const ACCESS_MODE: &str = "access_mode";

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Memory,
    File(PathBuf),
    /// In MotherDuck, as `md:name`.
    Cloud(String),
}

/// The database of a task, with what the task says about it.
pub(super) struct Duckdb {
    pub(super) settings: Settings,
    pub(super) directory: PathBuf,
    pub(super) place: Place,
    /// Community extensions that are loaded.
    pub(super) extensions: Vec<String>,
}

impl Driver for Duckdb {
    const SYSTEMS: &'static [&'static str] = &["duckdb"];
    const SYNTAX: Syntax = SYNTAX;
    const MARKERS: Markers = Markers::Literals(literal);

    type Session = Session;

    async fn connect(&self, cx: &RunContext, access: &Access) -> Result<Session, Broken> {
        let mut veil = access.veil.clone();
        let token = access.url.parameter(TOKEN).or(access.password.as_deref());
        veil.add_word(token.unwrap_or_default());
        let is_read_only =
            access.url.parameter(ACCESS_MODE).is_some_and(|mode| mode.eq_ignore_ascii_case("read_only"));
        let turn = match &self.place {
            Place::File(file) => Some(Turn::at(cx, file, is_read_only).await?),
            _ => None,
        };
        let began = self.begin(cx, access, (token, is_read_only), &veil).await;
        let session = began.map_err(|wrong| wrong.at("the database cannot be opened", &veil))?;
        Ok(session.during(turn))
    }
}

impl Duckdb {
    async fn begin(
        &self,
        cx: &RunContext,
        access: &Access,
        (token, is_read_only): (Option<&str>, bool),
        veil: &Veil,
    ) -> Result<Session, Wrong> {
        let directory = text_of(&self.directory)?;
        let database = match &self.place {
            Place::Memory => ":memory:",
            Place::File(file) => text_of(file)?,
            Place::Cloud(_) if !self.settings.has_external_access => {
                return Err(Wrong::new(format!(
                    "MotherDuck is outside of this machine, and the setting `{EXTERNAL_ACCESS}` is `false`"
                )));
            }
            Place::Cloud(name) => name,
        };
        let environment: Vec<_> =
            [("HOME", directory)].into_iter().chain(token.map(|token| (TOKEN, token))).collect();
        let mark = mark(cx).map_err(|failure| Wrong::new(failure.to_string()))?;
        let mut arguments = vec!["-no-init", "-quote"];
        arguments.extend(is_read_only.then_some("-readonly"));
        arguments.push(database);
        let call = Call {
            program: &self.settings.program,
            arguments: &arguments,
            directory: &self.directory,
            environment: &environment,
            mark: mark.clone(),
        };
        let mut session = Session::start(call, access.zone.clone())?;
        let commands = self.commands(cx, access, &mark)?;
        for command in &commands {
            driver::Session::command(&mut session, command).await.map_err(opened_elsewhere)?;
        }
        for name in &self.extensions {
            if let Err(wrong) = self.load(&mut session, name).await {
                let failure = wrong.at(&format!("the extension `{name}` is not loaded"), veil);
                cx.log(Level::Warn, failure.message);
            }
        }
        if !self.settings.has_external_access {
            driver::Session::command(&mut session, "SET enable_external_access = false").await?;
            driver::Session::command(&mut session, "SET lock_configuration = true").await?;
        }
        Ok(session)
    }

    /// What holds before the first statement.
    fn commands(&self, cx: &RunContext, access: &Access, mark: &str) -> Result<Vec<String>, Wrong> {
        let mut commands = vec![
            // So they have their places.
            "SET errors_as_json = true".to_owned(),
            setting("TimeZone", cx.settings.zone.iana_name().unwrap_or("UTC"))?,
            // Tasks that share a directory do not share what does not fit into memory.
            setting("temp_directory", &format!(".{mark}"))?,
            // Rows leave this way, also where statements switch off access to other files.
            "SET allowed_paths = ['/dev/stdout']".to_owned(),
        ];
        if let Some(folder) = &self.settings.extensions {
            commands.push(setting("extension_directory", folder)?);
        }
        if !self.settings.has_external_access {
            let folders = Folders::of(cx).map_err(|failure| Wrong::new(failure.to_string()))?;
            let folders: Vec<Value> =
                folders.all().map(|folder| text_of(folder).map(Value::from)).collect::<Result<_, _>>()?;
            let folders = literal(&Value::List(folders.into())).map_err(Wrong::new)?;
            commands.push(format!("SET allowed_directories = {folders}"));
        }
        for (name, value) in
            access.url.other_parameters(&[TOKEN, ACCESS_MODE, "user", "password", "allowMultiQueries"])
        {
            if !is_name(name) {
                return Err(Wrong::new("a parameter of the `url` is no name of a setting of DuckDB"));
            }
            // What is meant for Java's driver means nothing here.
            if !name.starts_with("jdbc_") {
                commands.push(setting(name, value)?);
            }
        }
        Ok(commands)
    }

    async fn load(&self, session: &mut Session, name: &str) -> Result<(), Wrong> {
        if !is_name(name) {
            return Err(Wrong::new("this is no name of an extension"));
        }
        if self.settings.has_external_access {
            driver::Session::command(session, &format!("INSTALL {name} FROM community")).await?;
        }
        driver::Session::command(session, &format!("LOAD {name}")).await
    }
}

/// Tasks of this server wait for each other; others do not.
fn opened_elsewhere(wrong: Wrong) -> Wrong {
    if !wrong.message.contains("Could not set lock on file") {
        return wrong;
    }
    wrong.help(
        "another program has the database open: end it, or let the tasks only read, with `?access_mode=read_only` behind the `url`",
    )
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
}

fn text_of(path: &Path) -> Result<&str, Wrong> {
    path.to_str().ok_or_else(|| Wrong::new(format!("the path `{}` is no text", path.display())))
}

/// A line that no answer has.
fn mark(cx: &RunContext) -> Result<String, Failure> {
    let mut bytes = [0; 16];
    cx.services.random(&mut bytes).map_err(|error| Failure::new(error.text()))?;
    Ok(format!("kapelle-{}", hex(&bytes)))
}
