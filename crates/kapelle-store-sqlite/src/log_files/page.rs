//! Puts a page together from the lines that scans find, file after file.

use std::ops::ControlFlow;

use kapelle_store::logs::{LogLine, LogPage};
use kapelle_store::{Listing, Total};

use super::scan::{Candidate, ORIGINS_MAX, Step, Visitor};

/// How much work a list may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// Lines that are looked at to fill the page.
    pub(super) listed: u64,
    /// Lines that are looked at after that, to count the others.
    pub(super) counted: u64,
    /// Origins that are read side by side.
    pub(super) origins: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { listed: 10_000_000, counted: 300_000, origins: ORIGINS_MAX }
    }
}

pub(super) struct PageVisitor {
    page: LogPage,
    budget: Budget,
    rows: Vec<LogLine>,
    /// Lines of one moment, which their file has in an order of its own; with their origin, so that lines that are
    /// equal in order stay where they are from page to page.
    group: Vec<(LogLine, i64)>,
    /// Lines that match, without those of the group.
    seen: u64,
    listed: u64,
    counted: u64,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// There may be more.
    Open,
    /// The page is full, and nobody asked for more.
    Full,
    /// The page is full, and counting took too long.
    Uncounted,
    /// It took too long to fill the page.
    Exhausted,
}

impl PageVisitor {
    pub(super) fn new(page: LogPage, budget: Budget) -> Self {
        let (rows, group) = (Vec::new(), Vec::new());
        Self { page, budget, rows, group, seen: 0, listed: 0, counted: 0, end: End::Open }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.page.size as usize
    }

    fn finish(&mut self, end: End) -> Step {
        self.end = end;
        ControlFlow::Break(())
    }

    /// Puts the lines of one moment in their order, and on the page. Called at the end of each file.
    pub(super) fn close_group(&mut self) {
        let is_newest_first = self.page.is_newest_first;
        self.group.sort_by(|(one, of_one), (other, of_other)| {
            let order = (one.order(), of_one).cmp(&(other.order(), of_other));
            if is_newest_first { order.reverse() } else { order }
        });
        for (line, _) in std::mem::take(&mut self.group) {
            self.seen += 1;
            if self.seen > self.page.offset && !self.is_full() {
                self.rows.push(line);
            }
        }
    }

    /// The page; `None` if it took too long to find its lines.
    pub(super) fn listing(mut self) -> Option<Listing<LogLine>> {
        self.close_group();
        let total = match self.end {
            End::Exhausted => return None,
            End::Open => Total::Exactly(self.seen),
            End::Full | End::Uncounted => Total::AtLeast(self.seen),
        };
        Some(Listing { rows: self.rows, total: self.page.is_counted.then_some(total) })
    }
}

impl Visitor for PageVisitor {
    fn examined(&mut self) -> Step {
        if !self.is_full() {
            self.listed += 1;
            return if self.listed > self.budget.listed {
                self.finish(End::Exhausted)
            } else {
                Step::Continue(())
            };
        }
        if !self.page.is_counted {
            return self.finish(End::Full);
        }
        self.counted += 1;
        if self.counted > self.budget.counted { self.finish(End::Uncounted) } else { Step::Continue(()) }
    }

    fn found(&mut self, candidate: &mut Candidate<'_, '_>) -> rusqlite::Result<Step> {
        if self.group.last().is_some_and(|(line, _)| line.at != candidate.key.at) {
            self.close_group();
        }
        if self.is_full() {
            self.seen += 1;
        } else {
            self.group.push((candidate.line()?, candidate.key.origin));
        }
        Ok(Step::Continue(()))
    }
}
