//! Filters of namespaces.

use kapelle_store::filter::Test;

use super::compiled::Compiled;
use super::executions::equality;
use super::fields::Resource;
use super::test::text;
use super::{Clause, Operation};
use crate::error::Outcome;
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[("q", Operation::Equals)];

/// A question about a namespace.
#[derive(Debug)]
enum NamespaceTest {
    Query { text: String, is_contained: bool },
    Id(Test),
    Created(bool),
}

pub(crate) struct NamespaceFilter(Compiled<NamespaceTest>);

pub(crate) fn read(query: &Query) -> Outcome<NamespaceFilter> {
    let tree = super::read(query, FLAT)?;
    Resource::Namespaces.check(&tree)?;
    Compiled::of(&tree, &one).map(NamespaceFilter)
}

fn one(clause: &Clause) -> Outcome<Option<NamespaceTest>> {
    Ok(Some(match clause.field.as_str() {
        "q" => NamespaceTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "existingOnly" => {
            NamespaceTest::Created(clause.value.eq_ignore_ascii_case("true") == equality(clause)?)
        }
        _ => NamespaceTest::Id(text(clause)?),
    }))
}

impl NamespaceFilter {
    pub(crate) fn holds(&self, id: &str, is_created: bool) -> bool {
        self.0.holds(&|test| match test {
            NamespaceTest::Query { text, is_contained } => id.to_lowercase().contains(text) == *is_contained,
            NamespaceTest::Id(test) => test.holds(Some(id)),
            NamespaceTest::Created(is_wanted) => is_created || !is_wanted,
        })
    }
}
