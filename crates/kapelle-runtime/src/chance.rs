//! Ids and chance.

use std::sync::{Mutex, PoisonError};

use kapelle_engine::world::Chance;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::issuer::Issuer;

use crate::run_names::RunNames;

/// Where new ids come from.
pub(crate) struct Ids {
    issuer: Mutex<Issuer>,
    pub(crate) runs: RunNames,
}

/// Chance at a moment.
pub(crate) struct ChanceAt<'i> {
    pub(crate) ids: &'i Ids,
    pub(crate) now: Millis,
}

/// Random bytes of the machine. Without them nothing that depends on secrecy may go on.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the machine has random numbers");
    bytes
}

impl Ids {
    pub(crate) fn new(last: Option<ExecutionId>, run_key: [u8; 16]) -> Self {
        Self { issuer: Mutex::new(Issuer::new(0, last)), runs: RunNames::new(run_key) }
    }

    /// An id that no execution has, later than all before.
    pub(crate) fn fresh(&self, now: Millis) -> ExecutionId {
        let random = u64::from_le_bytes(random());
        self.issuer.lock().unwrap_or_else(PoisonError::into_inner).next(now, random)
    }
}

impl Chance for ChanceAt<'_> {
    fn execution(&self) -> ExecutionId {
        self.ids.fresh(self.now)
    }

    fn number(&self) -> u64 {
        u64::from_le_bytes(random())
    }

    fn run(&self, execution: ExecutionId, run: RunIndex) -> String {
        self.ids.runs.name(execution, run)
    }
}
