//! The work of the types `Batch` and `BulkInsert`, whatever the database: rows of a file go into a statement, so many at
//! once.

use std::fmt::Write;
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::driver::{Batching, Driver, Session};
use crate::items::{Chunk, Items, Source};
use crate::lexer::{Kind, Pieces, Syntax};
use crate::login::{Access, Login};
use crate::rows::{Part, Results, way};
use crate::run::{connect, stoppable};
use crate::statement::{Bound, Markers, Statement};
use crate::wrong::Wrong;

/// Rows of a chunk.
const CHUNK_MAX: u32 = 100_000;
const CHUNK_USUAL: u32 = 1_000;
const RETRIES_USUAL: u32 = 3;
const RETRIES_MAX: u32 = 100;
const BACKOFF_USUAL: SignedDuration = SignedDuration::from_secs(1);
const LOCAL_BYTES_USUAL: u64 = 100 << 20;

/// Which rows are written, and how.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchProperties {
    /// The file with the rows, a map or a list in Ion on each line.
    from: Expr<Text>,
    /// The statement, with `?` for the values of a row in their order. Without it, rows are inserted into `table`.
    sql: Option<Expr<Text>>,
    /// How many rows are written at once.
    chunk: Option<Expr<u32>>,
    /// The names of the values of a row that are written, in the order of the `?`. Without them all values are, in the order
    /// in which they stand, and what a row does not have is null; with `table` alone, those that are called as its columns.
    columns: Option<Expr<Vec<String>>>,
    /// The table into which rows are inserted where there is no `sql`. It is put into the statement as it is written.
    table: Option<Expr<String>>,
    /// How often it is tried again after a failure that may pass.
    max_retries: Option<Expr<u32>>,
    /// How long it waits before it tries again, twice as long each time.
    retry_backoff: Option<Expr<SignedDuration>>,
    /// Whether the file is read as it is needed (`STREAM`, and `AUTO`), or copied into the directory of the task before
    /// (`LOCAL`).
    input_handling: Option<Expr<InputHandling>>,
    /// A file of more bytes than this is read as it is needed, also with `LOCAL`.
    local_buffer_max_bytes: Option<Expr<u64>>,
    /// Whether it goes on after the rows that are written already when it tries again; it does unless this says `false`.
    resume_on_retry: Option<Expr<bool>>,
    /// After which failures it is tried again: none, those of reading the file, or those of the connection to the database
    /// too. What the database refuses is never tried again.
    retry_scope: Option<Expr<RetryScope>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum InputHandling {
    Auto,
    Stream,
    Local,
}

impl Word for InputHandling {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum RetryScope {
    None,
    Input,
    All,
}

impl Word for RetryScope {}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many rows were read and written.
    row_count: u64,
    /// How many rows the database says that were changed.
    updated_count: u64,
}

/// Everything that is wanted, rendered.
struct Wanted {
    source: Source,
    sql: Option<Text>,
    table: Option<String>,
    columns: Option<Vec<String>>,
    chunk: usize,
    retries: u32,
    backoff: SignedDuration,
    resumes: bool,
    scope: RetryScope,
}

/// How far it came, which the next try goes on from.
#[derive(Default)]
struct Far {
    done: Output,
    names: Names,
}

/// How the values of the first row are called that has one for each `?`. Nothing before it.
type Names = Option<Vec<Arc<str>>>;

/// Why it went no further.
enum Stop {
    /// The rows cannot be read.
    Input(Broken),
    /// The connection broke, before anything could have been done that is not known.
    Connection(Broken),
    For(Broken),
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::For(broken)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::For(failure.into())
    }
}

