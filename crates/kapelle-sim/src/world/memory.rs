//! What is gone when the process dies.

use std::collections::{BTreeMap, VecDeque};

use kapelle_engine::limits::Limits;
use kapelle_engine::live::Live;
use kapelle_model::ExecutionId;
use kapelle_model::effect::Effect;
use kapelle_model::event::{Due, Event};

use crate::host::clock::Clock;

/// Executions as their owner has them, what is to be done, and who waits for what.
#[derive(Default)]
pub struct Memory {
    pub lives: BTreeMap<ExecutionId, Live>,
    pub jobs: VecDeque<Job>,
    pub clock: Clock<(ExecutionId, Due)>,
    pub limits: Limits,
}

/// What the world knows of an event, and nobody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// The one who told has to know that it is written down.
    pub receipt: Option<u64>,
    /// The end of which generation of a child it is about.
    pub generation: Option<u32>,
}

/// Something to be done.
#[derive(Clone, Debug)]
pub enum Job {
    Effect {
        of: ExecutionId,
        effect: Effect,
    },
    /// Something that happened.
    Event {
        to: ExecutionId,
        event: Event,
        note: Note,
    },
    /// An order of another execution lies there.
    Parcel {
        to: ExecutionId,
    },
}

impl Job {
    pub fn event(to: ExecutionId, event: Event) -> Self {
        Self::Event { to, event, note: Note::default() }
    }
}
