//! Headers of executions, as they are on the disk and as they will be.

use kapelle_store::error::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::columns;
use crate::errors::corrupt;
use crate::names::{FlowId, Names, NsId};
use crate::record::{Birth, Change};

/// The header of an execution, as it will be written.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub check: i64,
    pub flow: FlowId,
    pub ns: NsId,
    pub class: i64,
    pub state: i64,
    pub version: u64,
    pub started: i64,
    pub ended: Option<i64>,
    pub slot: i64,
    pub is_at_rest: bool,
    pub print: i64,
    pub parent: Option<i64>,
    /// What the tables have; nothing of what is new.
    pub kept: Option<Kept>,
}

/// What counters and labels were written for.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub state: i64,
    pub print: i64,
}

impl Row {
    /// What the tables have of an execution.
    pub(super) fn kept(connection: &Connection, key: i64) -> rusqlite::Result<Option<Self>> {
        let query = "SELECT check64, flow, ns, class, state, version, started, ended, slot, rest, labels, parent \
                     FROM exec WHERE id = ?";
        let row = connection.prepare_cached(query)?.query_row([key], |row| {
            let kept = Kept { state: row.get(4)?, print: row.get(10)? };
            Ok(Self {
                check: row.get(0)?,
                flow: FlowId(row.get(1)?),
                ns: NsId(row.get(2)?),
                class: row.get(3)?,
                state: kept.state,
                version: row.get::<_, i64>(5)?.cast_unsigned(),
                started: row.get(6)?,
                ended: row.get(7)?,
                slot: row.get(8)?,
                is_at_rest: row.get(9)?,
                print: kept.print,
                parent: row.get(11)?,
                kept: Some(kept),
            })
        });
        row.optional()
    }

    /// What is new; its names are known by then.
    pub(super) fn born(bytes: &[u8], change: &Change, birth: &Birth, names: &Names) -> Result<Self> {
        let unnamed = || corrupt(format!("execution {}", change.id), "its namespace or flow has no number");
        let (tenant, namespace) = (birth.tenant.text(bytes)?, birth.namespace.text(bytes)?);
        let ns = names.ns(tenant, namespace).ok_or_else(unnamed)?;
        Ok(Self {
            check: columns::check(change.id),
            flow: names.flow(ns, birth.flow.text(bytes)?).ok_or_else(unnamed)?,
            ns,
            class: birth.class,
            state: change.state,
            version: change.version,
            started: change.started,
            ended: change.ended,
            slot: change.slot,
            is_at_rest: change.is_at_rest,
            print: change.print,
            parent: birth.parent,
            kept: None,
        })
    }

    pub(super) const fn is_changed_by(&mut self, change: &Change) {
        self.state = change.state;
        self.version = change.version;
        self.ended = change.ended;
        self.slot = change.slot;
        self.is_at_rest = change.is_at_rest;
        self.print = change.print;
    }
}
