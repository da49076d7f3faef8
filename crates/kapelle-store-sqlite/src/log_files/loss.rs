//! What could not be kept, and the lines that say so.
//!
//! A log may have a gap, but never one that nobody sees: as soon as there is room again, each execution that lost lines
//! gets one that says how many.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::effect::Level;
use kapelle_model::time::Millis;
use kapelle_store::logs::LogLine;
use kapelle_store::metrics::Metric;

use super::queue::Batch;

/// So many executions are told apart; what further ones lose is counted for their flow.
const EXECUTIONS_MAX: usize = 10_000;

type Owner = (Option<ExecutionId>, Arc<str>, Arc<str>, Arc<str>);

#[derive(Debug, Default)]
pub(super) struct Losses {
    by_owner: BTreeMap<Owner, Loss>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Loss {
    lines: u64,
    metrics: u64,
    /// When the last of them was said.
    at: Millis,
}

impl Losses {
    pub(super) fn is_empty(&self) -> bool {
        self.by_owner.is_empty()
    }

    /// Gives up a batch.
    pub(super) fn add(&mut self, batch: Batch) {
        for line in batch.lines {
            let LogLine { execution, tenant, namespace, flow, at, .. } = line;
            self.count((execution, tenant, namespace, flow), Loss { lines: 1, metrics: 0, at });
        }
        for metric in batch.metrics {
            let Metric { execution, tenant, namespace, flow, at, .. } = metric;
            self.count((Some(execution), tenant, namespace, flow), Loss { lines: 0, metrics: 1, at });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (owner, loss) in other.by_owner {
            self.count(owner, loss);
        }
    }

    fn count(&mut self, mut owner: Owner, more: Loss) {
        if self.by_owner.len() >= EXECUTIONS_MAX && !self.by_owner.contains_key(&owner) {
            owner.0 = None;
        }
        let loss = self.by_owner.entry(owner).or_insert(Loss { at: more.at, ..Loss::default() });
        loss.lines += more.lines;
        loss.metrics += more.metrics;
        loss.at = loss.at.max(more.at);
    }

    /// The lines that tell of it. Their numbers count down from the largest one, which no attempt comes to: `used` are
    /// taken already.
    pub(super) fn markers(&self, used: u32) -> Vec<LogLine> {
        let marker = |(index, (owner, loss)): (usize, (&Owner, &Loss))| {
            let (execution, tenant, namespace, flow) = owner.clone();
            LogLine {
                at: loss.at,
                tenant,
                namespace,
                flow,
                execution,
                trigger: None,
                task: None,
                run: None,
                attempt: 0,
                number: u32::MAX.wrapping_sub(used).wrapping_sub(index as u32),
                level: Level::Warn,
                message: loss.message().into(),
            }
        };
        self.by_owner.iter().enumerate().map(marker).collect()
    }
}

impl Loss {
    fn message(self) -> String {
        let what = match (self.lines, self.metrics) {
            (lines, 0) => format!("{lines} log lines"),
            (0, metrics) => format!("{metrics} metrics"),
            (lines, metrics) => format!("{lines} log lines and {metrics} metrics"),
        };
        format!("{what} up to this moment are lost: they could not be written, and too many waited")
    }
}
