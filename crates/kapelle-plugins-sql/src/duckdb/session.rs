//! A program of DuckDB at work for a task.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_model::Value;
use kapelle_plugin::program::Group;

use super::answer::Field;
use super::listeners::{Column, Drawing, Named, Small, Typed};
use super::literals::literal;
use super::one_line::OneLine;
use super::program::{Call, Listener, Program};
use super::statement::{Kind, asks_for_files};
use super::turn::Turn;
use super::types::Type;
use super::words::Mistake;
use crate::driver;
use crate::rows::Rows;
use crate::statement::Bound;
use crate::wrong::Wrong;

/// How a statement is called of which the types are asked.
const PREPARED: &str = "kapelle_statement";

/// The form of rows that are copied out: that of the program itself, but with quotes around everything.
const FORM: &str =
    "(FORMAT csv, HEADER false, DELIMITER '|', QUOTE '''', ESCAPE '''', FORCE_QUOTE *, NULLSTR 'NULL')";

pub(super) struct Session {
    program: Program,
    group: Arc<Group>,
    zone: TimeZone,
    /// The directory of the task.
    home: String,
    /// At the file of the database, as long as the session lasts.
    turn: Option<Turn>,
    /// An answer was not read to its end, so that nothing more can be asked.
    is_broken: bool,
}

pub(super) struct Cancel(Arc<Group>);

/// Why a statement did not go well.
enum Stop {
    /// The program says so.
    Mistake(Mistake),
    Lost(Wrong),
}

impl Session {
    pub(super) fn start(call: Call<'_>, zone: TimeZone) -> Result<Self, Wrong> {
        let home = call.directory.display().to_string();
        let (program, group) = Program::start(call)?;
        Ok(Self { program, group: Arc::new(group), zone, home, turn: None, is_broken: false })
    }

    pub(super) fn during(self, turn: Option<Turn>) -> Self {
        Self { turn, ..self }
    }

    async fn ask(&mut self, line: &str, listener: &mut impl Listener) -> Result<(), Stop> {
        if self.is_broken {
            return Err(Stop::Lost(Wrong::lost("the program does not listen any more")));
        }
        if line.trim_start().starts_with(['.', '#']) {
            // This would be a command to the program, such as `.shell`.
            return Err(Stop::Lost(Wrong::new("no statement begins so")));
        }
        self.is_broken = true;
        let said = self.program.ask(line, listener).await.map_err(Stop::Lost)?;
        self.is_broken = false;
        Mistake::find(&said).map_or(Ok(()), |mistake| Err(Stop::Mistake(mistake)))
    }

    /// The rows of a small answer.
    async fn small(&mut self, line: &str) -> Result<Vec<Vec<Field>>, Stop> {
        let mut small = Small::default();
        self.ask(line, &mut small).await?;
        Ok(small.0)
    }

    /// The columns of a statement that gives rows. Nothing if the database describes no such statements.
    async fn described(&mut self, line: &OneLine) -> Result<Option<Vec<Column>>, Wrong> {
        let before = "DESCRIBE ";
        let rows = match self.small(&format!("{before}{};", line.text)).await {
            Ok(rows) => rows,
            Err(Stop::Mistake(mistake)) if mistake.is_of_syntax() => return Ok(None),
            Err(stop) => return Err(stop.wrong(line, before.len())),
        };
        let column = |row: Vec<Field>| {
            let mut texts = row.into_iter().map(|field| field.text().unwrap_or_default());
            let name = texts.next().unwrap_or_default();
            (name, Type::read(&texts.next().unwrap_or_default()))
        };
        Ok(Some(rows.into_iter().skip(1).map(column).collect()))
    }

    /// The types of what a statement gives that changes rows. Nothing if it cannot be prepared.
    async fn prepared(&mut self, line: &OneLine) -> Result<Option<Vec<Type>>, Wrong> {
        let before = format!("PREPARE {PREPARED} AS ");
        match self.small(&format!("{before}{};", line.text)).await {
            Ok(_) => {}
            Err(Stop::Mistake(mistake)) if mistake.is_of_syntax() => return Ok(None),
            Err(stop) => return Err(stop.wrong(line, before.len())),
        }
        let types = format!(
            "SELECT unnest(result_types) FROM duckdb_prepared_statements() WHERE name = '{PREPARED}';"
        );
        let rows = self.small(&types).await.map_err(|stop| stop.wrong(line, 0))?;
        let types = rows.into_iter().skip(1).flatten();
        Ok(Some(types.map(|field| Type::read(&field.text().unwrap_or_default())).collect()))
    }

