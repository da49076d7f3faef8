//! Filters and orders of keys.

use kapelle_model::Millis;
use kapelle_plugin::Kept;
use kapelle_store::filter::{Range, Test};

use super::executions::equality;
use super::test::{range, text};
use super::{Clause, Operation, Tree};
use crate::error::Outcome;
use crate::paging::{Sorting, no_column};
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[("q", Operation::Equals), ("namespace", Operation::Prefix)];

/// A question about a key.
#[derive(Debug)]
pub(crate) enum KeyTest {
    Query { text: String, is_contained: bool },
    Namespace(Test),
    Updated(Range),
    All(Vec<KeyTest>),
    Any(Vec<KeyTest>),
}

pub(crate) fn read(query: &Query) -> Outcome<KeyTest> {
    compiled(&super::read(query, FLAT)?)
}

fn compiled(tree: &Tree) -> Outcome<KeyTest> {
    let each = |trees: &[Tree]| trees.iter().map(compiled).collect::<Outcome<Vec<_>>>();
    Ok(match tree {
        Tree::One(clause) => one(clause)?,
        Tree::All(trees) => KeyTest::All(each(trees)?),
        Tree::Any(trees) => KeyTest::Any(each(trees)?),
    })
}

fn one(clause: &Clause) -> Outcome<KeyTest> {
    Ok(match clause.field.as_str() {
        "q" => KeyTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "namespace" => KeyTest::Namespace(text(clause)?),
        "updated" => KeyTest::Updated(range(clause)?),
        _ => return Err(clause.no_field("keys")),
    })
}

impl KeyTest {
    pub(crate) fn holds(&self, namespace: &str, kept: &Kept) -> bool {
        match self {
            Self::Query { text, is_contained } => kept.key.to_lowercase().contains(text) == *is_contained,
            Self::Namespace(test) => test.holds(Some(namespace)),
            Self::Updated(range) => range.contains(Millis(kept.updated.as_millisecond())),
            Self::All(all) => all.iter().all(|test| test.holds(namespace, kept)),
            Self::Any(any) => any.iter().any(|test| test.holds(namespace, kept)),
        }
    }

    /// False if it holds for no key of the namespace, so that none has to be read.
    pub(crate) fn may_hold_in(&self, namespace: &str) -> bool {
        match self {
            Self::Namespace(test) => test.holds(Some(namespace)),
            Self::All(all) => all.iter().all(|test| test.may_hold_in(namespace)),
            Self::Any(any) => any.iter().any(|test| test.may_hold_in(namespace)),
            Self::Query { .. } | Self::Updated(_) => true,
        }
    }
}

/// Orders by one column; what is equal stays as it was.
pub(crate) fn sort(found: &mut [(String, Kept)], sorting: &Sorting) -> Outcome<()> {
    match sorting.column.as_str() {
        "namespace" => found.sort_by(|one, two| one.0.cmp(&two.0)),
        "key" | "name" => found.sort_by(|one, two| one.1.key.cmp(&two.1.key)),
        "version" | "revision" => found.sort_by_key(|(_, kept)| kept.version),
        "description" => found.sort_by(|one, two| one.1.description.cmp(&two.1.description)),
        "created" | "creationDate" => found.sort_by_key(|(_, kept)| kept.created),
        "updated" | "updateDate" => found.sort_by_key(|(_, kept)| kept.updated),
        "expirationDate" => found.sort_by_key(|(_, kept)| kept.expires),
        other => return Err(no_column(other)),
    }
    if sorting.is_descending {
        found.reverse();
    }
    Ok(())
}
