//! Flows and their revisions.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_store::FlowRevision;
use kapelle_store::codec::unpack;
use kapelle_store::error::Result;
use kapelle_store::flow::Which;
use rusqlite::Connection;

use super::InOurWords;
use crate::errors::corrupt;
use crate::names::{FlowId, Names};

const COLUMNS: &str = "flow, rev, source, description, labels, is_disabled, is_deleted, created";

/// A revision as it stands in its row.
struct Raw {
    flow: FlowId,
    revision: u32,
    source: Vec<u8>,
    description: Option<Arc<str>>,
    labels: String,
    is_disabled: bool,
    is_deleted: bool,
    created: i64,
}

impl Raw {
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            flow: FlowId(row.get(0)?),
            revision: row.get(1)?,
            source: row.get(2)?,
            description: row.get(3)?,
            labels: row.get(4)?,
            is_disabled: row.get(5)?,
            is_deleted: row.get(6)?,
            created: row.get(7)?,
        })
    }

    fn read(self, names: &Names) -> Result<Arc<FlowRevision>> {
        let flow = names.flow_of(self.flow)?;
        let namespace = names.namespace_of(flow.ns)?;
        let what = || {
            format!("revision {} of flow `{}` of namespace `{}`", self.revision, flow.name, namespace.name)
        };
        let source =
            String::from_utf8(unpack(&self.source)?).map_err(|error| corrupt(what(), error.to_string()))?;
        let labels: Vec<(Arc<str>, Arc<str>)> = serde_json::from_str::<Vec<(String, String)>>(&self.labels)
            .map_err(|error| corrupt(what(), error.to_string()))?
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Ok(Arc::new(FlowRevision {
            tenant: Arc::clone(&namespace.tenant),
            namespace: Arc::clone(&namespace.name),
            id: Arc::clone(&flow.name),
            revision: self.revision,
            source: source.into(),
            description: self.description,
            labels: labels.into(),
            is_disabled: self.is_disabled,
            is_deleted: self.is_deleted,
            created: Millis(self.created),
        }))
    }
}

pub(crate) fn flow(
    connection: &Connection,
    names: &Names,
    (tenant, namespace, id): (&str, &str, &str),
    which: Which,
) -> Result<Option<Arc<FlowRevision>>> {
    let found = match which {
        Which::Exactly(revision) => {
            rows(connection, names, tenant, namespace, id, &format!("AND rev = {revision}"))?
        }
        Which::Latest | Which::LatestEver => {
            rows(connection, names, tenant, namespace, id, "ORDER BY rev DESC LIMIT 1")?
        }
    };
    let found = found.into_iter().next().filter(|flow| which != Which::Latest || !flow.is_deleted);
    Ok(found)
}

pub(crate) fn revisions(
    connection: &Connection,
    names: &Names,
    (tenant, namespace, id): (&str, &str, &str),
) -> Result<Vec<Arc<FlowRevision>>> {
    rows(connection, names, tenant, namespace, id, "ORDER BY rev")
}

fn rows(
    connection: &Connection,
    names: &Names,
    tenant: &str,
    namespace: &str,
    id: &str,
    rest: &str,
) -> Result<Vec<Arc<FlowRevision>>> {
    let flow = names.ns(tenant, namespace).and_then(|ns| names.flow(ns, id));
    let Some(flow) = flow else { return Ok(Vec::new()) };
    let query = format!("SELECT {COLUMNS} FROM flow_rev WHERE flow = ? {rest}");
    let mut query = connection.prepare(&query).ours()?;
    let found: Vec<Raw> = query.query_map([flow.0], Raw::of).and_then(Iterator::collect).ours()?;
    found.into_iter().map(|raw| raw.read(names)).collect()
}

/// The last revisions of all flows that have not ended, by namespace and id.
pub(crate) fn flows(
    connection: &Connection,
    names: &Names,
    permit: &Permit,
) -> Result<Vec<Arc<FlowRevision>>> {
    let query = format!(
        "SELECT {COLUMNS} FROM flow_rev JOIN (SELECT flow AS one, max(rev) AS last FROM flow_rev GROUP BY flow) \
         ON flow = one AND rev = last WHERE is_deleted = 0"
    );
    let mut query = connection.prepare_cached(&query).ours()?;
    let found: Vec<Raw> = query.query_map([], Raw::of).and_then(Iterator::collect).ours()?;
    let mut flows = Vec::new();
    for raw in found {
        let namespace = names.namespace_of(names.flow_of(raw.flow)?.ns)?;
        if permit.covers(&namespace.tenant, &namespace.name) {
            flows.push(raw.read(names)?);
        }
    }
    flows.sort_by(|one, two| {
        (&one.namespace, &one.id, &one.tenant).cmp(&(&two.namespace, &two.id, &two.tenant))
    });
    Ok(flows)
}
