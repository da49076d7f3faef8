//! Logs and metrics, in a file for each month.
//!
//! Lines come in any order and from any thread; one thread writes them, soon and many at once, and nobody waits for the
//! disk. Old months go as whole files. What could not be written is counted and said, never passed over.
//!
//! `queue` is what stands between callers and the `writer`; `file` has the tables, `scan` the way through them.

mod file;
mod loss;
mod merged;
mod metric_list;
mod month;
mod month_file;
mod names;
mod order;
mod outlining;
mod page;
mod queue;
mod readers;
mod retention;
mod scan;
mod source;
mod tags;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::{fs, io, thread};

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;
use kapelle_store::error::Result;
use kapelle_store::logs::{LogFilter, LogLine, LogPage};
use kapelle_store::metrics::{Metric, MetricFilter};
use kapelle_store::outline::{LogOutline, OutlineOf, Outliner};
use kapelle_store::{Listing, StoreError};

pub use month::Month;
use month_file::MonthFile;
use order::Order;
use outlining::Outlining;
use page::{Budget, PageVisitor};
use queue::{Batch, Bounds, Queue};
use readers::Readers;
pub use retention::{DroppedMonths, HeldMonth};
use scan::Scan;
use writer::{Writer, beside, months_within};

/// All logs and metrics of a store.
pub struct LogFiles {
    queue: Arc<Queue>,
    readers: Arc<Readers>,
    budget: Budget,
    writer: Option<JoinHandle<()>>,
}

