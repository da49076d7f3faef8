//! Log lines that follow from the number of their lane, as all that is written here does.

use kapelle_model::ExecutionId;
use kapelle_model::effect::Level;
use kapelle_store::contract::data::BEGINNING;
use kapelle_store::logs::LogLine;

/// The execution that the lines of a lane are of.
pub fn execution(lane: u64) -> ExecutionId {
    ExecutionId(u128::from(lane) << 64 | 1)
}

/// Line `number` of a lane, from 0.
pub fn line(lane: u64, number: u32) -> LogLine {
    LogLine {
        at: BEGINNING.plus(number.into()),
        tenant: "main".into(),
        namespace: "crash".into(),
        flow: "flow".into(),
        execution: Some(execution(lane)),
        trigger: None,
        task: Some("task".into()),
        run: None,
        attempt: 0,
        number,
        level: Level::Info,
        message: format!("line {number} of lane {lane}").into(),
    }
}
