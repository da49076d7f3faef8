//! Whether the record of who did what is whole.

use kapelle_store::audit::{AuditRecord, hash};
use kapelle_store::error::Result;

use super::Checker;
use crate::read::queues;

const CURE: &str =
    "somebody or something changed the record: keep the data as it is, and compare it with the last backup";

/// Entries in one read.
const CHUNK: usize = 1_000;

impl Checker<'_, '_> {
    pub(super) fn audit(&mut self) -> Result<()> {
        let (mut number, mut before) = (0, [0; 32]);
        loop {
            let records = self.store.readers.read(|connection| queues::audit(connection, number, CHUNK))?;
            if records.is_empty() {
                return Ok(());
            }
            for record in records {
                if let Some(why) = fault(&record, number, before) {
                    self.find(format!("entry {} of the record of who did what", record.number), why, CURE);
                }
                (number, before) = (record.number, record.hash);
            }
            self.tell("the record of who did what", number)?;
        }
    }
}

/// What is wrong with an entry after the one with this number and hash.
fn fault(record: &AuditRecord, number: u64, before: [u8; 32]) -> Option<String> {
    if record.number != number + 1 {
        return Some(format!(
            "the {} entries before it are missing",
            record.number.saturating_sub(number + 1)
        ));
    }
    let is_right = record.hash == hash(before, record.number, &record.entry);
    (!is_right).then(|| "it, or the one before it, is not what was written".to_owned())
}