    /// Runs a statement whose rows come with their names.
    async fn plain(
        &mut self,
        line: &OneLine,
        types: Option<Vec<Type>>,
        rows: &mut Rows,
    ) -> Result<(), Wrong> {
        let prepared = types.is_some();
        let zone = self.zone.clone();
        let mut named = Named::new(rows, types, &zone);
        let text = if prepared { format!("EXECUTE {PREPARED};") } else { format!("{};", line.text) };
        self.ask(&text, &mut named).await.map_err(|stop| stop.wrong(line, 0))?;
        if prepared {
            let forgotten = self.small(&format!("DEALLOCATE {PREPARED};")).await;
            forgotten.map_err(|stop| stop.wrong(line, 0))?;
        }
        Ok(())
    }
}

impl Stop {
    /// What went wrong with a statement that stood behind so many bytes.
    fn wrong(self, line: &OneLine, before: usize) -> Wrong {
        match self {
            Self::Lost(wrong) => wrong,
            Self::Mistake(mistake) => {
                let place = mistake.place.map(|place| place.saturating_sub(before));
                Wrong { lines_before: place.map(|place| line.lines_before(place)), ..mistake.wrong() }
            }
        }
    }
}

impl driver::Session for Session {
    type Cancel = Cancel;

    fn cancel(&self) -> Cancel {
        Cancel(Arc::clone(&self.group))
    }

    async fn run(&mut self, bound: &Bound, mut rows: Rows) -> Result<(), Wrong> {
        let line = OneLine::of(&bound.sql).map_err(Wrong::new)?;
        match Kind::of(&line.text) {
            Kind::Rows => match self.described(&line).await? {
                None => self.plain(&line, None, &mut rows).await?,
                Some(columns) => {
                    rows.columns(columns.iter().map(|(name, _)| name.as_str())).await.map_err(Wrong::new)?;
                    let before = "COPY (";
                    let copy = format!("{before}{}) TO '/dev/stdout' {FORM};", line.text);
                    let (zone, home) = (self.zone.clone(), self.home.clone());
                    let home = Some(home.as_str()).filter(|_| asks_for_files(&line.text));
                    let mut typed = Typed::new(&mut rows, &columns, &zone, home);
                    self.ask(&copy, &mut typed).await.map_err(|stop| stop.wrong(&line, before.len()))?;
                }
            },
            Kind::Returning => {
                let types = self.prepared(&line).await?;
                self.plain(&line, types, &mut rows).await?;
            }
            Kind::Plan => {
                let mut drawing = Drawing::default();
                let asked = self.ask(&format!("{};", line.text), &mut drawing).await;
                asked.map_err(|stop| stop.wrong(&line, 0))?;
                rows.columns(["explain_value"]).await.map_err(Wrong::new)?;
                rows.row(vec![Value::from(drawing.0.trim_matches('\n'))]).await;
            }
            Kind::Other => self.plain(&line, None, &mut rows).await?,
        }
        rows.end().await;
        Ok(())
    }

    async fn command(&mut self, sql: &str) -> Result<(), Wrong> {
        let line = OneLine::of(sql).map_err(Wrong::new)?;
        self.small(&format!("{};", line.text)).await.map(drop).map_err(|stop| stop.wrong(&line, 0))
    }

    async fn close(self) -> Result<(), Wrong> {
        if self.is_broken {
            self.group.kill();
        }
        let said = self.program.end(&self.group).await.map_err(|error| Wrong::lost(error.to_string()))?;
        drop(self.turn);
        Mistake::find(&said).map_or(Ok(()), |mistake| Err(mistake.wrong()))
    }
}

impl driver::Cancel for Cancel {
    async fn now(&self) {
        self.0.kill();
    }
}

/// The value of a setting of the database, as a text of SQL.
pub(super) fn setting(name: &str, value: &str) -> Result<String, Wrong> {
    Ok(format!("SET {name} = {}", literal(&Value::from(value)).map_err(Wrong::new)?))
}
