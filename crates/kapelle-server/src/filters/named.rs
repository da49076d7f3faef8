//! Filters of things that have a name in a namespace: keys and secrets.

use kapelle_model::Millis;
use kapelle_store::filter::{Range, Test};

use super::compiled::Compiled;
use super::executions::equality;
use super::fields::Resource;
use super::test::{range, text};
use super::{Clause, Operation};
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
enum NamedTest {
    Query { text: String, is_contained: bool },
    Namespace(Test),
    Updated(Range),
}

pub(crate) struct NamedFilter(Compiled<NamedTest>);

pub(crate) fn read(query: &Query) -> Outcome<NamedFilter> {
    let tree = super::read(query, FLAT)?;
    Resource::Named.check(&tree)?;
    Compiled::of(&tree, &one).map(NamedFilter)
}

fn one(clause: &Clause) -> Outcome<Option<NamedTest>> {
    Ok(Some(match clause.field.as_str() {
        "q" => NamedTest::Query { text: clause.value.to_lowercase(), is_contained: equality(clause)? },
        "updated" => NamedTest::Updated(range(clause)?),
        _ => NamedTest::Namespace(text(clause)?),
    }))
}

impl NamedFilter {
    pub(crate) fn holds(&self, named: Named<'_>) -> bool {
        self.0.holds(&|test| match test {
            NamedTest::Query { text, is_contained } => {
                named.name.to_lowercase().contains(text) == *is_contained
            }
            NamedTest::Namespace(test) => test.holds(Some(named.namespace)),
            NamedTest::Updated(range) => range.contains(named.updated),
        })
    }

    /// False if it holds for nothing in the namespace, so that none has to be read.
    pub(crate) fn may_hold_in(&self, namespace: &str) -> bool {
        self.0.holds(&|test| match test {
            NamedTest::Namespace(test) => test.holds(Some(namespace)),
            NamedTest::Query { .. } | NamedTest::Updated(_) => true,
        })
    }
}
