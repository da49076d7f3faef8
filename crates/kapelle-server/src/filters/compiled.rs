//! Trees of questions about rows that are asked here, one by one.

use super::{Clause, Tree};
use crate::error::Outcome;

/// Questions that hold all together, or of which one has to.
#[derive(Clone, Debug)]
pub(crate) enum Compiled<T> {
    One(T),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl<T> Compiled<T> {
    /// Makes a question of every comparison; none if it holds for everything.
    pub(crate) fn of(tree: &Tree, one: &dyn Fn(&Clause) -> Outcome<Option<T>>) -> Outcome<Self> {
        let each = |trees: &[Tree]| trees.iter().map(|tree| Self::of(tree, one)).collect::<Outcome<Vec<_>>>();
        Ok(match tree {
            Tree::One(clause) => one(clause)?.map_or_else(|| Self::All(Vec::new()), Self::One),
            Tree::All(trees) => Self::All(each(trees)?),
            Tree::Any(trees) => Self::Any(each(trees)?),
        })
    }

    pub(crate) fn holds(&self, one: &dyn Fn(&T) -> bool) -> bool {
        match self {
            Self::One(test) => one(test),
            Self::All(all) => all.iter().all(|inner| inner.holds(one)),
            Self::Any(any) => any.iter().any(|inner| inner.holds(one)),
        }
    }

    /// The questions that have to hold whatever else is asked. Whether these are all.
    pub(crate) fn demanded<'t>(&'t self, found: &mut Vec<&'t T>) -> bool {
        match self {
            Self::One(test) => {
                found.push(test);
                true
            }
            Self::All(all) => {
                // Each is asked, whatever the ones before it say.
                let mut is_whole = true;
                for inner in all {
                    is_whole &= inner.demanded(found);
                }
                is_whole
            }
            Self::Any(_) => false,
        }
    }
}
