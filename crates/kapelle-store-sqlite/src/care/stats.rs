//! What a store has, and how much room it takes.

use std::collections::BTreeMap;
use std::time::Duration;

use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::error::Result;
use kapelle_store::{Store, StoreError, issuer};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use super::space::{free, size, with_suffix};
use crate::read::InOurWords;
use crate::writer::counters::{STATE_BITS, of_ns};
use crate::{SqliteStore, columns};

/// Tables whose rows are counted one by one.
const TABLES: &[&str] = &[
    "task_run", "child", "label", "label_kv", "counter", "wake", "sent", "document", "flow_rev", "once",
    "ns_file", "audit", "ns", "flow_key",
];

/// Counting a table is given up after that.
const COUNT_MAX: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stats {
    pub database: DatabaseStats,
    pub logs: Vec<MonthStats>,
    pub values: ValueStats,
    /// What the disk has left.
    pub disk_free_bytes: Option<u64>,
    /// All executions, by state.
    pub executions: BTreeMap<&'static str, u64>,
    pub oldest: Option<Named>,
    pub newest: Option<Named>,
    /// Rows by table; none where counting took too long.
    pub rows: BTreeMap<&'static str, Option<u64>>,
    pub last_commit: u64,
    pub epoch: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DatabaseStats {
    pub bytes: u64,
    /// The file that takes the writes.
    pub wal_bytes: u64,
    pub page_bytes: u64,
    pub pages: u64,
    /// Free for what comes.
    pub free_pages: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthStats {
    pub month: String,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ValueStats {
    pub files: u64,
    pub bytes: u64,
}

/// An execution, and when it was created by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub id: String,
    pub created_millis: i64,
}

impl SqliteStore {
    pub fn stats(&self) -> Result<Stats> {
        let values = self.values.measure().map_err(|error| {
            StoreError::Unavailable(format!("the large values cannot be looked at: {error}"))
        })?;
        let mut rows = BTreeMap::new();
        for table in TABLES {
            rows.insert(*table, self.rows_of(table));
        }
        let executions = self.executions_by_state()?;
        rows.insert("exec", Some(executions.values().sum()));
        Ok(Stats {
            database: self.database_stats()?,
            logs: self.month_stats(),
            values: ValueStats { files: values.files, bytes: values.bytes },
            disk_free_bytes: free(self.folder.root()),
            executions,
            oldest: self.at_end("ASC")?,
            newest: self.at_end("DESC")?,
            rows,
            last_commit: self.last_commit().0,
            epoch: self.epoch().0,
        })
    }

    fn database_stats(&self) -> Result<DatabaseStats> {
        let path = self.folder.database();
        self.readers.read(|connection| {
            Ok(DatabaseStats {
                bytes: size(&path),
                wal_bytes: size(&with_suffix(&path, "-wal")),
                page_bytes: pragma(connection, "page_size")?,
                pages: pragma(connection, "page_count")?,
                free_pages: pragma(connection, "freelist_count")?,
            })
        })
    }

    fn month_stats(&self) -> Vec<MonthStats> {
        let months = self.logs.paths().into_iter().map(|(month, path)| MonthStats {
            month: month.to_string(),
            bytes: size(&path) + size(&with_suffix(&path, "-wal")),
        });
        months.collect()
    }

    fn executions_by_state(&self) -> Result<BTreeMap<&'static str, u64>> {
        self.readers.read(|connection| {
            let names = self.names.now();
            let tenants = names.namespaces().filter(|(_, space)| space.name.is_empty());
            let mut numbers: BTreeMap<State, i64> = BTreeMap::new();
            let query = "SELECT class_state, sum(n) FROM counter WHERE scope = ? GROUP BY class_state";
            let mut query = connection.prepare_cached(query).ours()?;
            for (tenant, _) in tenants {
                let mut rows = query.query([of_ns(tenant)]).ours()?;
                while let Some(row) = rows.next().ours()? {
                    let class_state: i64 = row.get(0).ours()?;
                    let state = columns::state(class_state & ((1 << STATE_BITS) - 1))?;
                    *numbers.entry(state).or_default() += row.get::<_, i64>(1).ours()?;
                }
            }
            let numbers = numbers.into_iter().filter(|(_, number)| *number > 0);
            Ok(numbers.map(|(state, number)| (state.name(), number.cast_unsigned())).collect())
        })
    }

    /// The first or the last execution.
    fn at_end(&self, order: &str) -> Result<Option<Named>> {
        let query = format!("SELECT id, check64 FROM exec ORDER BY id {order} LIMIT 1");
        let id = self.readers.read(|connection| {
            connection
                .query_row(&query, [], |row| Ok(columns::id(row.get(0)?, row.get(1)?)))
                .optional()
                .ours()
        })?;
        Ok(id.map(Named::of))
    }

    fn rows_of(&self, table: &str) -> Option<u64> {
        let query = format!("SELECT count(*) FROM {table}");
        let count =
            |connection: &Connection| connection.query_row(&query, [], |row| row.get::<_, i64>(0)).ours();
        self.readers.read_within(COUNT_MAX, count).ok().map(i64::cast_unsigned)
    }
}

impl Named {
    fn of(id: ExecutionId) -> Self {
        let Millis(created_millis) = issuer::moment(id);
        Self { id: id.to_string(), created_millis }
    }
}

fn pragma(connection: &Connection, name: &str) -> Result<u64> {
    connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).ours().map(i64::cast_unsigned)
}
