//! Random numbers that are the same for the same seed, and ids made of them.

use std::cell::Cell;

use kapelle_model::ExecutionId;
use kapelle_model::task_run::RunIndex;

use super::Shelf;

/// A counter with a mixer (`SplitMix64`). Good enough for tests, never for keys.
pub(crate) struct Chance {
    state: Cell<u64>,
}

/// The odd number next to 2^64 divided by the golden ratio.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: Cell::new(seed) }
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.next().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }

    pub(crate) fn wide(&self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    pub(crate) fn next(&self) -> u64 {
        let state = self.state.get().wrapping_add(STRIDE);
        self.state.set(state);
        mixed(state)
    }
}

fn mixed(state: u64) -> u64 {
    let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl kapelle_engine::world::Chance for Shelf {
    fn execution(&self) -> ExecutionId {
        self.fresh_id()
    }

    fn number(&self) -> u64 {
        self.chance.next()
    }

    fn run(&self, execution: ExecutionId, run: RunIndex) -> String {
        let mask = mixed(u64::from(run.0.get()).wrapping_mul(STRIDE));
        ExecutionId(execution.0 ^ (u128::from(mask) << 32)).to_string()
    }
}
