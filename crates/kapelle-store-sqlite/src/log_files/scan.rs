//! Goes through the lines of one file in the order of their moments, and shows those that match.
//!
//! The file finds the stretch: an execution, or a time. Everything else is asked here, row by row and in the words of
//! [`LogFilter`], so that it means the same as [`LogFilter::matches`]; each name is asked once only.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;
use kapelle_store::filter::{Range, Test};
use kapelle_store::logs::{LogFilter, LogLine};
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::merged::Merged;
use super::names::{Names, Origin};
use super::source::Source;

/// So many answers about origins are remembered.
const KNOWN_MAX: usize = 65_536;

/// So many origins are read side by side. If more can be meant, lines of them are frequent, and it is as well to look
/// at all lines of the time.
pub(super) const ORIGINS_MAX: usize = 128;

pub(super) type Step = ControlFlow<()>;

/// Looks at what a scan finds, until it has enough.
pub(super) trait Visitor {
    /// Hears of every line that is looked at.
    fn examined(&mut self) -> Step;

    /// Hears of a line that matches. Lines of the same moment come in any order.
    fn found(&mut self, candidate: &mut Candidate<'_, '_>) -> rusqlite::Result<Step>;
}

/// What names a line in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) origin: i64,
    pub(super) at: Millis,
    pub(super) run: u32,
    pub(super) attempt: u32,
    pub(super) number: u32,
}

/// A line that matches, not yet taken out of its file.
pub(super) struct Candidate<'a, 'b> {
    pub(super) key: Key,
    pub(super) level: Level,
    origin: Rc<Origin>,
    row: &'a Row<'b>,
    connection: &'a Connection,
    names: &'a mut Names,
}

pub(super) struct Scan<'a> {
    permit: &'a Permit,
    filter: &'a LogFilter,
    query: Option<String>,
    is_newest_first: bool,
    origins_max: usize,
}

/// Answers about names of one file.
#[derive(Default)]
struct Sieve {
    origins: HashMap<i64, Option<Rc<Origin>>>,
    tasks: HashMap<Option<i64>, bool>,
    triggers: HashMap<Option<i64>, bool>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(permit: &'a Permit, filter: &'a LogFilter, is_newest_first: bool) -> Self {
        let query = filter.query.as_ref().map(|text| text.to_lowercase());
        Self { permit, filter, query, is_newest_first, origins_max: ORIGINS_MAX }
    }

    /// The same with another number of origins that are read side by side.
    pub(super) fn with_origins(self, origins_max: usize) -> Self {
        Self { origins_max, ..self }
    }

    /// Shows all that match, or as many as the visitor wants to see.
    pub(super) fn run(
        &self,
        connection: &Connection,
        names: &mut Names,
        visitor: &mut dyn Visitor,
    ) -> rusqlite::Result<Step> {
        let Some((first, last)) = bounds(self.filter.at) else { return Ok(Step::Continue(())) };
        let source = Source::of(self.permit, self.filter, connection, names, self.origins_max)?;
        let (sql, origins) = source.statement(self.is_newest_first);
        let mut statements = Vec::with_capacity(origins.len());
        for _ in &origins {
            statements.push(connection.prepare_cached(&sql)?);
        }
        let mut streams = Vec::with_capacity(origins.len());
        for (statement, origin) in statements.iter_mut().zip(origins) {
            streams.push(statement.query((first, last, origin))?);
        }
        let mut merged = Merged::new(streams, self.is_newest_first)?;
        let mut sieve = Sieve::default();
        while let Some(row) = merged.current() {
            if visitor.examined().is_break() {
                return Ok(Step::Break(()));
            }
            if let Some(mut candidate) = self.candidate(connection, names, &mut sieve, row)?
                && visitor.found(&mut candidate)?.is_break()
            {
                return Ok(Step::Break(()));
            }
            merged.advance()?;
        }
        Ok(Step::Continue(()))
    }

