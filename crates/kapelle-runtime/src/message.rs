//! What shards are told.

use std::sync::Arc;

use kapelle_engine::live::Live;
use kapelle_engine::step::{Outcome, Refused};
use kapelle_model::ExecutionId;
use kapelle_model::effect::Request;
use kapelle_model::event::{Admission, Event};
use kapelle_model::execution::Parent;
use kapelle_store::error::Result as Stored;
use kapelle_store::transaction::OrderId;
use kapelle_store::{CommitNumber, StoreError, Write};

use crate::definitions::Definition;

/// Something for the owner of an execution.
pub(crate) enum Message {
    /// Somebody created it; it is to be kept.
    Adopt(Box<Newborn>),
    Happen(Happening),
    /// A task run of another execution of this tenant asks for it. One that is asked for the first time is not there yet.
    Bear {
        request: Box<Request>,
        tenant: Arc<str>,
        is_first: bool,
    },
    /// A task run of another execution wants to know what became of it. Of ends up to this generation it knows.
    Watch {
        parent: Parent,
        id: ExecutionId,
        known: Option<u32>,
    },
    /// The execution that a task run waits for does not exist.
    Absent {
        parent: Parent,
        id: ExecutionId,
    },
    /// What a task run asked of another execution was refused there: it has to know how that stands.
    Doubt {
        parent: Parent,
        id: ExecutionId,
    },
    /// The limits answered.
    Admit {
        to: ExecutionId,
        answer: Admission,
    },
    /// It may have something left to be done.
    TakeUp(ExecutionId),
    /// It has, or waits for, a place of its limits since before the process began.
    RestoreSlot {
        id: ExecutionId,
        holds: bool,
        done: std::sync::mpsc::Sender<()>,
    },
    /// A transaction of it came to its end.
    Written {
        of: ExecutionId,
        result: Stored<CommitNumber>,
    },
    /// What could not be written is tried again.
    Reload(ExecutionId),
    Stop,
}

impl Message {
    /// Whose it is.
    pub(crate) fn of(&self) -> Option<ExecutionId> {
        Some(match self {
            Self::Adopt(newborn) => newborn.live.execution().birth.id,
            Self::Happen(happening) => happening.to,
            Self::Bear { request, .. } => request.id,
            Self::Absent { parent, .. } | Self::Doubt { parent, .. } => parent.execution,
            Self::Watch { id, .. }
            | Self::Admit { to: id, .. }
            | Self::TakeUp(id)
            | Self::RestoreSlot { id, .. }
            | Self::Written { of: id, .. }
            | Self::Reload(id) => *id,
            Self::Stop => return None,
        })
    }
}

/// An execution that was created and not kept yet.
pub(crate) struct Newborn {
    pub definition: Arc<Definition>,
    pub live: Live,
    pub outcome: Outcome,
    /// What is written together with it, or not at all.
    pub with: Vec<Write>,
    pub answer: Option<Answer>,
}

/// Something that happened to an execution.
pub(crate) struct Happening {
    pub to: ExecutionId,
    pub event: Event,
    /// The order that it carries out, if another execution sent it.
    pub parcel: Option<Parcel>,
    /// Who wants to know once it is on the disk.
    pub answer: Option<Answer>,
}

#[derive(Clone, Copy)]
pub(crate) struct Parcel {
    pub id: OrderId,
    pub from: Parent,
}

/// Hears what became of something. It must not block.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), Declined>) + Send>;

/// Why something did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declined {
    /// There is no such execution.
    Missing,
    Refused(Refused),
    Store(StoreError),
}

impl Happening {
    pub(crate) fn of(to: ExecutionId, event: Event) -> Self {
        Self { to, event, parcel: None, answer: None }
    }
}