pub(crate) async fn batch<D: Driver<Session: Batching>>(
    cx: &RunContext,
    driver: &D,
    (url, login): (&Expr<Text>, &Login),
    properties: &BatchProperties,
) -> Result<Output, Broken> {
    let access = login.access::<D>(cx, Some(url))?;
    let wanted = properties.read(cx).await?;
    let mut far = Far::default();
    let mut attempt = 0;
    loop {
        let stop = match once(cx, driver, &access, &wanted, &mut far).await {
            Ok(()) => break,
            Err(stop) => stop,
        };
        let broken = match (stop, wanted.scope) {
            (Stop::Input(broken), RetryScope::Input | RetryScope::All)
            | (Stop::Connection(broken), RetryScope::All)
                if attempt < wanted.retries && !broken.is_killed =>
            {
                broken
            }
            (Stop::Input(broken) | Stop::Connection(broken) | Stop::For(broken), _) => {
                return Err(told(broken, far.done));
            }
        };
        attempt += 1;
        cx.log(Level::Warn, format!("trying again, {attempt} of {}: {}", wanted.retries, broken.failure));
        cx.host.sleep(wanted.backoff.saturating_mul(1 << attempt.min(10).saturating_sub(1))).await;
        cx.go_on()?;
        if !wanted.resumes {
            far = Far::default();
        }
    }
    cx.metric(Metric::count("records", far.done.row_count));
    cx.metric(Metric::count("updated", far.done.updated_count));
    Ok(far.done)
}

/// Says how far it came: those rows stay.
fn told(broken: Broken, done: Output) -> Broken {
    if broken.is_killed || done.row_count == 0 {
        return broken;
    }
    let more = format!("\nThe {} rows before it are written, and stay", done.row_count);
    Broken { failure: Failure::new(Text::concat(&broken.failure.message, &Text::from(more))), ..broken }
}

/// Goes through the file once. What is done is counted as soon as it is certain.
async fn once<D: Driver<Session: Batching>>(
    cx: &RunContext,
    driver: &D,
    access: &Access,
    wanted: &Wanted,
    far: &mut Far,
) -> Result<(), Stop> {
    let mut session = connect(cx, driver, access).await.map_err(Stop::Connection)?;
    let cancel = session.cancel();
    let mut stop = None;
    let work = async {
        stop = chunks::<D>(cx, &mut session, access, wanted, far).await.err();
        Ok(())
    };
    stoppable(cx, &cancel, work).await?;
    stop.map_or(Ok(()), Err)
}

async fn chunks<D: Driver<Session: Batching>>(
    cx: &RunContext,
    session: &mut D::Session,
    access: &Access,
    wanted: &Wanted,
    far: &mut Far,
) -> Result<(), Stop> {
    let template = template::<D>(cx, session, access, wanted).await?;
    let mut items = Items::open(cx, wanted.source.clone(), wanted.chunk, far.done.row_count);
    while let Some(chunk) = items.next().await.map_err(Stop::Input)? {
        let Chunk { first_row, rows } = chunk;
        let mut names = far.names.clone();
        let lists = rows.into_iter().enumerate().map(|(at, row)| {
            template.values(row, &mut names).map_err(|reason| {
                Failure::new(format!("row {} of the file does not fit: {reason}", first_row + at as u64))
            })
        });
        let lists = lists.collect::<Result<Vec<_>, _>>()?;
        let count = lists.len() as u64;
        let changed = written::<D>(session, &template, lists).await.map_err(|(wrong, is_certain)| {
            let rows = format!("rows {first_row} to {} of the file", first_row + count - 1);
            let what = if is_certain {
                format!("{rows} are not written")
            } else {
                format!("whether {rows} are written is not certain, since the connection broke while they were committed")
            };
            let failure = wrong.at(&what, &access.veil).into();
            if wrong.is_lost && is_certain { Stop::Connection(failure) } else { Stop::For(failure) }
        })?;
        far.names = names;
        far.done.row_count += count;
        far.done.updated_count += changed;
    }
    Ok(())
}

