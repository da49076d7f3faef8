//! Occurrences that started nothing, kept with their reasons for a while.
//!
//! Occurrences in a row with the same reason are one record, however many they are.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{Skip, TriggerKey, TriggerState};
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, Transaction, Write, codec};

/// How long they are kept.
const KEPT_MILLIS: i64 = 30 * 24 * 3_600_000;

/// Records that are thrown away at once.
const SWEPT_MAX: usize = 500;

/// Characters of the words of a record.
const WORDS_MAX: usize = 1_000;

/// What has to be written for these; the state gets to know the last of them.
pub(crate) fn record(
    store: &dyn Store,
    key: &TriggerKey,
    state: &mut TriggerState,
    skipped: &[Skip],
    now: Millis,
) -> Result<Vec<Write>> {
    let mut writes = Vec::with_capacity(skipped.len());
    for mut skip in skipped.iter().cloned() {
        skip.words.truncate(skip.words.floor_char_boundary(WORDS_MAX));
        if let Some((since, why)) = state.skipping
            && why == skip.why
            && let Some(before) = read(store, key, since)?
        {
            skip.from = before.from;
            skip.count = skip.count.saturating_add(before.count);
        }
        state.skipping = Some((skip.from, skip.why));
        let due = Some(now.plus(KEPT_MILLIS));
        let document = Document::new(name(key, skip.from), now, due, codec::skip(&skip));
        writes.push(Write::Put { document: Box::new(document), over: Over::Any });
    }
    Ok(writes)
}

fn read(store: &dyn Store, key: &TriggerKey, from: Millis) -> Result<Option<Skip>> {
    let name = name(key, from);
    store.document(&name)?.map(|document| codec::read_skip(&name, &document.data)).transpose()
}

/// The records of a trigger after a moment, the oldest first.
pub(crate) fn list(
    store: &dyn Store,
    permit: &Permit,
    key: &TriggerKey,
    after: Millis,
    limit: usize,
) -> Result<Vec<Skip>> {
    let prefix = format!("{}/{}/", key.flow, key.trigger);
    let documents =
        store.documents(permit, Kind::Tick, Some(&key.namespace), Some(&name(key, after)), limit)?;
    let own = documents
        .iter()
        .take_while(|document| document.key.tenant == key.tenant && document.key.name.starts_with(&prefix));
    own.map(|document| codec::read_skip(&document.key, &document.data)).collect()
}

/// Takes back the records of moments that come again, since the clock went back.
pub(crate) fn withdraw(store: &dyn Store, key: &TriggerKey, now: Millis) -> Result<()> {
    let permit = Permit::system("the clock went back");
    let prefix = format!("{}/{}/", key.flow, key.trigger);
    let after = name(key, now);
    let page = store.documents(&permit, Kind::Tick, Some(&key.namespace), Some(&after), SWEPT_MAX)?;
    let own = page.into_iter().map(|document| document.key);
    let own = own.take_while(|name| name.tenant == key.tenant && name.name.starts_with(&prefix));
    let writes: Vec<_> = own.map(|key| Write::Remove { key, over: Over::Any }).collect();
    if writes.is_empty() { Ok(()) } else { store.commit(Transaction::of(writes)).map(drop) }
}

/// Throws away what was kept long enough. Whether there may be more.
pub(crate) fn sweep(store: &dyn Store, now: Millis) -> Result<bool> {
    let old = store.documents_due(Kind::Tick, now, SWEPT_MAX)?;
    let is_full = old.len() == SWEPT_MAX;
    if !old.is_empty() {
        let writes = old.into_iter().map(|document| Write::Remove { key: document.key, over: Over::Any });
        store.commit(Transaction::of(writes))?;
    }
    Ok(is_full)
}

/// Moments are filled up with zeros, so that names are in their order.
fn name(key: &TriggerKey, from: Millis) -> DocumentKey {
    DocumentKey {
        kind: Kind::Tick,
        tenant: Arc::clone(&key.tenant),
        namespace: Arc::clone(&key.namespace),
        name: format!("{}/{}/{:015}", key.flow, key.trigger, from.0.max(0)).into(),
    }
}
