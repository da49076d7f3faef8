//! The file of a month as the writer has it: inserts rows, and gives names and origins their numbers.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::task_run::RunIndex;
use kapelle_store::error::Result;
use kapelle_store::logs::LogLine;
use kapelle_store::metrics::Metric;
use rusqlite::{Connection, OptionalExtension, params};

use super::{file, tags};

/// So many names, and so many origins, have their numbers in memory.
const KNOWN_MAX: usize = 100_000;

pub(super) struct MonthFile {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    names: Known<Arc<str>>,
    origins: Known<OriginKey>,
}

/// Numbers that were given, and the last one that was asked for: most rows follow one of their own kind.
struct Known<K> {
    last: Option<(K, i64)>,
    numbers: HashMap<K, i64>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct OriginKey {
    execution: Option<ExecutionId>,
    tenant: Arc<str>,
    namespace: Arc<str>,
    flow: Arc<str>,
    /// Tells the lines of two triggers of a flow apart, which may say something at the same moment.
    trigger: Option<Arc<str>>,
}

impl MonthFile {
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let connection = file::open_writer(&path)?;
        Ok(Self { path, connection, names: Known::new(), origins: Known::new() })
    }

    /// Writes all of it, or nothing. After an error the file has to be opened anew: what it knows of numbers may be
    /// wrong. Rows that are there already stay as they are.
    pub(super) fn write(&mut self, mut lines: Vec<&LogLine>, mut metrics: Vec<&Metric>) -> Result<()> {
        // Neighbours in the file one after the other: each finds its page in hand.
        lines.sort_unstable_by_key(|line| (line.execution, line.order()));
        metrics.sort_unstable_by_key(|metric| (metric.execution, metric.at));
        let Self { path, connection, names, origins } = self;
        let mut insert = || -> rusqlite::Result<()> {
            let transaction = connection.unchecked_transaction()?;
            let mut dictionary = Dictionary { connection, names, origins };
            dictionary.insert_lines(&lines)?;
            dictionary.insert_metrics(&metrics)?;
            transaction.commit()
        };
        insert().map_err(|error| file::explain(path, &error))
    }

    /// Makes changes in a transaction of their own, after which no number is taken for known.
    pub(super) fn change<T>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        (self.names, self.origins) = (Known::new(), Known::new());
        let run = || -> rusqlite::Result<T> {
            let transaction = self.connection.unchecked_transaction()?;
            let result = change(&self.connection)?;
            transaction.commit()?;
            Ok(result)
        };
        run().map_err(|error| file::explain(&self.path, &error))
    }
}

struct Dictionary<'a> {
    connection: &'a Connection,
    names: &'a mut Known<Arc<str>>,
    origins: &'a mut Known<OriginKey>,
}

impl Dictionary<'_> {
    fn insert_lines(&mut self, lines: &[&LogLine]) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO log (origin, at, run, attempt, number, level, task, trigger, message)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for line in lines {
            let task = self.optional_name(line.task.as_ref())?;
            let trigger = self.optional_name(line.trigger.as_ref())?;
            insert.execute(params![
                self.origin(OriginKey::of_line(line))?,
                line.at.0,
                number(line.run),
                line.attempt,
                line.number,
                line.level as u8,
                task,
                trigger,
                &*line.message,
            ])?;
        }
        Ok(())
    }

    fn insert_metrics(&mut self, metrics: &[&Metric]) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO metric (origin, at, run, attempt, number, task, name, kind, value, tags)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for metric in metrics {
            insert.execute(params![
                self.origin(OriginKey::of_metric(metric))?,
                metric.at.0,
                number(Some(metric.run)),
                metric.attempt,
                metric.number,
                self.name(&metric.task)?,
                self.name(&metric.name)?,
                metric.kind as u8,
                metric.value,
                tags::write(&metric.tags),
            ])?;
        }
        Ok(())
    }

    fn optional_name(&mut self, text: Option<&Arc<str>>) -> rusqlite::Result<Option<i64>> {
        text.map(|text| self.name(text)).transpose()
    }

    fn name(&mut self, text: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some(number) = self.names.get(text) {
            return Ok(number);
        }
        let find = "SELECT id FROM name WHERE text = ?";
        let found =
            self.connection.prepare_cached(find)?.query_row([&**text], |row| row.get(0)).optional()?;
        let number = match found {
            Some(number) => number,
            None => {
                self.connection.prepare_cached("INSERT INTO name (text) VALUES (?)")?.insert([&**text])?
            }
        };
        self.names.keep(text.clone(), number);
        Ok(number)
    }

    fn origin(&mut self, key: OriginKey) -> rusqlite::Result<i64> {
        if let Some(number) = self.origins.get(&key) {
            return Ok(number);
        }
        let (tenant, namespace) = (self.name(&key.tenant)?, self.name(&key.namespace)?);
        let (flow, trigger) = (self.name(&key.flow)?, self.optional_name(key.trigger.as_ref())?);
        let execution = key.execution.map(|id| id.0.to_be_bytes());
        let find = if execution.is_some() { ORIGIN_OF_EXECUTION } else { ORIGIN_OF_TRIGGER };
        let values = params![execution, tenant, namespace, flow, trigger];
        let found = self.connection.prepare_cached(find)?.query_row(values, |row| row.get(0)).optional()?;
        let number = if let Some(number) = found {
            number
        } else {
            let insert = "INSERT INTO origin (execution, tenant, namespace, flow, trigger)
                          VALUES (?, ?, ?, ?, ?)";
            self.connection.prepare_cached(insert)?.insert(values)?
        };
        self.origins.keep(key, number);
        Ok(number)
    }
}

