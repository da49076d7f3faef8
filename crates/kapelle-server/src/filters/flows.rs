//! Filters of flows.

use kapelle_store::filter::Test;
use kapelle_store::flow::FlowRevision;

use super::executions::{equality, scope_test};
use super::fields::Resource;
use super::test::{label, text};
use super::{Clause, Operation, Tree};
use crate::error::Outcome;
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[
    ("q", Operation::Equals),
    ("scope", Operation::Equals),
    ("namespace", Operation::Prefix),
    ("flowId", Operation::Equals),
    ("labels", Operation::Equals),
];

/// A question about a flow.
#[derive(Debug)]
pub(crate) enum FlowTest {
    Query { text: String, is_contained: bool },
    Namespace(Test),
    Id(Test),
    Label { key: String, test: Test },
    All(Vec<FlowTest>),
    Any(Vec<FlowTest>),
}

pub(crate) fn read(query: &Query) -> Outcome<FlowTest> {
    let tree = super::read(query, FLAT)?;
    Resource::Flows.check(&tree)?;
    compiled(&tree)
}

fn compiled(tree: &Tree) -> Outcome<FlowTest> {
    let each = |trees: &[Tree]| trees.iter().map(compiled).collect::<Outcome<Vec<_>>>();
    Ok(match tree {
        Tree::One(clause) => one(clause)?,
        Tree::All(trees) => FlowTest::All(each(trees)?),
        Tree::Any(trees) => FlowTest::Any(each(trees)?),
    })
}

fn one(clause: &Clause) -> Outcome<FlowTest> {
    Ok(match clause.field.as_str() {
        "q" => FlowTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "scope" => match scope_test(clause)? {
            Some(test) => FlowTest::Namespace(test),
            None => FlowTest::All(Vec::new()),
        },
        "namespace" => FlowTest::Namespace(text(clause)?),
        "flowId" | "id" => FlowTest::Id(text(clause)?),
        "labels" => {
            let (key, test) = label(clause)?;
            FlowTest::Label { key, test }
        }
        _ => return Err(clause.no_field("flows")),
    })
}

impl FlowTest {
    pub(crate) fn holds(&self, flow: &FlowRevision) -> bool {
        match self {
            Self::Query { text, is_contained } => {
                let contains = |field: &str| field.to_lowercase().contains(text);
                (contains(&flow.id) || contains(&flow.namespace)) == *is_contained
            }
            Self::Namespace(test) => test.holds(Some(&flow.namespace)),
            Self::Id(test) => test.holds(Some(&flow.id)),
            Self::Label { key, test } => {
                let found = flow.labels.iter().find(|(own, _)| **own == **key);
                test.holds(found.map(|(_, value)| &**value))
            }
            Self::All(all) => all.iter().all(|test| test.holds(flow)),
            Self::Any(any) => any.iter().any(|test| test.holds(flow)),
        }
    }
}
