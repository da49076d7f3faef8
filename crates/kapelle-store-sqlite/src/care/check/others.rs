//! Rows that belong to no execution, and orders between them: whether they can be read.

use std::sync::Arc;

use kapelle_store::DocumentKey;
use kapelle_store::codec::unpack;
use kapelle_store::document::Kind;
use kapelle_store::error::Result;
use kapelle_store::transaction::OrderId;

use super::Checker;
use crate::columns;
use crate::names::{FlowId, NsId};

const CURE: &str = "write it again, or restore a backup from before";

impl Checker<'_, '_> {
    pub(super) fn orders(&mut self) -> Result<()> {
        let query = "SELECT seq, id, exec, check64, data FROM sent WHERE seq > ? ORDER BY seq LIMIT ?";
        let mut after = 0;
        loop {
            let rows = self.rows(query, &[after], |row| {
                let to = columns::id(row.get(2)?, row.get(3)?);
                Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?, to, row.get::<_, Vec<u8>>(4)?))
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            for (_, id, to, data) in rows {
                self.report.rows += 1;
                if let Err(error) = self.store.codec.read_sent(OrderId(u128::from_be_bytes(id)), to, &data) {
                    self.find(
                        format!("an order to execution {to}"),
                        error,
                        "kill that execution, or restart the one that sent it",
                    );
                }
            }
            self.tell("orders", self.report.rows)?;
        }
    }

    pub(super) fn documents(&mut self) -> Result<()> {
        let query = "SELECT id, kind, ns, name, data FROM document WHERE id > ? AND data IS NOT NULL \
                     ORDER BY id LIMIT ?";
        let mut after = i64::MIN;
        loop {
            let rows = self.rows(query, &[after], |row| {
                let name: String = row.get(3)?;
                Ok((row.get(0)?, row.get::<_, i64>(1)?, NsId(row.get(2)?), name, row.get::<_, Vec<u8>>(4)?))
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            let names = self.store.names.now();
            for (_, kind, ns, name, data) in rows {
                self.report.rows += 1;
                let Some(kind) = Kind::ALL.iter().copied().find(|known| *known as i64 == kind) else {
                    self.find(format!("the document `{name}`"), "nobody knows what kind it is of", CURE);
                    continue;
                };
                let fault = names.namespace_of(ns).and_then(|place| {
                    let (tenant, namespace) = (Arc::clone(&place.tenant), Arc::clone(&place.name));
                    let key = DocumentKey { kind, tenant, namespace, name: name.as_str().into() };
                    self.store.codec.read_document(&key, &data)
                });
                if let Err(error) = fault {
                    self.find(format!("the {} `{name}`", kind.word()), error, CURE);
                }
            }
            self.tell("documents", self.report.rows)?;
        }
    }

    pub(super) fn flows(&mut self) -> Result<()> {
        let query = "SELECT rowid, flow, rev, source FROM flow_rev WHERE rowid > ? ORDER BY rowid LIMIT ?";
        let mut after = i64::MIN;
        loop {
            let rows = self.rows(query, &[after], |row| {
                Ok((row.get(0)?, FlowId(row.get(1)?), row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?))
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            let names = self.store.names.now();
            for (_, flow, revision, source) in rows {
                self.report.rows += 1;
                let name = names.flow_of(flow);
                let called = name.as_ref().map_or("?", |flow| &*flow.name);
                let what = format!("revision {revision} of flow `{called}`");
                let fault = match (&name, unpack(&source).map(String::from_utf8)) {
                    (Err(error), _) => Some(error.to_string()),
                    (_, Err(error)) => Some(error.to_string()),
                    (_, Ok(Err(_))) => Some("its text is broken".to_owned()),
                    (_, Ok(Ok(_))) => None,
                };
                if let Some(why) = fault {
                    self.find(what, why, CURE);
                }
            }
            self.tell("flows", self.report.rows)?;
        }
    }
}
