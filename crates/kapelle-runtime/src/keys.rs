//! The key-value store of a tenant.
//!
//! A key is a document: its value as JSON with its type, so that it comes back as what it was. One that expired stays for
//! a while, so that whoever asks learns that it was there; then [`sweep`] removes it.

mod value;

pub use value::kind;

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::Failure;
use kapelle_model::permit::Permit;
use kapelle_plugin::{Kept, KeyToSet, Keys};
use kapelle_store::document::Kind;
use kapelle_store::transaction::Over;
use kapelle_store::{Conflict, Document, DocumentKey, Store, StoreError, Transaction, Write};

use crate::clock::{Clock, millis, timestamp};

/// Milliseconds that an expired key is still told apart from one that never was.
const EXPIRED_KEPT_MS: i64 = 7 * 24 * 3_600_000;

/// Keys read, or removed, at once.
const PAGE: usize = 500;

/// Bytes of a key.
const KEY_MAX: usize = 256;

/// The keys of all namespaces of a tenant.
#[derive(Clone)]
pub struct TenantKeys {
    tenant: Arc<str>,
    store: Arc<dyn Store>,
    clock: Clock,
}

impl TenantKeys {
    pub const fn new(tenant: Arc<str>, store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { tenant, store, clock }
    }

    fn key(&self, namespace: &str, name: &str) -> DocumentKey {
        DocumentKey {
            kind: Kind::Value,
            tenant: Arc::clone(&self.tenant),
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    fn kept(&self, document: &Document) -> Result<Kept, Failure> {
        let read = value::read(&document.data).map_err(|reason| {
            Failure::new(format!("{} cannot be read ({reason}): set it again", document.key))
        })?;
        let expires = document.due.map(timestamp);
        Ok(Kept {
            key: document.key.name.to_string(),
            value: read.value,
            description: read.description,
            version: document.version,
            created: timestamp(document.created),
            updated: timestamp(document.updated),
            expires,
            is_expired: self.is_over(document),
        })
    }

    fn is_over(&self, document: &Document) -> bool {
        document.due.is_some_and(|due| due <= millis((self.clock)()))
    }

    fn permit(&self) -> Permit {
        Permit::system("keys of flows").within(Arc::clone(&self.tenant))
    }

    fn page(
        &self,
        namespace: Option<&str>,
        after: Option<&DocumentKey>,
        size: usize,
    ) -> Result<Vec<Document>, Failure> {
        self.store
            .documents(&self.permit(), Kind::Value, namespace, after, size)
            .map_err(|error| unread(&error))
    }
}

impl Keys for TenantKeys {
    fn get(&self, namespace: &str, key: &str) -> Result<Option<Kept>, Failure> {
        let document = self.store.document(&self.key(namespace, key)).map_err(|error| unread(&error))?;
        document.map(|document| self.kept(&document)).transpose()
    }

    fn set(&self, namespace: &str, key: &KeyToSet) -> Result<(), Failure> {
        check(&key.key)?;
        let name = self.key(namespace, &key.key);
        let before = self.store.document(&name).map_err(|error| unread(&error))?;
        let taken = || {
            Failure::new(format!(
                "the key `{}` exists already in the namespace `{namespace}` and `overwrite` is `false`: delete it, or allow to overwrite it",
                key.key
            ))
        };
        let over = match &before {
            _ if key.may_overwrite => Over::Any,
            None => Over::Nothing,
            Some(before) if self.is_over(before) => Over::Version(before.version),
            Some(_) => return Err(taken()),
        };
        let now = millis((self.clock)());
        let data = value::write(&key.value, key.description.as_deref()).map_err(|reason| {
            Failure::new(format!("the value of the key `{}` cannot be kept: {reason}", key.key))
        })?;
        let document = Document::new(name, now, key.expires.map(millis), data);
        let mut document = document.sealed_if(key.value.has_secret());
        document.created = before.map_or(now, |before| before.created);
        let put = Write::Put { document: Box::new(document), over };
        match self.store.commit(Transaction::of([put])) {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict(Conflict::Document { .. })) => Err(taken()),
            Err(error) => Err(Failure::new(format!("the key `{}` cannot be set: {error}", key.key))),
        }
    }

    fn delete(&self, namespace: &str, key: &str) -> Result<bool, Failure> {
        let key = self.key(namespace, key);
        if self.store.document(&key).map_err(|error| unread(&error))?.is_none() {
            return Ok(false);
        }
        let removed = self.store.commit(Transaction::of([Write::Remove { key, over: Over::Any }]));
        removed.map(|_| true).map_err(|error| Failure::new(format!("the key cannot be deleted: {error}")))
    }

    fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Kept>, Failure> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(Some(namespace), after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            for document in page.iter().filter(|document| document.key.name.starts_with(prefix)) {
                found.push(self.kept(document)?);
            }
        }
    }

    fn namespaces(&self) -> Result<Vec<String>, Failure> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(None, after.as_ref(), 1)?;
            let Some(first) = page.first() else { return Ok(found) };
            found.push(first.key.namespace.to_string());
            // Behind all keys of this namespace, since keys are ASCII.
            after = Some(self.key(&first.key.namespace, "\u{10ffff}"));
        }
    }
}

/// Removes keys that expired some days ago. How many; if it is as many as `limit`, there may be more.
pub fn sweep(store: &dyn Store, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let until = millis(now).plus(-EXPIRED_KEPT_MS);
    let over = store.documents_due(Kind::Value, until, limit)?;
    let mut removed = 0;
    for document in over {
        let remove = Write::Remove { key: document.key, over: Over::Version(document.version) };
        match store.commit(Transaction::of([remove])) {
            Ok(_) => removed += 1,
            // Somebody set it meanwhile.
            Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

/// Whether a text may be a key.
pub fn is_key(text: &str) -> bool {
    text.len() <= KEY_MAX
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn check(key: &str) -> Result<(), Failure> {
    if is_key(key) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` is no key: a key begins with a letter or digit, has only these, `.`, `_` and `-`, and at most {KEY_MAX} of them",
        key.chars().take(60).collect::<String>().escape_debug()
    )))
}

fn unread(error: &StoreError) -> Failure {
    Failure::new(format!("the key-value store cannot be read: {error}"))
}

#[cfg(test)]
mod tests;
