//! Filters and orders of triggers.

use kapelle_model::Millis;
use kapelle_runtime::TriggerRow;
use kapelle_store::filter::{Range, Test};

use super::compiled::Compiled;
use super::executions::{equality, scope_test};
use super::fields::Resource;
use super::test::{moments, text};
use super::{Clause, Operation, Tree};
use crate::error::Outcome;
use crate::paging::{Sorting, no_column};
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[
    ("q", Operation::Equals),
    ("scope", Operation::Equals),
    ("namespace", Operation::Prefix),
    ("flowId", Operation::Equals),
    ("triggerId", Operation::Equals),
    ("workerId", Operation::Equals),
    ("triggerState", Operation::Equals),
    ("startDate", Operation::GreaterOrEqual),
    ("endDate", Operation::LessOrEqual),
];

/// A question about a trigger.
#[derive(Clone, Debug)]
pub(crate) enum TriggerTest {
    Query {
        text: String,
        is_contained: bool,
    },
    Namespace(Test),
    Flow(Test),
    Id(Test),
    /// Of whoever works for it now: triggers are looked at by the server itself.
    Worker(Test),
    Disabled(bool),
    Next(Vec<Range>),
    Fired(Vec<Range>),
    Locked(bool),
}

/// All questions of a query and, for clients that send some there, of a body.
pub(crate) fn read(query: &Query, more: Vec<Tree>) -> Outcome<Compiled<TriggerTest>> {
    let tree = Tree::All(std::iter::once(super::read(query, FLAT)?).chain(more).collect());
    Resource::Triggers.check(&tree)?;
    Compiled::of(&tree, &one)
}

fn one(clause: &Clause) -> Outcome<Option<TriggerTest>> {
    Ok(Some(match clause.field.as_str() {
        "q" => TriggerTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "scope" => return Ok(scope_test(clause)?.map(TriggerTest::Namespace)),
        "namespace" => TriggerTest::Namespace(text(clause)?),
        "flowId" => TriggerTest::Flow(text(clause)?),
        "triggerId" => TriggerTest::Id(text(clause)?),
        "workerId" => TriggerTest::Worker(text(clause)?),
        "triggerState" => return state(clause),
        "startDate" | "endDate" | "nextExecutionDate" => TriggerTest::Next(moments(clause)?),
        "lastTriggeredDate" => TriggerTest::Fired(moments(clause)?),
        "locked" => TriggerTest::Locked(match clause.value.as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(clause.unknown_value("truth")),
        }),
        _ => return Err(clause.no_field("triggers")),
    }))
}

fn state(clause: &Clause) -> Outcome<Option<TriggerTest>> {
    let values = clause.values();
    if values.iter().any(|value| !matches!(value.as_str(), "ENABLED" | "DISABLED")) {
        return Err(clause.unknown_value("state of triggers"));
    }
    let is_meant = |name: &str| values.iter().any(|value| value == name) != clause.operation.is_negative();
    Ok(match (is_meant("ENABLED"), is_meant("DISABLED")) {
        (true, true) => None,
        (false, false) => Some(TriggerTest::Id(Test::In(std::collections::BTreeSet::new()))),
        (_, is_disabled) => Some(TriggerTest::Disabled(is_disabled)),
    })
}

impl TriggerTest {
    pub(crate) fn holds(&self, row: &TriggerRow) -> bool {
        let (key, state) = (&row.key, &row.state);
        let within = |ranges: &[Range], at: Option<Millis>| {
            at.is_some_and(|at| ranges.iter().any(|range| range.contains(at)))
        };
        match self {
            Self::Query { text, is_contained } => {
                let contains = |field: &str| field.to_lowercase().contains(text);
                [&key.trigger, &key.flow, &key.namespace].into_iter().any(|field| contains(field))
                    == *is_contained
            }
            Self::Namespace(test) => test.holds(Some(&key.namespace)),
            Self::Flow(test) => test.holds(Some(&key.flow)),
            Self::Id(test) => test.holds(Some(&key.trigger)),
            Self::Worker(test) => test.holds(None),
            Self::Disabled(is) => state.is_disabled == *is,
            Self::Next(ranges) => within(ranges, state.next),
            Self::Fired(ranges) => within(ranges, state.fired),
            Self::Locked(is) => state.open.is_empty() != *is,
        }
    }
}

/// Orders by columns; what is equal stays as it was.
pub(crate) fn sort(rows: &mut [TriggerRow], sortings: &[Sorting]) -> Outcome<()> {
    for sorting in sortings.iter().rev() {
        match sorting.column.as_str() {
            "namespace" => rows.sort_by(|one, two| one.key.namespace.cmp(&two.key.namespace)),
            "flowId" => rows.sort_by(|one, two| one.key.flow.cmp(&two.key.flow)),
            "triggerId" | "id" => rows.sort_by(|one, two| one.key.trigger.cmp(&two.key.trigger)),
            "date" | "lastTriggeredDate" => rows.sort_by_key(|row| row.state.fired.or(row.state.date)),
            "nextExecutionDate" | "nextEvaluationDate" => rows.sort_by_key(|row| row.state.next),
            "executionId" => rows.sort_by_key(|row| row.state.open.first().copied()),
            "disabled" => rows.sort_by_key(|row| row.state.is_disabled),
            "updatedDate" | "updatedAt" => rows.sort_by_key(|row| row.updated),
            "evaluatedAt" | "evaluateRunningDate" => rows.sort_by_key(|row| row.state.evaluated),
            other => return Err(no_column(other)),
        }
        if sorting.is_descending {
            rows.reverse();
        }
    }
    Ok(())
}