    fn candidate<'b, 'c>(
        &self,
        connection: &'b Connection,
        names: &'b mut Names,
        sieve: &mut Sieve,
        row: &'b Row<'c>,
    ) -> rusqlite::Result<Option<Candidate<'b, 'c>>> {
        let filter = self.filter;
        let (run, attempt) = (row.get(2)?, row.get(3)?);
        let level = level(row)?;
        let is_out = filter.run.is_some_and(|wanted| wanted.0.get() != run)
            || filter.attempt.is_some_and(|wanted| wanted != attempt)
            || filter.level.is_some_and(|least| level < least)
            || filter.level_max.is_some_and(|most| level > most);
        if is_out
            || !holds(&filter.task, &mut sieve.tasks, connection, names, row.get(6)?)?
            || !holds(&filter.trigger, &mut sieve.triggers, connection, names, row.get(7)?)?
        {
            return Ok(None);
        }
        let number = row.get(0)?;
        let Some(origin) = self.origin(connection, names, sieve, number)? else { return Ok(None) };
        if let Some(query) = &self.query
            && !row.get_ref(8)?.as_str()?.to_lowercase().contains(query)
        {
            return Ok(None);
        }
        let key = Key { origin: number, at: Millis(row.get(1)?), run, attempt, number: row.get(4)? };
        Ok(Some(Candidate { key, level, origin, row, connection, names }))
    }

    /// An origin, if its lines are wanted and may be seen.
    fn origin(
        &self,
        connection: &Connection,
        names: &mut Names,
        sieve: &mut Sieve,
        number: i64,
    ) -> rusqlite::Result<Option<Rc<Origin>>> {
        if let Some(known) = sieve.origins.get(&number) {
            return Ok(known.clone());
        }
        if sieve.origins.len() >= KNOWN_MAX {
            sieve.origins.clear();
        }
        let origin = names.origin(connection, number)?;
        let is_of_execution = origin.execution.is_some();
        let is_wanted = self.filter.is_of_execution.is_none_or(|is| is == is_of_execution)
            && self.permit.covers(&origin.tenant, &origin.namespace)
            && self.filter.namespace.iter().all(|test| test.holds(Some(&origin.namespace)))
            && self.filter.flow.iter().all(|test| test.holds(Some(&origin.flow)));
        let answer = is_wanted.then(|| Rc::new(origin));
        sieve.origins.insert(number, answer.clone());
        Ok(answer)
    }
}

impl Candidate<'_, '_> {
    /// Takes the line out.
    pub(super) fn line(&mut self) -> rusqlite::Result<LogLine> {
        let Self { key, level, origin, row, connection, names } = self;
        let mut name = |number: Option<i64>| number.map(|number| names.get(connection, number)).transpose();
        Ok(LogLine {
            at: key.at,
            tenant: origin.tenant.clone(),
            namespace: origin.namespace.clone(),
            flow: origin.flow.clone(),
            execution: origin.execution,
            task: name(row.get(6)?)?,
            trigger: name(row.get(7)?)?,
            run: key.run.try_into().ok().map(RunIndex),
            attempt: key.attempt,
            number: key.number,
            level: *level,
            message: row.get(8)?,
        })
    }
}

/// Whether all tests hold for a name, or for there being none.
fn holds(
    tests: &[Test],
    known: &mut HashMap<Option<i64>, bool>,
    connection: &Connection,
    names: &mut Names,
    number: Option<i64>,
) -> rusqlite::Result<bool> {
    if tests.is_empty() {
        return Ok(true);
    }
    if let Some(answer) = known.get(&number) {
        return Ok(*answer);
    }
    let text = number.map(|number| names.get(connection, number)).transpose()?;
    let answer = tests.iter().all(|test| test.holds(text.as_deref()));
    known.insert(number, answer);
    Ok(answer)
}

fn level(row: &Row<'_>) -> rusqlite::Result<Level> {
    let number: i64 = row.get(5)?;
    Ok(match number {
        0 => Level::Trace,
        1 => Level::Debug,
        2 => Level::Info,
        3 => Level::Warn,
        4 => Level::Error,
        _ => return Err(rusqlite::Error::InvalidColumnType(5, format!("level {number}"), Type::Integer)),
    })
}

/// The first and the last moment; `None` if there is none between.
pub(super) fn bounds(range: Range) -> Option<(i64, i64)> {
    let first = range.from.map_or(i64::MIN, |from| from.0);
    let last = match range.until {
        Some(until) => until.0.checked_sub(1)?,
        None => i64::MAX,
    };
    (first <= last).then_some((first, last))
}
