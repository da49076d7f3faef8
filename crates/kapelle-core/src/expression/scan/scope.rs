//! What is known while reading: the local variables, and the paths whose absence is taken care of.

use std::collections::HashSet;

use super::{Read, Step};

/// Names that a template gives values to. They hide those of the context until their scope ends.
///
/// Scopes are coarse: a variable of a loop stays visible in its `else`, and a macro sees what stands around it. Both
/// are errors when the flow runs, but not reads of the context.
#[derive(Default)]
pub(super) struct Locals<'a> {
    names: HashSet<&'a str>,
    /// In the order of binding, so that the end of a scope takes its own names away.
    order: Vec<&'a str>,
}

impl<'a> Locals<'a> {
    pub(super) fn contains(&self, name: &str) -> bool {
        !self.order.is_empty() && self.names.contains(name)
    }

    pub(super) fn bind(&mut self, name: &'a str) {
        if self.names.insert(name) {
            self.order.push(name);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        for name in self.order.drain(len..) {
            self.names.remove(name);
        }
    }
}

/// Guards in force at once; more are forgotten, so that the time for a read stays bounded.
const GUARDS_MAX: usize = 64;

/// Reads in the conditions around the place being read, of which a missing value is expected.
#[derive(Default)]
pub(super) struct Guards {
    /// Indices of reads.
    reads: Vec<usize>,
}

impl Guards {
    pub(super) fn len(&self) -> usize {
        self.reads.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.reads.truncate(len);
    }

    /// Takes the guarded ones among the reads from index `from` on.
    pub(super) fn collect(&mut self, reads: &[Read<'_>], from: usize) {
        for (index, read) in reads.iter().enumerate().skip(from) {
            if self.reads.len() == GUARDS_MAX {
                return;
            }
            if read.guarded && !self.cover(reads, read) {
                self.reads.push(index);
            }
        }
    }

    /// Whether a condition reads the same path, or one of the two is a part of the other.
    pub(super) fn cover(&self, reads: &[Read<'_>], read: &Read<'_>) -> bool {
        self.reads.iter().any(|index| {
            let guard = &reads[*index];
            guard.root == read.root && guard.path.iter().zip(&read.path).all(|(a, b)| is_same(a, b))
        })
    }
}

fn is_same(a: &Step<'_>, b: &Step<'_>) -> bool {
    match (a, b) {
        (Step::Name { name: a, .. }, Step::Name { name: b, .. }) => a == b,
        (Step::Index(a), Step::Index(b)) => a == b,
        (Step::Dynamic, Step::Dynamic) => true,
        _ => false,
    }
}
