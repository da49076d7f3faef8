//! Random numbers that are the same for the same seed.

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter with a mixer (`SplitMix64`). Good enough for tests, never for keys.
pub(super) struct Chance {
    state: AtomicU64,
}

/// The odd number next to 2^64 divided by the golden ratio.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Ports that nothing is registered for.
const PORTS: std::ops::Range<u16> = 49152..65535;

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    pub(super) fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.next().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }

    pub(super) fn port(&self) -> u16 {
        let count = u64::from(PORTS.end - PORTS.start);
        PORTS.start + (self.next() % count) as u16
    }

    fn next(&self) -> u64 {
        let mut mixed = self.state.fetch_add(STRIDE, Ordering::Relaxed).wrapping_add(STRIDE);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
