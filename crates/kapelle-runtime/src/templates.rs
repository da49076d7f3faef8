//! Templates of a tenant: lists of tasks that flows share. Flows get them when they are read (`definitions`).

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_store::document::Kind;
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;
use kapelle_store::{Document, DocumentKey, Store, Transaction, Write};

use crate::refresh;
use crate::shared::Shared;

/// Documents read at once.
const PAGE: usize = 500;

/// The templates of a tenant.
pub struct TenantTemplates {
    tenant: Arc<str>,
    shared: Arc<Shared>,
}

/// A template as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptTemplate {
    pub namespace: Arc<str>,
    pub id: Arc<str>,
    /// As it was written: YAML, or JSON.
    pub source: String,
    pub updated: Millis,
}

impl TenantTemplates {
    pub(crate) const fn new(tenant: Arc<str>, shared: Arc<Shared>) -> Self {
        Self { tenant, shared }
    }

    pub fn get(&self, namespace: &str, id: &str) -> Result<Option<KeptTemplate>> {
        Ok(self.shared.store.document(&key(&self.tenant, namespace, id))?.map(kept))
    }

    /// Those that a permit covers, by namespace and id.
    pub fn all(&self, permit: &Permit) -> Result<Vec<KeptTemplate>> {
        let permit = permit.clone().within(Arc::clone(&self.tenant));
        let (mut found, mut after) = (Vec::new(), None::<DocumentKey>);
        loop {
            let page = self.shared.store.documents(&permit, Kind::Template, None, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            found.extend(page.into_iter().map(kept));
        }
    }

    /// Keeps a template, in place of one of the same name. Executions that begin from now on have it.
    pub fn put(&self, namespace: &str, id: &str, source: &str) -> Result<KeptTemplate> {
        let key = key(&self.tenant, namespace, id);
        let document = Document::new(key, self.shared.clock.now(), None, source.as_bytes().to_vec());
        let template = kept(document.clone());
        self.commit(Write::Put { document: Box::new(document), over: Over::Any })?;
        Ok(template)
    }

    /// False if there is none.
    pub fn delete(&self, namespace: &str, id: &str) -> Result<bool> {
        let key = key(&self.tenant, namespace, id);
        if self.shared.store.document(&key)?.is_none() {
            return Ok(false);
        }
        self.commit(Write::Remove { key, over: Over::Any })?;
        Ok(true)
    }

    fn commit(&self, write: Write) -> Result<()> {
        self.shared.store.commit(Transaction::of([write]))?;
        refresh::templates_changed(&self.shared, &self.tenant);
        Ok(())
    }
}

/// The source of a template, for a flow that wants it.
pub(crate) fn source(
    store: &dyn Store,
    tenant: &Arc<str>,
    namespace: &str,
    id: &str,
) -> Result<Option<String>> {
    Ok(store.document(&key(tenant, namespace, id))?.map(|document| kept(document).source))
}

fn key(tenant: &Arc<str>, namespace: &str, id: &str) -> DocumentKey {
    let (tenant, namespace, name) = (Arc::clone(tenant), namespace.into(), id.into());
    DocumentKey { kind: Kind::Template, tenant, namespace, name }
}

fn kept(document: Document) -> KeptTemplate {
    let Document { key, updated, data, .. } = document;
    let source = String::from_utf8_lossy(&data).into_owned();
    KeptTemplate { namespace: key.namespace, id: key.name, source, updated }
}
