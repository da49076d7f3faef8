//! How many executions there are of everything, so that nobody has to count them.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::names::{FlowId, NsId};

/// Bits of the state in the column that has class and state.
pub(crate) const STATE_BITS: u32 = 5;

pub(crate) const fn of_flow(flow: FlowId) -> i64 {
    flow.0 * 2
}

/// Also of what stands for a tenant.
pub(crate) const fn of_ns(ns: NsId) -> i64 {
    ns.0 * 2 + 1
}

/// What executions are counted by beside their flow and namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub hour: i64,
    pub class: i64,
    pub state: i64,
}

/// Changes of counters.
#[derive(Default)]
pub(super) struct Counts {
    changes: BTreeMap<(i64, i64, i64), i64>,
}

impl Counts {
    pub(super) fn add(&mut self, scopes: [i64; 3], place: Place, number: i64) {
        for scope in scopes {
            let class_state = place.class << STATE_BITS | place.state;
            *self.changes.entry((scope, place.hour, class_state)).or_default() += number;
        }
    }

    pub(super) fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        let write = "INSERT INTO counter (scope, hour, class_state, n) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (scope, hour, class_state) DO UPDATE SET n = n + excluded.n";
        let mut write = connection.prepare_cached(write)?;
        for ((scope, hour, class_state), change) in self.changes {
            if change != 0 {
                write.execute((scope, hour, class_state, change))?;
            }
        }
        Ok(())
    }
}
