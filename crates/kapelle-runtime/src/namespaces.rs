//! Namespaces that somebody created, with what was set for them. A namespace needs not be created to hold flows.

pub(crate) mod given;

use std::sync::Arc;

use kapelle_model::permit::Permit;
use kapelle_store::document::Kind;
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;
use kapelle_store::{Conflict, Document, DocumentKey, Store, StoreError, Transaction, Write};

use crate::clock::{Clock, millis};

/// The name of the document that tells of a namespace.
const NAME: &str = "namespace";

/// Documents read at once.
const PAGE: usize = 500;

/// The namespaces of a tenant. What is set for one is a JSON object, the business of who sets it.
#[derive(Clone)]
pub struct TenantNamespaces {
    tenant: Arc<str>,
    store: Arc<dyn Store>,
    clock: Clock,
    /// Hears of a namespace whose settings changed.
    changed: Option<Changed>,
}

/// Hears of a namespace.
pub(crate) type Changed = Arc<dyn Fn(&str) + Send + Sync>;

impl TenantNamespaces {
    pub const fn new(tenant: Arc<str>, store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { tenant, store, clock, changed: None }
    }

    /// The same, which tells of changes.
    pub(crate) fn telling(self, changed: Changed) -> Self {
        Self { changed: Some(changed), ..self }
    }

    fn key(&self, namespace: &str) -> DocumentKey {
        key(&self.tenant, namespace)
    }

    fn tell(&self, namespace: &str) {
        if let Some(changed) = &self.changed {
            changed(namespace);
        }
    }

    pub fn get(&self, namespace: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.store.document(&self.key(namespace))?.map(|document| document.data))
    }

    /// False if there is one already.
    pub fn create(&self, namespace: &str, settings: Vec<u8>) -> Result<bool> {
        self.put(namespace, settings, Over::Nothing)
    }

    /// False if there is none.
    pub fn update(&self, namespace: &str, settings: Vec<u8>) -> Result<bool> {
        match self.store.document(&self.key(namespace))? {
            Some(before) => self.put(namespace, settings, Over::Version(before.version)),
            None => Ok(false),
        }
    }

    fn put(&self, namespace: &str, settings: Vec<u8>, over: Over) -> Result<bool> {
        let document = Document::new(self.key(namespace), millis((self.clock)()), None, settings);
        let put = Write::Put { document: Box::new(document), over };
        match self.store.commit(Transaction::of([put])) {
            Ok(_) => {
                self.tell(namespace);
                Ok(true)
            }
            Err(StoreError::Conflict(Conflict::Document { .. })) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// False if there was none. What is in it stays.
    pub fn delete(&self, namespace: &str) -> Result<bool> {
        let key = self.key(namespace);
        if self.store.document(&key)?.is_none() {
            return Ok(false);
        }
        self.store.commit(Transaction::of([Write::Remove { key, over: Over::Any }]))?;
        self.tell(namespace);
        Ok(true)
    }

    /// All that were created, by name, with what was set for them.
    pub fn all(&self) -> Result<Vec<(Arc<str>, Vec<u8>)>> {
        let permit = Permit::system("namespaces").within(Arc::clone(&self.tenant));
        let (mut found, mut after) = (Vec::new(), None::<DocumentKey>);
        loop {
            let page = self.store.documents(&permit, Kind::Setting, None, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            let own = page
                .into_iter()
                .filter(|document| *document.key.name == *NAME && !document.key.namespace.is_empty());
            found.extend(own.map(|document| (document.key.namespace, document.data)));
        }
    }
}

fn key(tenant: &Arc<str>, namespace: &str) -> DocumentKey {
    let (tenant, namespace) = (Arc::clone(tenant), namespace.into());
    DocumentKey { kind: Kind::Setting, tenant, namespace, name: NAME.into() }
}

#[cfg(test)]
mod tests {
    use kapelle_store::MemoryStore;

    use super::*;
    use crate::testing::HandClock;

    #[test]
    fn one_is_created_once_changed_while_it_is_there_and_listed() {
        let clock = HandClock::at("2026-05-06T07:08:09Z");
        let namespaces = TenantNamespaces::new("main".into(), Arc::new(MemoryStore::new()), clock.clock());
        assert!(!namespaces.update("a", b"0".to_vec()).unwrap());
        assert!(namespaces.create("a", b"1".to_vec()).unwrap());
        assert!(!namespaces.create("a", b"2".to_vec()).unwrap());
        assert!(namespaces.update("a", b"3".to_vec()).unwrap());
        assert!(namespaces.create("a.b", b"4".to_vec()).unwrap());
        let all = namespaces.all().unwrap();
        assert_eq!(all, [("a".into(), b"3".to_vec()), ("a.b".into(), b"4".to_vec())]);
        assert!(namespaces.delete("a").unwrap() && !namespaces.delete("a").unwrap());
        assert_eq!(namespaces.get("a").unwrap(), None);
    }
}