/// Writes a chunk: all of it or nothing. With an error, whether it is certain that nothing was written.
async fn written<D: Driver<Session: Batching>>(
    session: &mut D::Session,
    template: &Template,
    lists: Vec<Vec<Value>>,
) -> Result<u64, (Wrong, bool)> {
    let certainly = |wrong| (wrong, true);
    if let Some(begin) = D::BEGIN {
        session.command(begin).await.map_err(certainly)?;
    }
    let changed = match template.filled(&lists, D::MARKERS).map_err(Wrong::new) {
        Err(wrong) => Err(wrong),
        Ok(Some(sql)) => session.batch(&sql, vec![Vec::new()]).await,
        Ok(None) => session.batch(&template.sql, lists).await,
    };
    match changed {
        Ok(changed) if D::BEGIN.is_some() => {
            let committed = session.command("COMMIT").await;
            committed.map_err(|wrong| {
                let is_certain = !wrong.is_lost;
                (wrong, is_certain)
            })?;
            Ok(changed)
        }
        Ok(changed) => Ok(changed),
        Err(wrong) => {
            if D::BEGIN.is_some() {
                // Where this fails too, the end of the connection does the same.
                let _closed_anyway = session.command("ROLLBACK").await;
            }
            let is_certain = D::BEGIN.is_some() || !wrong.is_lost;
            Err((wrong, is_certain))
        }
    }
}

impl BatchProperties {
    async fn read(&self, cx: &RunContext) -> Result<Wanted, Broken> {
        let sql = cx.filled(self.sql.as_ref())?;
        let table = cx.filled(self.table.as_ref())?;
        if sql.is_none() && table.is_none() {
            return Err(Broken::new(
                "nothing says where rows go: write `table`, or the whole statement as `sql`",
            ));
        }
        let columns = cx.filled(self.columns.as_ref())?.filter(|columns| !columns.is_empty());
        let from = cx.render(&self.from)?;
        let handling = cx.filled(self.input_handling.as_ref())?.unwrap_or(InputHandling::Auto);
        let bytes_max = cx.filled(self.local_buffer_max_bytes.as_ref())?.unwrap_or(LOCAL_BYTES_USUAL);
        let source = Source::of(cx, from, (handling == InputHandling::Local).then_some(bytes_max)).await?;
        Ok(Wanted {
            source,
            sql,
            table,
            columns,
            chunk: cx.filled(self.chunk.as_ref())?.unwrap_or(CHUNK_USUAL).clamp(1, CHUNK_MAX) as usize,
            retries: cx.filled(self.max_retries.as_ref())?.unwrap_or(RETRIES_USUAL).min(RETRIES_MAX),
            backoff: cx.filled(self.retry_backoff.as_ref())?.unwrap_or(BACKOFF_USUAL),
            resumes: cx.filled(self.resume_on_retry.as_ref())?.unwrap_or(true),
            scope: cx.filled(self.retry_scope.as_ref())?.unwrap_or(RetryScope::Input),
        })
    }
}

/// A statement into which rows go.
struct Template {
    /// With the markers of the database; as written, where values stand in the statement itself.
    sql: String,
    /// Where the `?` stand that the values of a row go to.
    places: Vec<std::ops::Range<usize>>,
    /// From where on the statement is said again for each row, where values stand in it.
    repeated_from: usize,
    columns: Option<Vec<String>>,
}

async fn template<D: Driver<Session: Batching>>(
    cx: &RunContext,
    session: &mut D::Session,
    access: &Access,
    wanted: &Wanted,
) -> Result<Template, Stop> {
    if let Some(sql) = &wanted.sql {
        return Ok(Template::of(sql.expose(), wanted.columns.clone(), D::MARKERS, D::SYNTAX));
    }
    let table = wanted.table.as_deref().unwrap_or_default();
    let columns = match &wanted.columns {
        Some(columns) => columns.clone(),
        None => columns_of(session, table).await.map_err(|wrong| {
            let failure = wrong.at(&format!("the columns of `{table}` are not known"), &access.veil);
            if wrong.is_lost { Stop::Connection(failure.into()) } else { Stop::For(failure.into()) }
        })?,
    };
    let markers = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {table} ({}) VALUES ({markers})", columns.join(", "));
    cx.log(Level::Debug, format!("sql: {sql}"));
    Ok(Template::of(&sql, Some(columns), D::MARKERS, D::SYNTAX))
}

