//! An execution in the memory of its owner.

use std::collections::VecDeque;
use std::sync::Arc;

use kapelle_engine::live::Live;
use kapelle_model::ExecutionId;
use kapelle_model::effect::Effect;
use kapelle_model::event::Due;
use kapelle_model::task_run::RunIndex;
use kapelle_store::StoreError;
use kapelle_store::error::Result;
use kapelle_store::store::Values;

use crate::alarms::AlarmKey;
use crate::definitions::Definition;
use crate::message::{Declined, Happening, Message};
use crate::shared::Shared;
use crate::triggers::hearing::Change;

pub(super) struct Entry {
    pub(super) definition: Arc<Definition>,
    pub(super) live: Live,
    pub(super) phase: Phase,
    /// What was left to be done for it is done.
    pub(super) is_taken_on: bool,
    /// What happened and waits.
    pub(super) queue: VecDeque<Happening>,
    /// What happened and is being written, with what came of it.
    pub(super) in_hand: Vec<(Happening, std::result::Result<(), Declined>)>,
    /// What is done once that is on the disk.
    pub(super) after: Vec<After>,
    /// Task runs that it changes; only if somebody wants to hear.
    pub(super) changed: Vec<RunIndex>,
    /// The alarms that were set for it.
    pub(super) alarms: Vec<(Due, AlarmKey)>,
    /// How often in a row it could not be written.
    pub(super) failures: u32,
}

/// What is done after a commit.
pub(super) enum After {
    Effect {
        effect: Effect,
        version: u64,
    },
    Tell(Message),
    Answer(crate::message::Answer),
    /// Triggers that listen are told.
    Hear(Change),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Ready,
    Writing,
    /// It could not be written, and is read again in a moment.
    Broken,
}

impl Entry {
    pub(super) fn new(definition: Arc<Definition>, live: Live) -> Self {
        Self {
            definition,
            live,
            phase: Phase::Ready,
            is_taken_on: true,
            queue: VecDeque::new(),
            in_hand: Vec::new(),
            after: Vec::new(),
            changed: Vec::new(),
            alarms: Vec::new(),
            failures: 0,
        }
    }

    /// An execution as it is kept.
    pub(super) fn read(shared: &Shared, id: ExecutionId) -> Result<Option<Self>> {
        let Some(execution) = shared.store.execution(id, Values::Fetched)? else { return Ok(None) };
        let birth = &execution.birth;
        let definition = shared
            .definitions
            .find(&birth.tenant, &birth.namespace, &birth.flow, Some(birth.revision))?
            .ok_or_else(|| StoreError::Corrupt {
                what: format!("execution {id}"),
                why: format!(
                    "revision {} of its flow `{}.{}` is not there",
                    birth.revision, birth.namespace, birth.flow
                ),
            })?;
        let live = Live::restore(&definition.plan, execution)
            .map_err(|why| StoreError::Corrupt { what: format!("execution {id}"), why })?;
        Ok(Some(Self { is_taken_on: false, ..Self::new(definition, live) }))
    }

    pub(super) fn is_at_rest(&self) -> bool {
        self.phase == Phase::Ready && self.queue.is_empty() && self.live.is_at_rest()
    }
}

impl Happening {
    /// Tells whoever wants to know.
    pub(super) fn answered(self, result: std::result::Result<(), Declined>) {
        if let Some(answer) = self.answer {
            answer(result);
        }
    }
}
