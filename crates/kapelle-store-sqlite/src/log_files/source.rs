//! Where in a file the lines are that a filter can mean.

use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_store::logs::LogFilter;
use rusqlite::Connection;

use super::names::{Names, origins_of};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Lines of these origins, in the order of each.
    Origins(Vec<i64>),
    /// All lines.
    Time,
    /// All lines that somebody has to look at.
    Serious,
}

impl Source {
    pub(super) fn of(
        permit: &Permit,
        filter: &LogFilter,
        connection: &Connection,
        names: &mut Names,
        origins_max: usize,
    ) -> rusqlite::Result<Self> {
        if let Some(execution) = filter.execution {
            return Ok(Self::Origins(origins_of(connection, execution)?));
        }
        if let Some(origins) = few_origins(permit, filter, connection, names, origins_max)? {
            return Ok(Self::Origins(origins));
        }
        let is_serious = filter.level.is_some_and(|level| level >= Level::Warn);
        Ok(if is_serious { Self::Serious } else { Self::Time })
    }

    /// The statement that reads it, and the origins that it is asked about.
    pub(super) fn statement(&self, is_newest_first: bool) -> (String, Vec<Option<i64>>) {
        let order = if is_newest_first { " DESC" } else { "" };
        let columns = "SELECT origin, at, run, attempt, number, level, task, trigger, message FROM log";
        match self {
            Self::Origins(origins) => {
                let sql = format!(
                    "{columns} WHERE at BETWEEN ?1 AND ?2 AND origin = ?3
                     ORDER BY at{order}, run{order}, attempt{order}, number{order}"
                );
                (sql, origins.iter().copied().map(Some).collect())
            }
            Self::Time => {
                let sql = format!(
                    "{columns} INDEXED BY log_at WHERE at BETWEEN ?1 AND ?2 AND ?3 IS NULL ORDER BY at{order}"
                );
                (sql, vec![None])
            }
            // The condition stands here as it stands at the index, or that would not be used.
            Self::Serious => {
                let sql = format!(
                    "{columns} INDEXED BY log_serious WHERE at BETWEEN ?1 AND ?2 AND level >= 3 AND ?3 IS NULL
                     ORDER BY at{order}"
                );
                (sql, vec![None])
            }
        }
    }
}

/// The origins that can be meant by namespace and flow, or by being outside of executions, if they are few.
fn few_origins(
    permit: &Permit,
    filter: &LogFilter,
    connection: &Connection,
    names: &mut Names,
    origins_max: usize,
) -> rusqlite::Result<Option<Vec<i64>>> {
    let is_any_namespace = filter.namespace.is_empty() && permit.is_for_all_namespaces();
    // They have an index of their own, and are few where executions are many.
    let are_outside = filter.is_of_execution == Some(false);
    if is_any_namespace && filter.flow.is_empty() && !are_outside || !names.read_all(connection)? {
        return Ok(None);
    }
    let is_namespace = |text: &str| {
        let is_seen = permit.tenant().is_none_or(|tenant| permit.covers(tenant, text));
        is_seen && filter.namespace.iter().all(|test| test.holds(Some(text)))
    };
    let is_flow = |text: &str| filter.flow.iter().all(|test| test.holds(Some(text)));
    let mut wanted = Vec::new();
    if are_outside {
        wanted.push("execution IS NULL".to_owned());
    }
    if !is_any_namespace {
        wanted.push(format!("namespace IN ({})", names.numbers(is_namespace)));
    }
    if !filter.flow.is_empty() {
        wanted.push(format!("flow IN ({})", names.numbers(is_flow)));
    }
    // With names, those are looked for.
    let index = if are_outside && wanted.len() == 1 { " INDEXED BY origin_trigger" } else { "" };
    let sql =
        format!("SELECT id FROM origin{index} WHERE {} LIMIT {}", wanted.join(" AND "), origins_max + 1);
    // Not kept: another question has other numbers.
    let mut select = connection.prepare(&sql)?;
    let origins = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((origins.len() <= origins_max).then_some(origins))
}
