//! A transaction ready to be written: everything that takes time is done by who asks, and not by the only one who writes.

use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::transaction::Wake;
use kapelle_store::{StoreError, Transaction, Write};

use crate::record;

pub(crate) struct Prepared {
    /// Changes of executions, moments and orders, as the journal takes them.
    pub record: Vec<u8>,
    /// Everything else, which goes into its table at once.
    pub others: Vec<Other>,
    /// It looks at rows of executions, so that none may wait in the journal.
    pub is_purge: bool,
    /// About as many as will be written.
    pub bytes: usize,
}

/// A write that is none for the journal.
pub(crate) struct Other {
    pub write: Write,
    /// As long as the record was when it came.
    pub place: usize,
}

/// Bytes that a row costs beside its data.
const ROW: usize = 32;

/// Bytes of the changes of executions in one transaction, which is one row of the journal.
const RECORD_MAX: usize = 512 << 20;

impl Prepared {
    pub(crate) fn new(transaction: Transaction, codec: &Codec) -> Result<Self> {
        transaction.check()?;
        let mut prepared = Self { record: Vec::new(), others: Vec::new(), is_purge: false, bytes: 0 };
        for write in transaction.writes {
            if let Some(write) = record::write(&mut prepared.record, write, codec)? {
                prepared.add(write, codec);
            }
        }
        prepared.bytes += prepared.record.len() + ROW;
        if prepared.record.len() > RECORD_MAX {
            let size = prepared.record.len();
            return Err(StoreError::Invalid(format!(
                "a transaction changes executions by {size} bytes, and at most {RECORD_MAX} are written at once"
            )));
        }
        Ok(prepared)
    }

    fn add(&mut self, mut write: Write, codec: &Codec) {
        if let Write::Put { document, .. } = &mut write {
            document.data = codec.document(document);
        }
        self.is_purge |= matches!(write, Write::Purge(_));
        self.bytes += bytes(&write);
        self.others.push(Other { write, place: self.record.len() });
    }
}

fn bytes(write: &Write) -> usize {
    ROW + match write {
        Write::Put { document, .. } => document.data.len(),
        Write::Flow(flow) => flow.source.len(),
        Write::Once(once) => once.result.len(),
        Write::Audit(entry) => entry.detail.len(),
        Write::Purge(ids) => ids.len() * size_of::<Wake>(),
        _ => 0,
    }
}
