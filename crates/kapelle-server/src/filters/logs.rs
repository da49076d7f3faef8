//! Filters of lines of logs.

use kapelle_model::effect::Level;
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::filter::{Range, Test};
use kapelle_store::logs::{LogFilter, LogLine};

use super::compiled::Compiled;
use super::executions::{equality, scope_test};
use super::fields::Resource;
use super::test::{moments, since, text};
use super::{Clause, Operation};
use crate::error::Outcome;
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[
    ("q", Operation::Equals),
    ("scope", Operation::Equals),
    ("namespace", Operation::Prefix),
    ("flowId", Operation::Equals),
    ("triggerId", Operation::Equals),
    ("executionId", Operation::Equals),
    ("taskId", Operation::Equals),
    ("taskRunId", Operation::Equals),
    ("attemptNumber", Operation::Equals),
    ("startDate", Operation::GreaterOrEqual),
    ("endDate", Operation::LessOrEqual),
    ("timeRange", Operation::Equals),
    ("level", Operation::GreaterOrEqual),
    ("minLevel", Operation::GreaterOrEqual),
];

/// A question about a line.
#[derive(Clone, Debug)]
pub(crate) enum LogTest {
    Message { text: String, is_contained: bool },
    Namespace(Test),
    Flow(Test),
    Trigger(Test),
    Execution(Test),
    Task(Test),
    Run(Test),
    Attempt(Test),
    At(Vec<Range>),
    Least(Level),
    Most(Level),
}

/// What is asked for: what the store finds, and what has to be asked of each line that it finds.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) stored: LogFilter,
    pub(crate) rest: Option<Compiled<LogTest>>,
}

pub(crate) fn read(query: &Query, now: Millis) -> Outcome<Wanted> {
    let tree = super::read(query, FLAT)?;
    Resource::Logs.check(&tree)?;
    let compiled = Compiled::of(&tree, &|clause| one(clause, now))?;
    let mut demanded = Vec::new();
    let is_whole = compiled.demanded(&mut demanded);
    let mut stored = LogFilter::default();
    let is_all = demanded.into_iter().fold(is_whole, |is_all, test| test.put(&mut stored) && is_all);
    Ok(Wanted { stored, rest: (!is_all).then_some(compiled) })
}

fn one(clause: &Clause, now: Millis) -> Outcome<Option<LogTest>> {
    Ok(Some(match clause.field.as_str() {
        "q" => LogTest::Message { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "scope" => return Ok(scope_test(clause)?.map(LogTest::Namespace)),
        "namespace" => LogTest::Namespace(text(clause)?),
        "flowId" => LogTest::Flow(text(clause)?),
        "triggerId" => LogTest::Trigger(text(clause)?),
        "executionId" => LogTest::Execution(text(clause)?),
        "taskId" => LogTest::Task(text(clause)?),
        "taskRunId" => LogTest::Run(text(clause)?),
        "attemptNumber" => LogTest::Attempt(text(clause)?),
        "timeRange" => LogTest::At(vec![since(clause, now)?]),
        "startDate" | "endDate" => LogTest::At(moments(clause)?),
        "level" => level(clause)?,
        _ => return Err(clause.no_field("logs")),
    }))
}

fn level(clause: &Clause) -> Outcome<LogTest> {
    let wrong = || clause.unknown_value("level");
    let level = Level::from_name(&clause.value).ok_or_else(wrong)?;
    Ok(if clause.operation == Operation::LessOrEqual { LogTest::Most(level) } else { LogTest::Least(level) })
}

impl LogTest {
    /// Has the store ask it. Whether it can.
    fn put(&self, stored: &mut LogFilter) -> bool {
        match self {
            Self::Message { text, is_contained: true } if stored.query.is_none() => {
                stored.query = Some(text.clone());
            }
            Self::Namespace(test) => stored.namespace.push(test.clone()),
            Self::Flow(test) => stored.flow.push(test.clone()),
            Self::Trigger(test) => stored.trigger.push(test.clone()),
            Self::Task(test) => stored.task.push(test.clone()),
            Self::Execution(Test::Is(id)) if stored.execution.is_none() => match ExecutionId::parse(id) {
                Some(id) => stored.execution = Some(id),
                None => return false,
            },
            Self::At(ranges) => match ranges.as_slice() {
                [range] => stored.at = both(stored.at, *range),
                _ => return false,
            },
            Self::Least(level) => stored.level = stored.level.max(Some(*level)),
            Self::Most(level) => {
                stored.level_max = Some(stored.level_max.map_or(*level, |known| known.min(*level)));
            }
            Self::Message { .. } | Self::Execution(_) | Self::Run(_) | Self::Attempt(_) => return false,
        }
        true
    }

    /// `run` is the public id of the task run that says it.
    pub(crate) fn holds(&self, line: &LogLine, run: Option<&str>) -> bool {
        match self {
            Self::Message { text, is_contained } => {
                line.message.to_lowercase().contains(text) == *is_contained
            }
            Self::Namespace(test) => test.holds(Some(&line.namespace)),
            Self::Flow(test) => test.holds(Some(&line.flow)),
            Self::Trigger(test) => test.holds(line.trigger.as_deref()),
            Self::Execution(test) => test.holds(line.execution.map(|id| id.to_string()).as_deref()),
            Self::Task(test) => test.holds(line.task.as_deref()),
            Self::Run(test) => test.holds(run),
            Self::Attempt(test) => test.holds(line.run.map(|_| line.attempt.to_string()).as_deref()),
            Self::At(ranges) => ranges.iter().any(|range| range.contains(line.at)),
            Self::Least(level) => line.level >= *level,
            Self::Most(level) => line.level <= *level,
        }
    }
}

fn both(one: Range, two: Range) -> Range {
    let until = match (one.until, two.until) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    };
    Range { from: one.from.max(two.from), until }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_asked_for_as_much_as_it_can_find() {
        for (query, is_all) in [
            ("", true),
            ("namespace=a&minLevel=WARN&filters[q][EQUALS]=x", true),
            ("filters[executionId][EQUALS]=5cBZ1JF8kim8fbFg13bumX&filters[level][EQUALS]=ERROR", true),
            ("filters[executionId][CONTAINS]=5c", false),
            ("filters[q][NOT_EQUALS]=x", false),
            ("filters[startDate][NOT_EQUALS]=2026-01-01T00:00:00Z", false),
            ("filters[or][0][flowId][EQUALS]=a&filters[or][1][flowId][EQUALS]=b", false),
        ] {
            let wanted = read(&Query::read(query), Millis(0)).unwrap();
            assert_eq!(wanted.rest.is_none(), is_all, "{query}");
        }
        assert_eq!(read(&Query::read("minLevel=LOUD"), Millis(0)).unwrap_err().status.as_u16(), 422);
    }
}
