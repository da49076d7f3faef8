//! A world with faults around the engine: one process that keeps executions on a disk and dies now and then, workers
//! that are slow, lost, late or liars, a clock that jumps, and people who want things.
//!
//! What is on the [`disk`] stays; what is in [`memory`] is gone when the process dies, and is derived anew from the disk.
//! The [`floor`] with the workers is another machine and goes on meanwhile. Everything that happens is chosen by dice, so
//! a seed is a whole story.
//!
//! One step of an execution is one transaction: its rows, the executions that take over from it, and the orders for the
//! executions it started are written together or not at all. Everything else that a step asks for is done afterwards, may
//! be lost with the process, may be done twice, and is checked against the disk before it is done.
//! (The host of [`crate::host`] keeps no disk; what both need of clocks and limits they share.)

mod births;
mod commit;
mod crash;
pub mod disk;
mod effects;
pub mod faults;
pub mod floor;
pub mod flows;
pub mod memory;
mod paths;
mod people;
mod rest;
mod trace;
mod tree;
mod turns;
mod workers;

use jiff::Timestamp;
use kapelle_core::expression::environment::Settings;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::plan::OnLost;
use kapelle_engine::world::{NoExecutions, World as Moment};
use kapelle_model::{ExecutionId, Map, Millis};
use serde_json::Value as Json;

use crate::dice::Dice;
use crate::generator::ITEMS_URI;
use crate::invariants::Witness;
use crate::oracle::Oracle;
use crate::shelf::Shelf;
use disk::Disk;
use faults::Faults;
use floor::Floor;
use flows::Flows;
use memory::{Job, Memory};
use trace::Trace;

pub use commit::Taken;

/// Everything there is.
pub struct World {
    pub flows: Flows,
    pub disk: Disk,
    pub memory: Memory,
    pub floor: Floor,
    air: Air,
    oracle: Oracle,
    dice: Dice,
    pub faults: Faults,
    witness: Witness,
    trace: Trace,
    /// Copies of what happened, which come late. They are on their way, and outlive every process.
    echoes: Vec<Job>,
    replays: u32,
}

/// What a step is given.
struct Air {
    shelf: Shelf,
    settings: Settings,
    variables: Map,
}

impl Air {
    fn moment(&self) -> Moment<'_> {
        Moment {
            now: Millis(self.shelf.now().as_millisecond()),
            chance: &self.shelf,
            services: &self.shelf,
            executions: &NoExecutions,
            settings: &self.settings,
            variables: &self.variables,
            encryption: Encryption::Configured,
            on_worker_lost: OnLost::Retry,
        }
    }
}

/// Where every story begins.
const BEGINNING: i64 = 1_767_225_600;

impl World {
    /// A world with flows and nothing else. A trace is kept if somebody wants to read it.
    pub fn new(sources: &[Json], oracle: Oracle, faults: Faults, dice: Dice, is_traced: bool) -> Self {
        let now = Timestamp::from_second(BEGINNING).expect("the beginning is a moment");
        let shelf = Shelf::new(now, dice.number());
        shelf.put_file(ITEMS_URI, *b"one\ntwo\n");
        Self {
            flows: Flows::new(sources),
            disk: Disk::default(),
            memory: Memory::default(),
            floor: Floor::default(),
            air: Air { shelf, settings: Settings::default(), variables: Map::new() },
            oracle,
            dice,
            faults,
            witness: Witness::default(),
            trace: Trace::new(is_traced),
            echoes: Vec::new(),
            replays: 0,
        }
    }

    pub fn now(&self) -> Millis {
        Millis(self.air.shelf.now().as_millisecond())
    }

    fn set_now(&mut self, at: Millis) {
        self.air.shelf.set_now(Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MAX));
    }

    /// The story so far.
    pub fn trace(&self) -> &[String] {
        self.trace.lines()
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        let now = self.now().since(Millis(BEGINNING * 1_000));
        self.trace.note(now, line);
    }

    /// Whether something happens that happens in so many cases of a hundred.
    fn strikes(&self, share: u64) -> bool {
        share > 0 && self.dice.percent(share)
    }

    /// The name of an execution in the story.
    fn name(&self, id: ExecutionId) -> String {
        self.disk.rows.get(&id).map_or_else(|| format!("({id})"), |row| row.lineage.clone())
    }
}
