//! Where triggers stand, as documents of the store.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{TriggerKey, TriggerState};
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::error::{Conflict, Result};
use kapelle_store::transaction::Over;
use kapelle_store::{Store, StoreError, Transaction, Write, codec};

/// What is kept of a trigger, as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) key: TriggerKey,
    pub(crate) state: TriggerState,
    pub(crate) due: Option<Millis>,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
    pub(crate) version: u64,
}

/// Documents that are read at once: most flows have few triggers, and what follows belongs to others.
const PAGE: usize = 8;

/// What is kept of the triggers of a flow.
pub(crate) fn of_flow(
    store: &dyn Store,
    tenant: &Arc<str>,
    namespace: &Arc<str>,
    flow: &str,
) -> Result<Vec<Kept>> {
    let permit = Permit::system("the triggers of a flow");
    let prefix = format!("{flow}/");
    let mut after = DocumentKey {
        kind: Kind::Trigger,
        tenant: Arc::clone(tenant),
        namespace: Arc::clone(namespace),
        name: prefix.as_str().into(),
    };
    let mut all = Vec::new();
    loop {
        let page = store.documents(&permit, Kind::Trigger, Some(namespace), Some(&after), PAGE)?;
        let own = page
            .iter()
            .take_while(|document| document.key.tenant == *tenant && document.key.name.starts_with(&prefix));
        let before = all.len();
        for document in own {
            all.push(Kept::of(document)?);
        }
        match page.last() {
            Some(last) if all.len() - before == PAGE => after = last.key.clone(),
            _ => return Ok(all),
        }
    }
}

/// How often a change is tried again because somebody else was faster.
const TRIES_MAX: u32 = 20;

impl Kept {
    pub(crate) fn of(document: &Document) -> Result<Self> {
        let key = key_of(&document.key)?;
        let state = codec::read_trigger(&document.key, &document.data)?;
        let Document { due, created, updated, version, .. } = *document;
        Ok(Self { key, state, due, created, updated, version })
    }

    pub(crate) fn read(store: &dyn Store, key: &TriggerKey) -> Result<Option<Self>> {
        store.document(&document_key(key))?.as_ref().map(Self::of).transpose()
    }

    /// Puts a state in its place, if nobody changed it since it was read.
    pub(crate) fn put(&self, state: &TriggerState, due: Option<Millis>, now: Millis) -> Result<Write> {
        let (data, is_secret) = codec::trigger(state)?;
        let mut document = Document::new(document_key(&self.key), now, due, data).sealed_if(is_secret);
        document.created = self.created;
        Ok(Write::Put { document: Box::new(document), over: Over::Version(self.version) })
    }
}

/// Puts a first state.
pub(crate) fn put_new(
    key: &TriggerKey,
    state: &TriggerState,
    due: Option<Millis>,
    now: Millis,
) -> Result<Write> {
    let (data, is_secret) = codec::trigger(state)?;
    let document = Document::new(document_key(key), now, due, data).sealed_if(is_secret);
    Ok(Write::Put { document: Box::new(document), over: Over::Nothing })
}

/// Changes what is kept of a trigger, however often somebody else is faster. `decide` gives the new state with the moment
/// at which it is looked at, and what else is written with it; or why not.
pub(crate) fn change<E: From<StoreError>>(
    store: &dyn Store,
    key: &TriggerKey,
    now: Millis,
    mut decide: impl FnMut(Option<&Kept>) -> std::result::Result<Option<Changed>, E>,
) -> std::result::Result<(), E> {
    for tried in 1.. {
        let kept = Kept::read(store, key)?;
        let Some(Changed { state, due, mut with }) = decide(kept.as_ref())? else { return Ok(()) };
        with.push(match &kept {
            Some(kept) => kept.put(&state, due, now)?,
            None => put_new(key, &state, due, now)?,
        });
        match store.commit(Transaction::of(with)) {
            Err(StoreError::Conflict(Conflict::Document { .. })) if tried < TRIES_MAX => {}
            result => return Ok(result.map(drop)?),
        }
    }
    Ok(())
}

/// What becomes of a trigger.
pub(crate) struct Changed {
    pub(crate) state: TriggerState,
    pub(crate) due: Option<Millis>,
    pub(crate) with: Vec<Write>,
}

/// Flow and trigger have no slash in their ids.
pub(crate) fn document_key(key: &TriggerKey) -> DocumentKey {
    DocumentKey {
        kind: Kind::Trigger,
        tenant: Arc::clone(&key.tenant),
        namespace: Arc::clone(&key.namespace),
        name: format!("{}/{}", key.flow, key.trigger).into(),
    }
}

fn key_of(key: &DocumentKey) -> Result<TriggerKey> {
    let (flow, trigger) = key.name.split_once('/').ok_or_else(|| StoreError::Corrupt {
        what: key.to_string(),
        why: "its name is not that of a flow and a trigger".to_owned(),
    })?;
    Ok(TriggerKey {
        tenant: Arc::clone(&key.tenant),
        namespace: Arc::clone(&key.namespace),
        flow: flow.into(),
        trigger: trigger.into(),
    })
}