/// By the execution alone, or SQLite goes along the index of flows: of a flow there may be a million executions.
const ORIGIN_OF_EXECUTION: &str = "SELECT id FROM origin WHERE execution = ?1 AND execution IS NOT NULL
     AND +tenant = ?2 AND +namespace = ?3 AND +flow = ?4 AND +trigger IS ?5";

const ORIGIN_OF_TRIGGER: &str = "SELECT id FROM origin WHERE execution IS NULL AND execution IS ?1
     AND tenant = ?2 AND namespace = ?3 AND flow = ?4 AND trigger IS ?5";

impl<K: Eq + Hash + Clone> Known<K> {
    fn new() -> Self {
        Self { last: None, numbers: HashMap::new() }
    }

    fn get(&mut self, key: &K) -> Option<i64> {
        if let Some((last, number)) = &self.last
            && last == key
        {
            return Some(*number);
        }
        let number = *self.numbers.get(key)?;
        self.last = Some((key.clone(), number));
        Some(number)
    }

    fn keep(&mut self, key: K, number: i64) {
        if self.numbers.len() >= KNOWN_MAX {
            self.numbers.clear();
        }
        self.last = Some((key.clone(), number));
        self.numbers.insert(key, number);
    }
}

impl OriginKey {
    fn of_line(line: &LogLine) -> Self {
        let LogLine { execution, tenant, namespace, flow, trigger, .. } = line.clone();
        Self { execution, tenant, namespace, flow, trigger: trigger.filter(|_| execution.is_none()) }
    }

    fn of_metric(metric: &Metric) -> Self {
        let Metric { execution, tenant, namespace, flow, .. } = metric.clone();
        Self { execution: Some(execution), tenant, namespace, flow, trigger: None }
    }
}

fn number(run: Option<RunIndex>) -> u32 {
    run.map_or(0, |run| run.0.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The way that SQLite goes for a query.
    fn way(query: &str) -> String {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("kapelle-month-{}-{number}.db", std::process::id()));
        let file = MonthFile::open(path.clone()).unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {query}");
        let way = file
            .connection
            .query_row(&explain, params![None::<Vec<u8>>, 1, 1, 1, 1], |row| row.get(3))
            .unwrap();
        drop(file);
        for ending in ["", "-wal", "-shm"] {
            std::fs::remove_file(format!("{}{ending}", path.display())).ok();
        }
        way
    }

    #[test]
    fn an_origin_is_found_without_looking_at_others_of_its_flow() {
        let (execution, trigger) = (way(ORIGIN_OF_EXECUTION), way(ORIGIN_OF_TRIGGER));
        assert!(execution.contains("origin_execution (execution=?"), "{execution}");
        assert!(
            trigger.contains("origin_trigger (flow=? AND namespace=? AND tenant=? AND trigger=?"),
            "{trigger}"
        );
    }
}
