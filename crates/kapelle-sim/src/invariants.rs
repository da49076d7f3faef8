//! What always holds, checked after every step. The numbers are those of the invariants of the product; here they mean:
//!
//! - `G1` What somebody was told is written down, is.
//! - `I1` The version of an execution grows by one with each commit, and what is kept is what is in memory: the changes,
//!   one after the other, say all that there is. A refused event changes nothing.
//! - `I2` A dispatch has at most one outcome, told under the current fence; fences grow; nothing is dispatched again
//!   while somebody has it; an attempt that has ended stays as it is, and is followed by another one only if it failed or
//!   was lost.
//! - `I3` What is open has somebody who will move it, or waits for something with a name. When faults stop, everything
//!   ends or waits for what is really there.
//! - `I4` What is asked of the world belongs to what is open.
//! - `I5` When an execution ends, all its task runs have ended, but for those that come after the end. Nothing leaves a
//!   terminal state in the same generation, and nothing leaves `KILLED`. Only what was ended with its group is known
//!   by its real end once its worker tells.
//! - `I7` Nobody gets a place beyond the limit of the latest revision, but who is forced; nobody works without one, and
//!   nobody waits while there is one.
//! - `I8` A task run has one child for each iteration and attempt, without gaps, and as many as it says.
//! - `I10` What happens twice changes nothing the second time.
//! - `I11` Counters equal recounts.
//! - `restored` What is derived from the disk is what a long life of steps came to.
//! - `owed` What a step asks for is what can be read off the disk after it, so that nothing is lost with a process.
//! - `meaning` What becomes of an execution is what the documented semantics say.
//!
//! `I6`, `I9`, `I12` to `I15` are about triggers, files, secrets and stores, which are not here.

mod attempts;
mod children;
mod debts;
mod endings;
mod places;
pub mod promises;
mod twice;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kapelle_engine::limits::Limits;
use kapelle_engine::live::Live;
use kapelle_engine::plan::Plan;
use kapelle_engine::world::World as Moment;
use kapelle_model::ExecutionId;
use kapelle_model::effect::Effect;
use kapelle_model::event::Event;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::{Fence, Hold, RunIndex, TaskRun};

use crate::world::disk::Disk;
use crate::world::flows::Flows;

/// Something that always holds did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub words: String,
}

impl Violation {
    pub fn new(invariant: &'static str, words: impl Into<String>) -> Self {
        Self { invariant, words: words.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.words)
    }
}

type Holds = Result<(), Violation>;

/// One commit: the execution before and after it, and what led to it and follows from it.
pub struct Change<'a> {
    pub plan: &'a Plan,
    pub live: &'a Live,
    pub before: Option<&'a Execution>,
    pub after: &'a Execution,
    /// Nothing for a new execution.
    pub event: Option<&'a Event>,
    pub effects: &'a [Effect],
    /// What the world owes the execution afterwards, as it can be read off it.
    pub owed: &'a [Effect],
    pub moment: Moment<'a>,
}

impl Change<'_> {
    /// Whether the worker of a task run tells how it ended, though it was ended with its group before.
    fn tells_late(&self, old: &TaskRun) -> bool {
        let is_told = matches!(self.event, Some(Event::Finished { run, .. }) if *run == old.index);
        is_told && old.hold == Hold::Out && old.state().is_terminal()
    }
}

/// Who saw everything from the beginning.
#[derive(Default)]
pub struct Witness {
    owed: BTreeMap<ExecutionId, Vec<Effect>>,
    outcomes: BTreeSet<(ExecutionId, RunIndex, Fence)>,
    /// Ends of children that their parents know of.
    ends: BTreeSet<(ExecutionId, ExecutionId, u32)>,
    /// Who works on task runs that are not there any more.
    strays: BTreeSet<(ExecutionId, RunIndex, Fence)>,
    /// Who held places when everything was looked at last.
    holders: BTreeSet<ExecutionId>,
}

impl Witness {
    /// Looks at a commit.
    pub fn committed(&mut self, change: &Change<'_>) -> Holds {
        versions::are_whole(change)?;
        versions::are_restored(change)?;
        self.has_one_outcome(change)?;
        attempts::fences_grow(change)?;
        attempts::are_kept(change)?;
        debts::belong_to_what_is_open(change)?;
        self.are_told_of(change)?;
        debts::have_a_cause(change)?;
        endings::are_complete(change)?;
        endings::stay(change)?;
        children::are_without_gaps(change)?;
        children::are_begun_once(change)?;
        self.follow_strays(change);
        self.are_held_by_who_works(change)?;
        twice::changes_nothing(change)
    }

    /// Notes what the world owes an execution.
    pub fn owes(&mut self, id: ExecutionId, owed: Vec<Effect>) {
        self.owed.insert(id, owed);
    }

    pub fn owed(&self, id: ExecutionId) -> &[Effect] {
        self.owed.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Looks at an event that was refused.
    pub fn refused(&mut self, plan: &Plan, before: &Execution, live: &Live, event: &Event) -> Holds {
        self.confirm(before.birth.id, event);
        versions::are_untouched(plan, before, live, event)
    }

    /// Looks at everything together.
    pub fn looked_at(&mut self, flows: &Flows, disk: &Disk, limits: &Limits) -> Holds {
        self.are_enough(flows, disk, limits)?;
        places::are_counted(disk)
    }
}
