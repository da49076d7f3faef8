//! Works what is pending into the tables, table by table, each in the order of its keys.

use std::collections::BTreeMap;

use kapelle_model::Millis;
use kapelle_store::codec::Codec;
use kapelle_store::store::Values;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::batch::Written;
use super::counters::{self, Counts, Place};
use super::executions::Row;
use super::labels::KnownLabels;
use super::pending::{Merged, Order, Pending, Sent};
use crate::columns;
use crate::errors::corrupt;
use crate::names::{Names, NsId};
use crate::record::{Birth, Label, Reader};

pub(crate) struct Fold<'f> {
    connection: &'f Connection,
    codec: &'f Codec,
    names: &'f Names,
    pending: &'f Pending,
    bytes: &'f [u8],
}

impl<'f> Fold<'f> {
    pub(crate) fn new(
        connection: &'f Connection,
        codec: &'f Codec,
        names: &'f Names,
        pending: &'f Pending,
    ) -> Self {
        Self { connection, codec, names, pending, bytes: pending.bytes() }
    }

    /// Writes all of it, within a transaction of who asks. Labels that are known get no name again; those that got one.
    pub(crate) fn write(&self, known: &KnownLabels) -> Written<Vec<i64>> {
        self.count()?;
        // Before the heads that say which ones there were.
        let named = self.labels(known)?;
        self.headers()?;
        self.bodies()?;
        self.runs()?;
        self.children()?;
        self.moments()?;
        self.orders()?;
        Ok(named)
    }

    fn count(&self) -> Written<()> {
        let (mut counts, mut roots) = (Counts::default(), BTreeMap::new());
        for merged in self.pending.executions.values() {
            let row = &merged.row;
            if row.kept.is_some_and(|kept| kept.state == row.state) {
                continue;
            }
            let root = match roots.get(&row.ns) {
                Some(root) => *root,
                None => root_of(self.names, row.ns)?,
            };
            roots.insert(row.ns, root);
            let scopes = scopes(row, root);
            if let Some(kept) = row.kept {
                counts.add(scopes, place(row, kept.state), -1);
            }
            counts.add(scopes, place(row, row.state), 1);
        }
        Ok(counts.write(self.connection)?)
    }

    fn labels(&self, known: &KnownLabels) -> Written<Vec<i64>> {
        let mut fresh: Vec<(i64, i64, Label)> = Vec::new();
        for (key, merged) in &self.pending.executions {
            match merged.row.kept {
                Some(kept) if kept.print == merged.row.print => continue,
                Some(_) => remove_labels(self.connection, self.codec, *key, merged.row.check)?,
                None => {}
            }
            let mut labels = Reader::part(self.bytes, merged.labels);
            while !labels.is_over() {
                let label = labels.label()?;
                fresh.push((label.number, *key, label));
            }
        }
        fresh.sort_unstable_by_key(|(number, key, _)| (*number, *key));
        let name = "INSERT OR IGNORE INTO label_kv (id, key, value) VALUES (?, ?, ?)";
        let (mut name, mut add) = (
            self.connection.prepare_cached(name)?,
            self.connection.prepare_cached("INSERT OR IGNORE INTO label (kv, exec) VALUES (?, ?)")?,
        );
        let mut named = Vec::new();
        for (number, key, label) in fresh {
            if named.last() != Some(&number) && !known.has(number) {
                name.execute((number, label.name.text(self.bytes)?, label.value.text(self.bytes)?))?;
                named.push(number);
            }
            add.execute((number, key))?;
        }
        Ok(named)
    }

    fn headers(&self) -> Written<()> {
        let insert = "INSERT INTO exec (id, check64, flow, ns, state, class, version, started, ended, rev, parent, cause, \
                      slot, rest, labels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let update =
            "UPDATE exec SET state = ?, version = ?, ended = ?, slot = ?, rest = ?, labels = ? WHERE id = ?";
        let (mut insert, mut update) =
            (self.connection.prepare_cached(insert)?, self.connection.prepare_cached(update)?);
        for (key, Merged { row, birth, .. }) in &self.pending.executions {
            let Some(birth) = birth else {
                let version = row.version.cast_signed();
                let columns = (row.state, version, row.ended, row.slot, row.is_at_rest, row.print, key);
                update.execute(columns)?;
                continue;
            };
            insert_header(&mut insert, *key, row, birth)?;
        }
        Ok(())
    }

    fn bodies(&self) -> Written<()> {
        let (mut insert, mut update) = (
            self.connection.prepare_cached("INSERT INTO exec_body (id, birth, head) VALUES (?, ?, ?)")?,
            self.connection.prepare_cached("UPDATE exec_body SET head = ? WHERE id = ?")?,
        );
        for (key, Merged { birth, head, .. }) in &self.pending.executions {
            let head = head.of(self.bytes);
            match birth {
                Some(birth) => insert.execute((key, birth.data.of(self.bytes), head))?,
                None => update.execute((head, key))?,
            };
        }
        Ok(())
    }

