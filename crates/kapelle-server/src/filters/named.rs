//! Filters of things that have a name in a namespace: keys and secrets.

use kapelle_model::Millis;
use kapelle_store::filter::{Range, Test};

use super::executions::equality;
use super::fields::Resource;
use super::test::{range, text};
use super::{Clause, Operation, Tree};
use crate::error::Outcome;
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[("q", Operation::Equals), ("namespace", Operation::Prefix)];

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'n> {
    pub(crate) namespace: &'n str,
    pub(crate) name: &'n str,
    pub(crate) updated: Millis,
}

/// A question about something with a name.
#[derive(Debug)]
pub(crate) enum NamedTest {
    Query { text: String, is_contained: bool },
    Namespace(Test),
    Updated(Range),
    All(Vec<NamedTest>),
    Any(Vec<NamedTest>),
}

pub(crate) fn read(query: &Query) -> Outcome<NamedTest> {
    let tree = super::read(query, FLAT)?;
    Resource::Named.check(&tree)?;
    compiled(&tree)
}

fn compiled(tree: &Tree) -> Outcome<NamedTest> {
    let each = |trees: &[Tree]| trees.iter().map(compiled).collect::<Outcome<Vec<_>>>();
    Ok(match tree {
        Tree::One(clause) => one(clause)?,
        Tree::All(trees) => NamedTest::All(each(trees)?),
        Tree::Any(trees) => NamedTest::Any(each(trees)?),
    })
}

fn one(clause: &Clause) -> Outcome<NamedTest> {
    Ok(match clause.field.as_str() {
        "q" => NamedTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "namespace" => NamedTest::Namespace(text(clause)?),
        "updated" => NamedTest::Updated(range(clause)?),
        _ => return Err(clause.no_field("keys and secrets")),
    })
}

impl NamedTest {
    pub(crate) fn holds(&self, named: Named<'_>) -> bool {
        match self {
            Self::Query { text, is_contained } => named.name.to_lowercase().contains(text) == *is_contained,
            Self::Namespace(test) => test.holds(Some(named.namespace)),
            Self::Updated(range) => range.contains(named.updated),
            Self::All(all) => all.iter().all(|test| test.holds(named)),
            Self::Any(any) => any.iter().any(|test| test.holds(named)),
        }
    }

    /// False if it holds for nothing in the namespace, so that none has to be read.
    pub(crate) fn may_hold_in(&self, namespace: &str) -> bool {
        match self {
            Self::Namespace(test) => test.holds(Some(namespace)),
            Self::All(all) => all.iter().all(|test| test.may_hold_in(namespace)),
            Self::Any(any) => any.iter().any(|test| test.may_hold_in(namespace)),
            Self::Query { .. } | Self::Updated(_) => true,
        }
    }
}
