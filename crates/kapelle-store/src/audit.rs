//! Who did what.

use std::sync::Arc;

use kapelle_model::time::Millis;

/// Something that somebody did, or tried to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Millis,
    pub tenant: Arc<str>,
    pub actor: Arc<str>,
    /// What was done, such as `execution.kill`.
    pub action: Arc<str>,
    /// To what.
    pub subject: Arc<str>,
    pub detail: Arc<str>,
}

/// An entry in its place in the record. Each hash covers the one before, so that nothing can be left out unseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// From 1, without gaps.
    pub number: u64,
    pub entry: AuditEntry,
    pub hash: [u8; 32],
}

/// The hash of an entry after the one with the hash `before`; nothing stands before the first.
pub fn hash(before: [u8; 32], number: u64, entry: &AuditEntry) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    digest.update(before);
    digest.update(number.to_be_bytes());
    digest.update(entry.at.0.to_be_bytes());
    for text in [&entry.tenant, &entry.actor, &entry.action, &entry.subject, &entry.detail] {
        // With its length, so that no two entries are the same row of bytes.
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    }
    digest.finalize().into()
}