    fn runs(&self) -> Written<()> {
        let write = "INSERT INTO task_run (exec, idx, data) VALUES (?, ?, ?) \
                     ON CONFLICT (exec, idx) DO UPDATE SET data = excluded.data";
        let (mut write, mut remove) = (
            self.connection.prepare_cached(write)?,
            self.connection.prepare_cached("DELETE FROM task_run WHERE exec = ? AND idx = ?")?,
        );
        for (key, Merged { removed, runs, .. }) in &self.pending.executions {
            for run in removed {
                remove.execute((key, run))?;
            }
            for (run, data) in runs {
                write.execute((key, run, data.of(self.bytes)))?;
            }
        }
        Ok(())
    }

    fn children(&self) -> Written<()> {
        let write = "INSERT INTO child (exec, idx, iteration, child, is_open, data) VALUES (?, ?, ?, ?, ?, ?) \
                     ON CONFLICT (exec, idx, iteration) DO UPDATE SET child = excluded.child, \
                     is_open = excluded.is_open, data = excluded.data";
        let (mut write, mut remove) = (
            self.connection.prepare_cached(write)?,
            self.connection.prepare_cached("DELETE FROM child WHERE exec = ? AND idx = ?")?,
        );
        for (key, Merged { removed, children, .. }) in &self.pending.executions {
            for run in removed {
                remove.execute((key, run))?;
            }
            for child in children.values() {
                let data = child.data.of(self.bytes);
                write.execute(params![key, child.run, child.iteration, child.key, child.is_open, data])?;
            }
        }
        Ok(())
    }

    fn moments(&self) -> Written<()> {
        let write = "INSERT OR IGNORE INTO wake (at, exec, check64, kind, number) VALUES (?, ?, ?, ?, ?)";
        let remove = "DELETE FROM wake WHERE at = ? AND exec = ? AND check64 = ? AND kind = ? AND number = ?";
        let (mut write, mut remove) =
            (self.connection.prepare_cached(write)?, self.connection.prepare_cached(remove)?);
        for (moment, is_awaited) in &self.pending.moments {
            // One that came and went may have been there before.
            let statement = if *is_awaited { &mut write } else { &mut remove };
            statement.execute(*moment)?;
        }
        Ok(())
    }

    fn orders(&self) -> Written<()> {
        let mut remove = self.connection.prepare_cached("DELETE FROM sent WHERE id = ?")?;
        let mut sent: Vec<(u128, Sent)> = Vec::new();
        for (id, order) in &self.pending.orders {
            if let Order::Done | Order::Again(_) = order {
                remove.execute([id.to_be_bytes()])?;
            }
            if let Order::Sent(order) | Order::Again(order) = order {
                sent.push((*id, *order));
            }
        }
        // In this order they will be carried out.
        sent.sort_unstable_by_key(|(_, order)| order.place);
        let write = "INSERT OR IGNORE INTO sent (id, exec, check64, data) VALUES (?, ?, ?, ?)";
        let mut write = self.connection.prepare_cached(write)?;
        for (id, Sent { to, data, .. }) in sent {
            let (key, check) = (columns::key(to), columns::check(to));
            write.execute((id.to_be_bytes(), key, check, data.of(self.bytes)))?;
        }
        Ok(())
    }
}

fn insert_header(insert: &mut CachedStatement<'_>, key: i64, row: &Row, birth: &Birth) -> Written<()> {
    insert.execute(params![
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
        birth.cause,
        row.slot,
        row.is_at_rest,
        row.print,
    ])?;
    Ok(())
}

/// What stands for the tenant of a namespace, for counters.
pub(super) fn root_of(names: &Names, ns: NsId) -> Written<NsId> {
    let tenant = &names.namespace_of(ns)?.tenant;
    let root = names.ns(tenant, "");
    Ok(root.ok_or_else(|| corrupt(format!("tenant `{tenant}`"), "it has executions, but no number"))?)
}

/// What an execution is counted for: its flow, its namespace, its tenant.
pub(super) const fn scopes(row: &Row, root: NsId) -> [i64; 3] {
    [counters::of_flow(row.flow), counters::of_ns(row.ns), counters::of_ns(root)]
}

pub(super) fn place(row: &Row, state: i64) -> Place {
    Place { hour: columns::hour(Millis(row.started)), class: row.class, state }
}

/// Removes the labels that an execution has on the disk.
pub(super) fn remove_labels(connection: &Connection, codec: &Codec, key: i64, check: i64) -> Written<()> {
    let head: Option<Vec<u8>> = connection
        .prepare_cached("SELECT head FROM exec_body WHERE id = ?")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let head = head.map(|head| codec.read_head(columns::id(key, check), &head, Values::Named));
    let Some(Ok(head)) = head else {
        // One damaged execution must not stop all others: its labels are looked for among all that there are.
        connection.execute("DELETE FROM label WHERE exec = ?", [key])?;
        return Ok(());
    };
    let mut remove = connection.prepare_cached("DELETE FROM label WHERE kv = ? AND exec = ?")?;
    for (name, value) in head.labels.iter() {
        remove.execute((columns::label(name, value), key))?;
    }
    Ok(())
}