/// The columns of a table, in their order.
async fn columns_of(session: &mut impl Session, table: &str) -> Result<Vec<String>, Wrong> {
    let sql = format!("SELECT * FROM {table} WHERE 1 = 0");
    let statement = Statement { text: Text::from(sql.as_str()), line: 1 };
    let bound = Bound { sql, values: Vec::new(), statement, unknown: Vec::new() };
    let (rows, mut parts) = way(1, Results::First);
    let listening = async {
        let mut columns = Vec::new();
        while let Some(part) = parts.recv().await {
            if let Part::Columns(names) = part {
                columns = names.iter().map(ToString::to_string).collect();
            }
        }
        columns
    };
    let (ran, columns) = tokio::join!(session.run(&bound, rows), listening);
    ran?;
    Ok(columns)
}

impl Template {
    fn of(sql: &str, columns: Option<Vec<String>>, markers: Markers, syntax: Syntax) -> Self {
        let sql = sql.trim().trim_end_matches(';');
        let mut template =
            Self { sql: String::with_capacity(sql.len()), places: Vec::new(), repeated_from: 0, columns };
        for (kind, range) in Pieces::new(sql, syntax) {
            let piece = &sql[range];
            let start = template.sql.len();
            match (kind, markers) {
                (Kind::Question, Markers::Numbered) => {
                    // Writing into a text never fails.
                    let _infallible = write!(template.sql, "${}", template.places.len() + 1);
                }
                // Two of them are an operator of PostgreSQL that is called `?`.
                (Kind::Sign, Markers::Numbered) if piece == "??" => template.sql.push('?'),
                _ => template.sql.push_str(piece),
            }
            match kind {
                Kind::Question => template.places.push(start..template.sql.len()),
                Kind::Word if piece.eq_ignore_ascii_case("VALUES") => {
                    template.repeated_from = template.sql.len();
                }
                _ => {}
            }
        }
        template
    }

    /// The values of a row for the places of the statement.
    fn values(&self, row: Value, names: &mut Names) -> Result<Vec<Value>, String> {
        let values = match (row, &self.columns) {
            (Value::Map(map), Some(columns)) => {
                columns.iter().map(|column| map.get(column.as_str()).cloned().unwrap_or_default()).collect()
            }
            (Value::Map(map), None) => self.in_order(&map, names),
            (Value::List(items), _) => items.to_vec(),
            (other, _) => vec![other],
        };
        let (given, wanted) = (values.len(), self.places.len());
        if given != wanted {
            return Err(format!(
                "it has {given} values, and the statement has {wanted} `?`: name those that are meant in `columns`"
            ));
        }
        Ok(values)
    }

    /// The values of a row in the order in which they stand. Those that it does not have are null: the names of a row before
    /// it, which had all of them, tell which ones these are. Where there was no such row, they are the last ones.
    fn in_order(&self, row: &Map, names: &mut Names) -> Vec<Value> {
        let wanted = self.places.len();
        if row.len() == wanted && names.is_none() {
            *names = Some(row.keys().cloned().collect());
        }
        let known =
            names.as_ref().filter(|names| row.len() < wanted && row.keys().all(|key| names.contains(key)));
        if let Some(names) = known {
            return names.iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect();
        }
        let missing = wanted.saturating_sub(row.len());
        row.values().cloned().chain(std::iter::repeat_n(Value::Null, missing)).collect()
    }

    /// The whole statement for these rows, where values stand in it.
    fn filled(&self, lists: &[Vec<Value>], markers: Markers) -> Result<Option<String>, String> {
        let Markers::Literals(write) = markers else { return Ok(None) };
        if self.repeated_from == 0 {
            return Err("the statement has no `VALUES` behind which rows could stand".to_owned());
        }
        let mut sql = self.sql[..self.repeated_from].to_owned();
        for (at, list) in lists.iter().enumerate() {
            if at > 0 {
                sql.push(',');
            }
            let mut end = self.repeated_from;
            for (place, value) in self.places.iter().zip(list) {
                sql.push_str(&self.sql[end..place.start]);
                sql.push_str(&write(value)?);
                end = place.end;
            }
            sql.push_str(&self.sql[end..]);
        }
        Ok(Some(sql))
    }
}

#[cfg(test)]
mod tests;
