//! What is written together, or not at all.

use kapelle_model::ExecutionId;
use kapelle_model::delta::Delta;
use kapelle_model::event::{Due, Order};
use kapelle_model::execution::Parent;
use kapelle_model::time::Millis;

use crate::audit::AuditEntry;
use crate::document::{Document, DocumentKey};
use crate::flow::FlowRevision;
use crate::namespace_file::FileVersion;

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
    /// Something that another execution has to do.
    Order(Sent),
    /// It was carried out, or cannot be.
    OrderDone(OrderId),
    /// The next revision of a flow, or its end.
    Flow(Box<FlowRevision>),
    /// A document, if it still has the version that it is put over.
    Put { document: Box<Document>, over: Over },
    /// Removes a document under the same condition; one that is not there is no conflict for [`Over::Any`].
    Remove { key: DocumentKey, over: Over },
    /// Something that may happen only once. Refused with the result of the first time if it happened before.
    Once(Once),
    /// A version of a file of a namespace.
    File(Box<FileVersion>),
    /// For the record of who did what. The store adds number and hash.
    Audit(AuditEntry),
    /// Deletes executions with all that belongs to them. Refused unless each is over and nothing refers to it.
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

impl From<Delta> for Write {
    fn from(delta: Delta) -> Self {
        Self::Execution(Box::new(delta))
    }
}
