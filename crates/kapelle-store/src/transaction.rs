//! What is written together, or not at all.

use kapelle_model::ExecutionId;
use kapelle_model::delta::Delta;
use kapelle_model::event::{Due, Order};
use kapelle_model::execution::Parent;
use kapelle_model::time::Millis;

use crate::audit::AuditEntry;
use crate::document::{Document, DocumentKey};
use crate::error::{Result, StoreError};
use crate::flow::{FlowRevision, RevisionName};
use crate::limits::{DOCUMENT_MAX, PURGE_MAX};
use crate::namespace_file::{FileName, FileVersion};

/// Changes that belong together. They are made in order, and a later one sees those before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transaction {
    pub writes: Vec<Write>,
    /// It goes before others that wait: what runs has precedence over what is new.
    pub is_urgent: bool,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// What an event made of an execution. Refused unless it follows the version that is kept.
    Execution(Box<Delta>),
    /// A moment that an execution waits for. Writing it twice is as good as once.
    Wake(Wake),
    /// That moment has come, or is not waited for any more.
    Woken(Wake),
    /// Something that another execution has to do. Sending it again while it waits changes nothing.
    Order(Sent),
    /// It was carried out, or cannot be. One that does not wait is no conflict.
    OrderDone(OrderId),
    /// The next revision of a flow, or its end.
    Flow(Box<FlowRevision>),
    /// Forgets a revision of a flow. The last one stays, since the next one follows it. One that is not there is no
    /// conflict.
    ForgetRevision(RevisionName),
    /// A document, if it still has the version that it is put over.
    Put { document: Box<Document>, over: Over },
    /// Removes a document under the same condition; one that is not there is no conflict for [`Over::Any`].
    Remove { key: DocumentKey, over: Over },
    /// Something that may happen only once. Refused with the result of the first time if it happened before.
    Once(Once),
    /// Forgets what may happen only once, of this kind, where the time that it is remembered for ended before this
    /// moment. Nothing else forgets any.
    ForgetOnce { kind: OnceKind, until: Millis },
    /// A version of a file of a namespace.
    File(Box<FileVersion>),
    /// Forgets a version of a file of a namespace: what is left of the file is what it is now. The number is never given
    /// to another version. One that is not there is no conflict.
    ForgetFile(FileName),
    /// For the record of who did what. The store adds number and hash.
    Audit(AuditEntry),
    /// Deletes executions with all that belongs to them: task runs, moments, orders to them, labels, what counters count
    /// of them, large values. Refused unless each of them is at rest, as well as the execution that waits for it and all
    /// that it started. One that is not there is no conflict. What they logged goes by itself.
    Purge(Vec<ExecutionId>),
}

/// A moment, and who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wake {
    pub at: Millis,
    pub execution: ExecutionId,
    pub due: Due,
}

/// The number of an order; who sends it takes one that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u128);

/// An order from one execution to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub id: OrderId,
    pub to: ExecutionId,
    pub order: Order,
    /// Who has to know if it could not be carried out.
    pub from: Parent,
}

/// What a write of a document takes for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Any,
    Nothing,
    Version(u64),
}

/// Something with a name that may not happen twice: an occurrence of a trigger, a request with a key of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub kind: OnceKind,
    pub key: String,
    /// What came of it, for whoever asks again.
    pub result: Vec<u8>,
    /// It may be forgotten after this moment.
    pub until: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnceKind {
    /// An occurrence of a trigger.
    Occurrence,
    /// A request of a client, by the key that it gave.
    Request,
}

/// Counts commits, so that a store that went back in time is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitNumber(pub u64);

/// Counts owners. Who has an older one writes nothing any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl Transaction {
    pub fn of(writes: impl IntoIterator<Item = Write>) -> Self {
        Self { writes: writes.into_iter().collect(), is_urgent: false }
    }

    /// It goes before what is new.
    #[must_use]
    pub fn urgent(self) -> Self {
        Self { is_urgent: true, ..self }
    }
}

impl Transaction {
    /// Whether it could be written at all. Every store refuses one that could not, before it looks at any row.
    pub fn check(&self) -> Result<()> {
        self.writes.iter().try_for_each(Write::check)
    }
}

impl Write {
    fn check(&self) -> Result<()> {
        match self {
            Self::Execution(delta) => match &delta.birth {
                Some(birth) if birth.id != delta.id => {
                    let (id, other) = (delta.id, birth.id);
                    Err(StoreError::Invalid(format!(
                        "a change of execution {id} tells of the birth of {other}"
                    )))
                }
                _ => Ok(()),
            },
            Self::Put { document, .. } if document.data.len() > DOCUMENT_MAX => {
                let (key, size) = (&document.key, document.data.len());
                Err(StoreError::Invalid(format!(
                    "{key} has {size} bytes, and at most {DOCUMENT_MAX} are kept; put what is large into a file"
                )))
            }
            Self::Purge(ids) if ids.len() > PURGE_MAX => Err(StoreError::Invalid(format!(
                "{} executions are to be deleted at once, and at most {PURGE_MAX} may be; delete them in parts",
                ids.len()
            ))),
            _ => Ok(()),
        }
    }
}

impl From<Delta> for Write {
    fn from(delta: Delta) -> Self {
        Self::Execution(Box::new(delta))
    }
}
