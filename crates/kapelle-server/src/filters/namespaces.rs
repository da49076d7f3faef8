//! Filters of namespaces.

use kapelle_store::filter::Test;

use super::executions::equality;
use super::fields::Resource;
use super::test::text;
use super::{Clause, Operation, Tree};
use crate::error::Outcome;
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[("q", Operation::Equals)];

/// A question about a namespace.
#[derive(Debug)]
pub(crate) enum NamespaceTest {
    Query { text: String, is_contained: bool },
    Id(Test),
    Created(bool),
    All(Vec<NamespaceTest>),
    Any(Vec<NamespaceTest>),
}

pub(crate) fn read(query: &Query) -> Outcome<NamespaceTest> {
    let tree = super::read(query, FLAT)?;
    Resource::Namespaces.check(&tree)?;
    compiled(&tree)
}

fn compiled(tree: &Tree) -> Outcome<NamespaceTest> {
    let each = |trees: &[Tree]| trees.iter().map(compiled).collect::<Outcome<Vec<_>>>();
    Ok(match tree {
        Tree::One(clause) => one(clause)?,
        Tree::All(trees) => NamespaceTest::All(each(trees)?),
        Tree::Any(trees) => NamespaceTest::Any(each(trees)?),
    })
}

fn one(clause: &Clause) -> Outcome<NamespaceTest> {
    Ok(match clause.field.as_str() {
        "q" => NamespaceTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "namespace" | "id" => NamespaceTest::Id(text(clause)?),
        "existingOnly" => {
            let is_wanted = clause.value.eq_ignore_ascii_case("true") == equality(clause)?;
            NamespaceTest::Created(is_wanted)
        }
        _ => return Err(clause.no_field("namespaces")),
    })
}

impl NamespaceTest {
    pub(crate) fn holds(&self, id: &str, is_created: bool) -> bool {
        match self {
            Self::Query { text, is_contained } => id.to_lowercase().contains(text) == *is_contained,
            Self::Id(test) => test.holds(Some(id)),
            Self::Created(is_wanted) => is_created || !is_wanted,
            Self::All(all) => all.iter().all(|test| test.holds(id, is_created)),
            Self::Any(any) => any.iter().any(|test| test.holds(id, is_created)),
        }
    }
}
