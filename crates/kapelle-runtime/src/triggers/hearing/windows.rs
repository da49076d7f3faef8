//! What has come together for triggers, as documents of the store.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::TriggerKey;
use kapelle_model::window::Window;
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, Transaction, Write, codec};

/// Windows of one trigger. There is one for each group of conditions.
const WINDOWS_MAX: usize = 16;

/// A window that ended so long ago is of no more use.
const KEPT_MILLIS: i64 = 24 * 3_600_000;

/// Windows that are thrown away at once.
const SWEPT_MAX: usize = 500;

/// The windows of a trigger, as they were read.
pub(super) struct Kept(Vec<Document>);

impl Kept {
    pub(super) fn read(store: &dyn Store, key: &TriggerKey) -> Result<Self> {
        let permit = Permit::system("windows of a trigger");
        let prefix = format!("{}/{}/", key.flow, key.trigger);
        let after = name(key, "");
        let page = store.documents(&permit, Kind::Window, Some(&key.namespace), Some(&after), WINDOWS_MAX)?;
        let own = page.into_iter().take_while(|document| {
            document.key.tenant == key.tenant && document.key.name.starts_with(&prefix)
        });
        Ok(Self(own.collect()))
    }

    pub(super) fn windows(&self) -> Result<Vec<Window>> {
        self.0.iter().map(|document| codec::read_window(&document.key, &document.data)).collect()
    }

    /// Puts a window in its place, if nobody changed it since it was read.
    pub(super) fn put(&self, key: &TriggerKey, window: &Window, now: Millis) -> Result<Write> {
        let name = name(key, &window.id);
        let before = self.0.iter().find(|document| document.key == name);
        let over = before.map_or(Over::Nothing, |document| Over::Version(document.version));
        let due = Some(window.end.plus(KEPT_MILLIS));
        let (data, is_secret) = codec::window(window)?;
        let document = Document::new(name, now, due, data).sealed_if(is_secret);
        Ok(Write::Put { document: Box::new(document), over })
    }
}

fn name(key: &TriggerKey, window: &str) -> DocumentKey {
    DocumentKey {
        kind: Kind::Window,
        tenant: Arc::clone(&key.tenant),
        namespace: Arc::clone(&key.namespace),
        name: format!("{}/{}/{window}", key.flow, key.trigger).into(),
    }
}

/// Throws away what is of no more use. Whether there may be more.
pub(in crate::triggers) fn sweep(store: &dyn Store, now: Millis) -> Result<bool> {
    let old = store.documents_due(Kind::Window, now, SWEPT_MAX)?;
    let is_full = old.len() == SWEPT_MAX;
    if !old.is_empty() {
        let removal = |document: Document| {
            let (key, over) = (document.key, Over::Version(document.version));
            Write::Remove { key, over }
        };
        store.commit(Transaction::of(old.into_iter().map(removal)))?;
    }
    Ok(is_full)
}
