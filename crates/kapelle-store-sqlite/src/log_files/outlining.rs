//! Shows the lines that scans find to an [`Outliner`], without taking them out of their file.

use std::ops::ControlFlow;

use kapelle_store::outline::Outliner;

use super::scan::{Candidate, Step, Visitor};

pub(super) struct Outlining(pub(super) Outliner);

impl Visitor for Outlining {
    fn examined(&mut self) -> Step {
        if self.0.looks() { Step::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn found(&mut self, candidate: &mut Candidate<'_, '_>) -> rusqlite::Result<Step> {
        self.0.found(candidate.key.at, candidate.level);
        Ok(Step::Continue(()))
    }
}
