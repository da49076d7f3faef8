//! Lines that the engine writes into the log of an execution.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::Millis;
use kapelle_model::effect::{Effect, Line};
use kapelle_model::execution::Execution;
use kapelle_store::logs::LogLine;

use super::Shard;
use super::entry::After;

/// Workers count their lines from 0, the engine from here.
const FIRST: u32 = 1 << 31;

/// Lines of one version of an execution that have numbers of their own.
const LINES_OF_VERSION: u32 = 64;

impl Shard {
    /// Writes the lines among what is to be done.
    pub(super) fn write_lines(&self, id: ExecutionId, after: &[After]) {
        let Some(entry) = self.entries.get(&id) else { return };
        let now = self.shared.clock.now();
        let mut lines = Vec::new();
        let mut last = None;
        let mut place = 0;
        for task in after {
            let After::Effect { effect: Effect::Log(line), version } = task else { continue };
            place = if last == Some(*version) { place + 1 } else { 0 };
            last = Some(*version);
            lines.push(line_of(entry.live.execution(), line, number(*version, place), now));
        }
        if !lines.is_empty() {
            self.shared.log(lines);
        }
    }
}

/// The same line gets the same number, however often it is written.
fn number(version: u64, place: u32) -> u32 {
    let version = version as u32 % ((u32::MAX - FIRST) / LINES_OF_VERSION);
    FIRST + version * LINES_OF_VERSION + place.min(LINES_OF_VERSION - 1)
}

fn line_of(execution: &Execution, line: &Line, number: u32, at: Millis) -> LogLine {
    let birth = &execution.birth;
    LogLine {
        at,
        tenant: Arc::clone(&birth.tenant),
        namespace: Arc::clone(&birth.namespace),
        flow: Arc::clone(&birth.flow),
        execution: Some(birth.id),
        trigger: None,
        task: line.run.and_then(|run| execution.run(run)).map(|run| Arc::clone(&run.task)),
        run: line.run,
        attempt: line.attempt,
        number,
        level: line.level,
        message: line.message.masked().into(),
    }
}
