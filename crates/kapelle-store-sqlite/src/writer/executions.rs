//! Changes of executions.

use std::sync::Arc;

use kapelle_model::execution::{Birth, Labels};
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::Conflict;
use rusqlite::{OptionalExtension, params};

use super::batch::{Batch, Written};
use super::counters::{self, Place};
use crate::columns;
use crate::names::{FlowId, NsId};
use crate::prepared::Rows;

/// The header of an execution, as it will be written.
#[derive(Clone)]
pub(super) struct Row {
    pub check: i64,
    pub flow: FlowId,
    pub ns: NsId,
    pub class: i64,
    pub state: i64,
    /// The one on the disk, which counters know.
    counted: Option<i64>,
    pub version: u64,
    pub started: i64,
    pub ended: Option<i64>,
    pub slot: i64,
    pub is_at_rest: bool,
    pub print: i64,
    pub parent: Option<i64>,
    change: Option<Box<Change>>,
}

/// What is to be written of a header.
#[derive(Clone)]
struct Change {
    birth: Option<(Arc<Birth>, Arc<[u8]>)>,
    head: Arc<[u8]>,
    /// The labels that it has now, if they are others than on the disk.
    labels: Option<Labels>,
}

impl Batch<'_> {
    pub(super) fn write_execution(&mut self, rows: &Rows) -> Written<()> {
        let before = self.header(rows.key)?;
        let kept = before.as_ref().map(|row| row.version);
        let fits = match (&before, &rows.birth) {
            (None, Some(_)) => true,
            (Some(row), None) => row.check == columns::check(rows.id) && row.version + 1 == rows.version,
            _ => false,
        };
        if !fits {
            return Err(Conflict::Version { execution: rows.id, kept, written: rows.version }.into());
        }
        let mut row = match before {
            Some(row) => row,
            None => self.born(rows)?,
        };
        row.is_changed_by(rows);
        self.pending.retain(|(key, _)| *key != rows.key);
        self.pending.push((rows.key, row));
        self.write_runs(rows)?;
        self.write_children(rows)
    }

    /// The header of an execution as it is now, with all that was not written yet.
    pub(super) fn header(&self, key: i64) -> Written<Option<Row>> {
        if let Some((_, row)) = self.pending.iter().find(|(other, _)| *other == key) {
            return Ok(Some(row.clone()));
        }
        match self.rows.get(&key) {
            Some(row) => Ok(Some(row.clone())),
            None => self.kept_header(key),
        }
    }

    fn kept_header(&self, key: i64) -> Written<Option<Row>> {
        let query = "SELECT check64, flow, ns, class, state, version, started, ended, slot, rest, labels, parent \
                     FROM exec WHERE id = ?";
        let row = self.connection.prepare_cached(query)?.query_row([key], |row| {
            Ok(Row {
                check: row.get(0)?,
                flow: FlowId(row.get(1)?),
                ns: NsId(row.get(2)?),
                class: row.get(3)?,
                state: row.get(4)?,
                counted: row.get(4)?,
                version: row.get::<_, i64>(5)?.cast_unsigned(),
                started: row.get(6)?,
                ended: row.get(7)?,
                slot: row.get(8)?,
                is_at_rest: row.get(9)?,
                print: row.get(10)?,
                parent: row.get(11)?,
                change: None,
            })
        });
        Ok(row.optional()?)
    }

    fn born(&mut self, rows: &Rows) -> Written<Row> {
        let (birth, data) = rows.birth.as_ref().expect("it is new");
        self.note_skew(rows.id, rows.started);
        let ns = self.ns(&birth.tenant, &birth.namespace)?;
        Ok(Row {
            check: columns::check(rows.id),
            flow: self.flow(ns, &birth.flow)?,
            ns,
            class: columns::class(birth),
            // It gets its first one with the same change.
            state: 0,
            counted: None,
            version: 0,
            started: rows.started.0,
            ended: None,
            slot: 0,
            is_at_rest: false,
            print: 0,
            parent: birth.parent.map(|parent| columns::key(parent.execution)),
            change: Some(Box::new(Change {
                birth: Some((Arc::clone(birth), Arc::clone(data))),
                head: Arc::default(),
                labels: None,
            })),
        })
    }

    fn write_runs(&self, rows: &Rows) -> Written<()> {
        for index in &rows.removed {
            self.connection
                .prepare_cached("DELETE FROM task_run WHERE exec = ? AND idx = ?")?
                .execute((rows.key, index))?;
            self.connection
                .prepare_cached("DELETE FROM child WHERE exec = ? AND idx = ?")?
                .execute((rows.key, index))?;
        }
        let write = "INSERT INTO task_run (exec, idx, data) VALUES (?, ?, ?) \
                     ON CONFLICT (exec, idx) DO UPDATE SET data = excluded.data";
        for (index, data) in &rows.runs {
            self.connection.prepare_cached(write)?.execute((rows.key, index, data))?;
        }
        Ok(())
    }

    fn write_children(&self, rows: &Rows) -> Written<()> {
        let write = "INSERT INTO child (exec, idx, iteration, child, is_open, data) VALUES (?, ?, ?, ?, ?, ?) \
                     ON CONFLICT (exec, idx, iteration) DO UPDATE SET child = excluded.child, \
                     is_open = excluded.is_open, data = excluded.data";
        for child in &rows.children {
            let columns =
                params![rows.key, child.run, child.iteration, child.child, child.is_open, child.data];
            self.connection.prepare_cached(write)?.execute(columns)?;
        }
        Ok(())
    }

    /// Writes the headers that were changed, in the order of their keys.
    pub(super) fn write_headers(&mut self) -> Written<()> {
        for (key, mut row) in std::mem::take(&mut self.rows) {
            let Some(change) = row.change.take() else { continue };
            self.count(&row)?;
            if let Some((birth, data)) = &change.birth {
                self.insert_header(key, &row, birth)?;
                self.insert_labels(key, change.labels.as_ref())?;
                self.connection
                    .prepare_cached("INSERT INTO exec_body (id, birth, head) VALUES (?, ?, ?)")?
                    .execute((key, data, &change.head))?;
            } else {
                if change.labels.is_some() {
                    self.remove_labels(key, row.check)?;
                    self.insert_labels(key, change.labels.as_ref())?;
                }
                self.update_header(key, &row)?;
                self.connection
                    .prepare_cached("UPDATE exec_body SET head = ? WHERE id = ?")?
                    .execute((&change.head, key))?;
            }
        }
        Ok(())
    }

    /// Counts what became of an execution in this commit.
    fn count(&mut self, row: &Row) -> Written<()> {
        if row.counted == Some(row.state) {
            return Ok(());
        }
        let place = |state| Place { hour: columns::hour(Millis(row.started)), class: row.class, state };
        let scopes = self.scopes(row)?;
        if let Some(counted) = row.counted {
            self.counts.add(scopes, place(counted), -1);
        }
        self.counts.add(scopes, place(row.state), 1);
        Ok(())
    }

    /// What an execution is counted for: its flow, its namespace, its tenant.
    pub(super) fn scopes(&mut self, row: &Row) -> Written<[i64; 3]> {
        let root = self.root(row.ns)?;
        Ok([counters::of_flow(row.flow), counters::of_ns(row.ns), counters::of_ns(root)])
    }

    fn insert_header(&self, key: i64, row: &Row, birth: &Birth) -> Written<()> {
        let cause = cause(birth);
        let write = "INSERT INTO exec (id, check64, flow, ns, state, class, version, started, ended, rev, parent, cause, \
                     slot, rest, labels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        self.connection.prepare_cached(write)?.execute(params![
            key,
            row.check,
            row.flow.0,
            row.ns.0,
            row.state,
            row.class,
            row.version.cast_signed(),
            row.started,
            row.ended,
            birth.revision,
            row.parent,
            cause,
            row.slot,
            row.is_at_rest,
            row.print,
        ])?;
        Ok(())
    }

    fn update_header(&self, key: i64, row: &Row) -> Written<()> {
        let write =
            "UPDATE exec SET state = ?, version = ?, ended = ?, slot = ?, rest = ?, labels = ? WHERE id = ?";
        let version = row.version.cast_signed();
        self.connection.prepare_cached(write)?.execute((
            row.state,
            version,
            row.ended,
            row.slot,
            row.is_at_rest,
            row.print,
            key,
        ))?;
        Ok(())
    }

    fn insert_labels(&self, key: i64, labels: Option<&Labels>) -> Written<()> {
        for (name, value) in labels.into_iter().flat_map(|labels| labels.iter()) {
            let kv = columns::label(name, value);
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO label_kv (id, key, value) VALUES (?, ?, ?)")?
                .execute((kv, name, value))?;
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO label (kv, exec) VALUES (?, ?)")?
                .execute((kv, key))?;
        }
        Ok(())
    }

    /// Removes the labels that an execution has on the disk.
    pub(super) fn remove_labels(&self, key: i64, check: i64) -> Written<()> {
        let head: Vec<u8> = self
            .connection
            .prepare_cached("SELECT head FROM exec_body WHERE id = ?")?
            .query_row([key], |row| row.get(0))?;
        let head =
            self.codec.read_head(columns::id(key, check), &head, kapelle_store::store::Values::Named)?;
        for (name, value) in head.labels.iter() {
            self.connection
                .prepare_cached("DELETE FROM label WHERE kv = ? AND exec = ?")?
                .execute((columns::label(name, value), key))?;
        }
        Ok(())
    }
}

impl Row {
    fn is_changed_by(&mut self, rows: &Rows) {
        let Change { birth, labels, .. } = match self.change.take() {
            Some(change) => *change,
            None => Change { birth: None, head: Arc::default(), labels: None },
        };
        let labels = if self.print == rows.print { labels } else { Some(Arc::clone(&rows.labels)) };
        self.change = Some(Box::new(Change { birth, head: Arc::clone(&rows.head), labels }));
        self.state = columns::of_state(rows.state);
        self.version = rows.version;
        self.ended = rows.ended;
        self.slot = rows.slot;
        self.is_at_rest = rows.is_at_rest;
        self.print = rows.print;
    }
}

/// The execution that the trigger tells of, if its id is one that we could have given out.
fn cause(birth: &Birth) -> Option<i64> {
    let Some(kapelle_model::Value::Str(text)) = birth.origin.as_ref()?.variables.get("executionId") else {
        return None;
    };
    ExecutionId::parse(text.expose()).map(columns::key)
}