impl LogFiles {
    /// Opens what is in a folder, and makes the folder if it is not there. A file that cannot be opened is an error.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(folder.as_ref(), Bounds::default(), Budget::default())
    }

    fn open_with(folder: &Path, bounds: Bounds, budget: Budget) -> Result<Self> {
        let unavailable =
            |error: io::Error| StoreError::Unavailable(format!("the folder `{}`: {error}", folder.display()));
        make_folder(folder).map_err(unavailable)?;
        // Links may lead to the folder, but not from there.
        let folder = folder.canonicalize().map_err(unavailable)?;
        let months = months_in(&folder).map_err(unavailable)?;
        for month in &months {
            drop(MonthFile::open(folder.join(month.file_name()))?);
        }
        let queue = Arc::new(Queue::new(bounds));
        let readers = Arc::new(Readers::new(folder, months));
        let writer = Writer::new(queue.clone(), readers.clone());
        let thread = thread::Builder::new().name("logs".to_owned());
        let writer = thread.spawn(move || writer.run());
        let writer =
            writer.map_err(|error| StoreError::Unavailable(format!("a thread for logs: {error}")))?;
        Ok(Self { queue, readers, budget, writer: Some(writer) })
    }

    /// Takes lines, which are written soon; waits while too many are on their way. While they cannot be written, the
    /// oldest make room for new ones, and a line says how many were lost.
    pub fn append(&self, lines: Vec<LogLine>) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.queue.append(Batch { lines, metrics: Vec::new() })
    }

    /// Takes metrics in the same way.
    pub fn append_metrics(&self, metrics: Vec<Metric>) -> Result<()> {
        if metrics.is_empty() {
            return Ok(());
        }
        self.queue.append(Batch { lines: Vec::new(), metrics })
    }

    /// Waits until all that was taken so far is written. While nothing can be written, it says why at once.
    pub fn flush(&self) -> Result<()> {
        self.queue.flush()
    }

    /// Why nothing can be written at the moment, if that is so. It is tried again until it works.
    pub fn trouble(&self) -> Option<StoreError> {
        self.queue.trouble()
    }

    /// Lines and metrics that were given up since the files were opened.
    pub fn lost(&self) -> u64 {
        self.queue.lost()
    }

    /// Lines that match and may be seen, in their order.
    pub fn logs(&self, permit: &Permit, filter: &LogFilter, page: &LogPage) -> Result<Listing<LogLine>> {
        self.settle();
        let mut months = months_within(&self.readers, filter);
        if page.is_newest_first {
            months.reverse();
        }
        let scan = Scan::new(permit, filter, page.is_newest_first).with_origins(self.budget.origins);
        let mut visitor = PageVisitor::new(*page, self.budget);
        for month in months {
            let step = self.readers.read(month, |file, names| scan.run(file, names, &mut visitor))?;
            visitor.close_group();
            if step.is_some_and(|step| step.is_break()) {
                break;
            }
        }
        visitor.listing().ok_or_else(|| {
            StoreError::Invalid(format!(
                "the search looked at {} log lines and did not fill the page: ask for one execution, or for a \
                 shorter time",
                self.budget.listed
            ))
        })
    }

    /// One pass over the lines that match and may be seen.
    pub fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> Result<LogOutline> {
        self.settle();
        let mut months = months_within(&self.readers, filter);
        if of.is_newest_first {
            months.reverse();
        }
        let scan = Scan::new(permit, filter, of.is_newest_first).with_origins(self.budget.origins);
        let mut visitor = Outlining(Outliner::new(of));
        for month in months {
            let step = self.readers.read(month, |file, names| scan.run(file, names, &mut visitor))?;
            if step.is_some_and(|step| step.is_break()) {
                break;
            }
        }
        Ok(visitor.0.outline())
    }

    /// Deletes lines that match and may be seen. How many there were.
    pub fn delete(&self, permit: &Permit, filter: &LogFilter) -> Result<u64> {
        let (permit, filter) = (permit.clone(), Box::new(filter.clone()));
        self.ask(|answer| Order::Delete { permit, filter, answer })
    }

    /// The first `limit` metrics that match and may be seen, the oldest first.
    pub fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Result<Vec<Metric>> {
        self.settle();
        let mut listed = Vec::new();
        for month in months_within(&self.readers, &LogFilter { at: filter.at, ..LogFilter::default() }) {
            if listed.len() >= limit {
                break;
            }
            let asked = (permit, filter);
            self.readers
                .read(month, |file, names| metric_list::list(file, names, asked, limit, &mut listed))?;
        }
        Ok(listed)
    }

    /// Deletes all that there is of executions.
    pub fn forget(&self, executions: &[ExecutionId]) -> Result<()> {
        let executions = executions.into();
        self.ask(|answer| Order::Forget { executions, answer })
    }

    /// Deletes the files of the months before that of a moment, except those with something of an execution that is
    /// held. It is possible on a full disk, too.
    pub fn drop_months(
        &self,
        before: Millis,
        is_held: &dyn Fn(ExecutionId) -> bool,
    ) -> Result<DroppedMonths> {
        self.settle();
        let mut result = DroppedMonths::default();
        let old = self.readers.months().into_iter().filter(|month| *month < Month::of(before));
        for month in old {
            let by = self.drop_month(month, is_held)?;
            if by.is_empty() {
                result.dropped.push(month);
            } else {
                result.held.push(HeldMonth { month, by });
            }
        }
        Ok(result)
    }

    /// Who holds the month, or nobody: then it is deleted.
    fn drop_month(&self, month: Month, is_held: &dyn Fn(ExecutionId) -> bool) -> Result<Vec<ExecutionId>> {
        loop {
            let (by, last_origin) = retention::holders(&self.readers, month, is_held)?;
            // Something may have come while the others were looked at.
            if !by.is_empty() || self.ask(|answer| Order::Drop { month, last_origin, answer })? {
                return Ok(by);
            }
        }
    }

    /// The files of the months, the oldest first.
    pub(crate) fn paths(&self) -> Vec<(Month, PathBuf)> {
        self.readers.months().into_iter().map(|month| (month, self.readers.path(month))).collect()
    }

    /// What the files take on disk.
    pub fn bytes(&self) -> u64 {
        let size = |path: PathBuf| fs::metadata(path).map_or(0, |data| data.len());
        let sizes = self.readers.months().into_iter().map(|month| {
            let path = self.readers.path(month);
            size(beside(&path, "-wal")) + size(beside(&path, "-shm")) + size(path)
        });
        sizes.sum()
    }

    /// What was taken before a read is seen by it. What cannot be written at the moment is not; reading goes on.
    fn settle(&self) {
        let _unwritten = self.flush();
    }

    fn ask<T>(&self, order: impl FnOnce(Sender<Result<T>>) -> Order) -> Result<T> {
        let (told, hears) = mpsc::channel();
        self.queue.order(order(told))?;
        hears.recv().unwrap_or_else(|_| {
            Err(StoreError::Unknown("the thread that writes logs ended while it worked on this".to_owned()))
        })
    }
}

impl Drop for LogFiles {
    fn drop(&mut self) {
        self.readers.close();
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // It told of its end already.
            let _panicked = writer.join();
        }
    }
}

/// Logs are nobody else's business.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn months_in(folder: &Path) -> io::Result<BTreeSet<Month>> {
    let mut months = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        months.extend(entry?.file_name().to_str().and_then(Month::of_file));
    }
    Ok(months)
}
