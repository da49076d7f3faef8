//! What executions say while they run.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::effect::Level;
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;

use crate::error::Result;
use crate::filter::{Range, Test};
use crate::listing::check_size;

/// A line. Execution, run, attempt and number together name it: written twice, it is there once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub at: Millis,
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    /// None for what a trigger says before there is an execution.
    pub execution: Option<ExecutionId>,
    pub trigger: Option<Arc<str>>,
    pub task: Option<Arc<str>>,
    pub run: Option<RunIndex>,
    /// From 0.
    pub attempt: u32,
    /// Counts the lines of an attempt.
    pub number: u32,
    pub level: Level,
    /// Secrets are masked before they come here.
    pub message: Arc<str>,
}

/// Lines for which all of these hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogFilter {
    pub execution: Option<ExecutionId>,
    /// Only what executions say, or only what is said outside of them.
    pub is_of_execution: Option<bool>,
    pub run: Option<RunIndex>,
    pub attempt: Option<u32>,
    /// This level or a more serious one.
    pub level: Option<Level>,
    /// This level or a less serious one.
    pub level_max: Option<Level>,
    pub at: Range,
    pub namespace: Vec<Test>,
    pub flow: Vec<Test>,
    pub task: Vec<Test>,
    pub trigger: Vec<Test>,
    /// A part of the message, whatever its case.
    pub query: Option<String>,
}

/// Which part of the matching lines, in the order of their moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPage {
    pub offset: u64,
    pub size: u32,
    pub is_newest_first: bool,
    pub is_counted: bool,
}

/// Its place among all lines: by moment, and then by name.
pub type LogOrder = (Millis, u128, u32, u32, u32);

impl LogPage {
    /// Refuses a part of no lines, or of too many. Every store asks before it looks at any line.
    pub fn check(&self) -> Result<()> {
        check_size(self.size)
    }
}

impl LogLine {
    pub fn order(&self) -> LogOrder {
        let execution = self.execution.map_or(0, |id| id.0);
        (self.at, execution, self.run.map_or(0, |run| run.0.get()), self.attempt, self.number)
    }
}

impl LogFilter {
    /// All lines of an execution.
    pub fn of(execution: ExecutionId) -> Self {
        Self { execution: Some(execution), ..Self::default() }
    }

    pub fn matches(&self, line: &LogLine) -> bool {
        let all = |tests: &[Test], text: Option<&str>| tests.iter().all(|test| test.holds(text));
        self.execution.is_none_or(|id| line.execution == Some(id))
            && self.is_of_execution.is_none_or(|is| line.execution.is_some() == is)
            && self.run.is_none_or(|run| line.run == Some(run))
            && self.attempt.is_none_or(|attempt| line.attempt == attempt)
            && self.level.is_none_or(|level| line.level >= level)
            && self.level_max.is_none_or(|level| line.level <= level)
            && self.at.contains(line.at)
            && all(&self.namespace, Some(&line.namespace))
            && all(&self.flow, Some(&line.flow))
            && all(&self.task, line.task.as_deref())
            && all(&self.trigger, line.trigger.as_deref())
            && self
                .query
                .as_ref()
                .is_none_or(|text| line.message.to_lowercase().contains(&text.to_lowercase()))
    }
}
