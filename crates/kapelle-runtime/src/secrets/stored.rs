//! Secrets that are kept here, under the seal of the store.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::Secret;
use kapelle_model::permit::Permit;
use kapelle_model::{Failure, Map, Value};
use kapelle_store::document::Kind;
use kapelle_store::limits::DOCUMENT_MAX;
use kapelle_store::transaction::Over;
use kapelle_store::{Document, DocumentKey, Store, StoreError, Transaction, Write};

use super::{Secrets, secret};
use crate::clock::{Clock, millis, timestamp};

/// Secrets read at once.
const PAGE: usize = 500;

/// Bytes of the name of a secret.
const KEY_MAX: usize = 256;

/// Secrets by namespace. One of a namespace is one of all below it, unless these have one of their own; one without a
/// namespace is one of all of them.
#[derive(Clone)]
pub struct StoredSecrets {
    store: Arc<dyn Store>,
    clock: Clock,
}

/// What somebody says of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretNote {
    pub description: Option<String>,
    pub tags: Vec<(String, String)>,
}

/// What may be shown of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEntry {
    pub namespace: String,
    pub key: String,
    pub note: SecretNote,
    pub updated: Timestamp,
}

impl StoredSecrets {
    pub const fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Keeps a secret in place of an earlier one.
    pub fn put(
        &self,
        (tenant, namespace, key): (&str, &str, &str),
        value: &str,
        note: &SecretNote,
    ) -> Result<(), Failure> {
        if key.is_empty() || key.len() > KEY_MAX {
            return Err(Failure::new(format!("the name of a secret has 1 to {KEY_MAX} bytes")));
        }
        let now = millis((self.clock)());
        let name = document_key(tenant, namespace, key);
        let before = self.store.document(&name).map_err(|error| unread(&error))?;
        let data = written(value, note)?;
        let mut document = Document::new(name, now, None, data).sealed_if(true);
        document.created = before.map_or(now, |before| before.created);
        let put = Write::Put { document: Box::new(document), over: Over::Any };
        self.store
            .commit(Transaction::of([put]))
            .map(drop)
            .map_err(|error| Failure::new(format!("the secret `{key}` cannot be kept: {error}")))
    }

    /// Says something else of a secret, which stays as it is. False if there is none.
    pub fn describe(
        &self,
        (tenant, namespace, key): (&str, &str, &str),
        note: &SecretNote,
    ) -> Result<bool, Failure> {
        let kept = self.store.document(&document_key(tenant, namespace, key));
        let Some(kept) = kept.map_err(|error| unread(&error))? else { return Ok(false) };
        let value = text(&*read(&kept)?, "value").unwrap_or_default();
        self.put((tenant, namespace, key), &value, note).map(|()| true)
    }

    /// Whether there was one.
    pub fn remove(&self, tenant: &str, namespace: &str, key: &str) -> Result<bool, Failure> {
        let key = document_key(tenant, namespace, key);
        if self.store.document(&key).map_err(|error| unread(&error))?.is_none() {
            return Ok(false);
        }
        let removed = self.store.commit(Transaction::of([Write::Remove { key, over: Over::Any }]));
        removed.map(|_| true).map_err(|error| Failure::new(format!("the secret cannot be removed: {error}")))
    }

    /// All of exactly this namespace, or of all of them, without their values.
    pub fn list(&self, permit: &Permit, namespace: Option<&str>) -> Result<Vec<SecretEntry>, Failure> {
        let (mut found, mut after) = (Vec::new(), None::<DocumentKey>);
        loop {
            let page = self.store.documents(permit, Kind::Secret, namespace, after.as_ref(), PAGE);
            let page = page.map_err(|error| unread(&error))?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            for document in &page {
                found.push(SecretEntry {
                    namespace: document.key.namespace.to_string(),
                    key: document.key.name.to_string(),
                    note: note(&*read(document)?),
                    updated: timestamp(document.updated),
                });
            }
        }
    }
}

impl Secrets for StoredSecrets {
    fn get(&self, tenant: &str, namespace: &str, key: &str) -> Result<Option<Secret>, Failure> {
        let mut level = Some(namespace);
        while let Some(namespace) = level {
            let document = self.store.document(&document_key(tenant, namespace, key));
            if let Some(document) = document.map_err(|error| unread(&error))? {
                return opened(&document).map(Some);
            }
            level = match namespace.rsplit_once('.') {
                Some((above, _)) => Some(above),
                None => Some("").filter(|_| !namespace.is_empty()),
            };
        }
        Ok(None)
    }
}

fn document_key(tenant: &str, namespace: &str, key: &str) -> DocumentKey {
    DocumentKey { kind: Kind::Secret, tenant: tenant.into(), namespace: namespace.into(), name: key.into() }
}

fn opened(document: &Document) -> Result<Secret, Failure> {
    let kept = read(document)?;
    let metadata = text(&kept, "description")
        .map(|description| Map::from_iter([("description".into(), description.as_str().into())]));
    Ok(Secret { metadata, ..secret(text(&kept, "value").unwrap_or_default()) })
}

fn written(value: &str, note: &SecretNote) -> Result<Vec<u8>, Failure> {
    let mut kept = Map::from_iter([("value".into(), Value::from(value))]);
    if let Some(description) = &note.description {
        kept.insert("description".into(), description.as_str().into());
    }
    if !note.tags.is_empty() {
        let tags = note.tags.iter().map(|(key, value)| (Arc::from(key.as_str()), value.as_str().into()));
        kept.insert("tags".into(), Value::Map(Arc::new(tags.collect())));
    }
    let json = plain::to_json(&Value::Map(Arc::new(kept)), &TimeZone::UTC, false, DOCUMENT_MAX);
    json.map(|json| json.expose().as_bytes().to_vec()).map_err(|error| Failure::new(error.text()))
}

fn note(kept: &Map) -> SecretNote {
    let tags = match kept.get("tags") {
        Some(Value::Map(tags)) => {
            let names = tags.keys();
            names.filter_map(|name| Some((name.to_string(), text(tags, name)?))).collect()
        }
        _ => Vec::new(),
    };
    SecretNote { description: text(kept, "description"), tags }
}

fn read(document: &Document) -> Result<Arc<Map>, Failure> {
    let json = std::str::from_utf8(&document.data).ok().and_then(|json| plain::from_json(json).ok());
    match json {
        Some(Value::Map(kept)) => Ok(kept),
        _ => Err(Failure::new(format!("{} cannot be read: put it in again", document.key))),
    }
}

fn text(kept: &Map, name: &str) -> Option<String> {
    match kept.get(name)? {
        Value::Str(text) => Some(text.expose().to_owned()),
        _ => None,
    }
}

fn unread(error: &StoreError) -> Failure {
    Failure::new(format!("secrets cannot be read: {error}"))
}
