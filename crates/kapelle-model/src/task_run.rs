//! One task in one execution: where it stands in the tree, its attempts, what it gave.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::failure::Failure;
use crate::history::History;
use crate::state::State;
use crate::time::Millis;
use crate::value::Map;

/// The number of a task run in its execution; never used again, even if the task run is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunIndex(pub NonZeroU32);

/// The number of a dispatch in its execution. Each dispatch has a larger one than all before it; who reports with an
/// older one is no longer asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u32);

/// A task in an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRun {
    pub index: RunIndex,
    pub parent: Option<RunIndex>,
    /// The id of the task in its flow.
    pub task: Arc<str>,
    /// The value of the loop that the run belongs to, if it stands directly in one.
    pub value: Option<Arc<str>>,
    /// The place of that value among all of the loop; 0 without one.
    pub place: u32,
    /// What `taskrun.iteration` shows: that place, or the pass of a loop that passes again.
    pub iteration: Option<u32>,
    pub history: History,
    pub attempts: Vec<History>,
    pub outputs: Option<Arc<Map>>,
    /// The fence of the last dispatch.
    pub fence: Fence,
    pub hold: Hold,
    /// Runs whatever the state of the execution: what comes after its end, and `onPause`.
    pub forced: bool,
    pub detail: Option<Box<Detail>>,
}

/// Whether somebody works on a task run, apart from its state: an attempt whose group ended goes on until it reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Hold {
    #[default]
    Free,
    /// A worker has it, or will get it.
    Out,
    /// It is to be stopped, and nobody said yet that it has.
    Stopping,
}

/// What only some task runs have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// What a loop runs over.
    pub values: Option<Arc<[Arc<str>]>>,
    /// The keys of the values, if they come from a map.
    pub keys: Option<Arc<[Arc<str>]>>,
    /// When the run moves by itself: the end of a pause, the next check of a loop, the next attempt.
    pub wake: Option<Millis>,
    /// What the condition of a loop gave at its last check, for who asks why it waits.
    pub last_check: Option<Arc<str>>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// How many children an executing task starts, once that is known.
    pub children: Option<u32>,
    /// How many of them this attempt has begun with. Without a number it has with all that there are: earlier versions kept
    /// none.
    pub begun: Option<u32>,
    /// Where a working directory is in its life.
    pub phase: Phase,
    /// The list of tasks that a decision led to: the answer of an approval, the time that ran out.
    pub turn: Turn,
    /// What the end of a group waits for a worker to say.
    pub ending: Option<State>,
}

/// The life of a working directory, and of all that has a beginning and an end on a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    #[default]
    Outside,
    /// A worker prepares it.
    Opening,
    Inside,
    /// A worker collects what it left.
    Closing,
    /// The order to throw it away was given.
    Closed,
}

/// Which way a pause took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Turn {
    #[default]
    Waiting,
    Resumed,
    TimedOut,
}

impl TaskRun {
    pub fn state(&self) -> State {
        self.history.current()
    }

    pub fn detail_mut(&mut self) -> &mut Detail {
        self.detail.get_or_insert_default()
    }

    pub fn wake(&self) -> Option<Millis> {
        self.detail.as_ref().and_then(|detail| detail.wake)
    }

    /// How often it was tried. An attempt that was lost with its worker does not count.
    pub fn tries(&self) -> u32 {
        self.attempts.iter().filter(|attempt| attempt.current() != State::Resubmitted).count() as u32
    }

    pub fn failure(&self) -> Option<&Failure> {
        self.detail.as_ref().and_then(|detail| detail.failure.as_ref())
    }

    /// Bytes it takes, without the values that it only refers to.
    pub fn bytes(&self) -> usize {
        let attempts = self.attempts.capacity() * size_of::<History>();
        let histories: usize = self.attempts.iter().map(History::heap_bytes).sum();
        let detail = self.detail.as_ref().map_or(0, |_| size_of::<Detail>());
        size_of::<Self>() + self.history.heap_bytes() + attempts + histories + detail
    }
}
