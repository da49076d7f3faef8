//! Revisions of flows.

use kapelle_store::codec::pack;
use kapelle_store::flow::RevisionName;
use kapelle_store::{Conflict, FlowRevision};
use rusqlite::{OptionalExtension, params};

use super::batch::{Batch, Written};

impl Batch<'_> {
    pub(super) fn write_flow(&mut self, revision: &FlowRevision) -> Written<()> {
        let ns = self.ns(&revision.tenant, &revision.namespace)?;
        let flow = self.flow(ns, &revision.id)?;
        let kept: Option<u32> = self
            .connection
            .prepare_cached("SELECT rev FROM flow_rev WHERE flow = ? ORDER BY rev DESC LIMIT 1")?
            .query_row([flow.0], |row| row.get(0))
            .optional()?;
        if revision.revision != kept.unwrap_or(0) + 1 {
            let flow = format!("`{}` of namespace `{}`", revision.id, revision.namespace);
            return Err(Conflict::Revision { flow, kept, written: revision.revision }.into());
        }
        let labels: Vec<[&str; 2]> = revision.labels.iter().map(|(key, value)| [&**key, &**value]).collect();
        let write = "INSERT INTO flow_rev (flow, rev, source, description, labels, is_disabled, is_deleted, created) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        self.connection.prepare_cached(write)?.execute(params![
            flow.0,
            revision.revision,
            pack(revision.source.as_bytes()),
            revision.description,
            serde_json::to_string(&labels).expect("texts are always JSON"),
            revision.is_disabled,
            revision.is_deleted,
            revision.created.0,
        ])?;
        Ok(())
    }

    pub(super) fn forget_revision(&mut self, name: &RevisionName) -> Written<()> {
        let Some(ns) = self.known_ns(&name.tenant, &name.namespace) else { return Ok(()) };
        let flow = self.flow(ns, &name.id)?;
        let forget = "DELETE FROM flow_rev WHERE flow = ?1 AND rev = ?2 \
                      AND rev < (SELECT max(rev) FROM flow_rev WHERE flow = ?1)";
        self.connection.prepare_cached(forget)?.execute((flow.0, name.revision))?;
        Ok(())
    }
}
