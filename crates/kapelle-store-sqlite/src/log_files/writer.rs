//! The thread that writes: what came together goes into one transaction for each month.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_store::StoreError;
use kapelle_store::error::Result;
use kapelle_store::logs::{LogFilter, LogLine};
use kapelle_store::metrics::Metric;

use super::month::Month;
use super::month_file::MonthFile;
use super::order::{self, Order};
use super::queue::{Queue, Work};
use super::readers::Readers;

/// Files that stay open: what comes now, and what came late.
const OPEN_MAX: usize = 3;

/// Executions that one transaction forgets.
const FORGOTTEN_AT_ONCE: usize = 100;

/// What is written is safe from a power cut within the second, with the time that it waited before.
const SYNC_INTERVAL: Duration = Duration::from_millis(500);

pub(super) struct Writer {
    queue: Arc<Queue>,
    readers: Arc<Readers>,
    files: BTreeMap<Month, MonthFile>,
    /// Lines that told of losses.
    markers: u32,
    /// What a power cut could still take.
    unsynced: BTreeSet<Month>,
    synced: Instant,
}

/// Says that the thread ended, however it did.
struct Farewell(Arc<Queue>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.died();
    }
}

impl Writer {
    pub(super) fn new(queue: Arc<Queue>, readers: Arc<Readers>) -> Self {
        let (files, unsynced) = (BTreeMap::new(), BTreeSet::new());
        Self { queue, readers, files, markers: 0, unsynced, synced: now() }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let _farewell = Farewell(self.queue.clone());
        while let Some(work) = self.queue.take(self.patience()) {
            if !work.is_empty() {
                self.work_off(work);
            }
            if self.synced.elapsed() >= SYNC_INTERVAL {
                self.sync();
            }
        }
        self.sync();
    }

    fn work_off(&mut self, mut work: Work) {
        let orders = std::mem::take(&mut work.orders);
        match self.write(&work) {
            Ok(()) => {
                self.queue.written(work.batches.len());
                for order in orders {
                    self.carry_out(order);
                }
            }
            Err(why) => {
                self.files.clear();
                for order in orders {
                    match order {
                        // It needs no room, but makes some.
                        Order::Drop { .. } => self.carry_out(order),
                        _ => order.refuse(why.clone()),
                    }
                }
                self.queue.put_back(work, why);
            }
        }
    }

    /// How long the next sync can wait.
    fn patience(&self) -> Option<Duration> {
        (!self.unsynced.is_empty()).then_some(SYNC_INTERVAL)
    }

    /// Makes what was written safe from a power cut. A commit alone is safe from the end of the process only.
    fn sync(&mut self) {
        self.synced = now();
        for month in std::mem::take(&mut self.unsynced) {
            if let Err(why) = sync(&beside(&self.readers.path(month), "-wal")) {
                self.files.clear();
                self.queue.put_back(Work::default(), why);
            }
        }
    }

    fn write(&mut self, work: &Work) -> Result<()> {
        let markers = work.losses.markers(self.markers);
        let mut months: BTreeMap<Month, (Vec<&LogLine>, Vec<&Metric>)> = BTreeMap::new();
        for line in work.batches.iter().flat_map(|batch| &batch.lines).chain(&markers) {
            months.entry(Month::of(line.at)).or_default().0.push(line);
        }
        for metric in work.batches.iter().flat_map(|batch| &batch.metrics) {
            months.entry(Month::of(metric.at)).or_default().1.push(metric);
        }
        for (month, (lines, metrics)) in months {
            self.file(month)?.write(lines, metrics)?;
        }
        self.markers = self.markers.wrapping_add(markers.len() as u32);
        Ok(())
    }

    /// A file to be changed.
    fn file(&mut self, month: Month) -> Result<&mut MonthFile> {
        self.unsynced.insert(month);
        if !self.files.contains_key(&month) {
            while self.files.len() >= OPEN_MAX {
                self.files.pop_first();
            }
            let path = self.readers.path(month);
            let file = MonthFile::open(path.clone())?;
            // Its name has to outlive a power cut as well.
            path.parent().map_or(Ok(()), sync)?;
            self.readers.add(month);
            self.files.insert(month, file);
        }
        Ok(self.files.get_mut(&month).expect("it was put there"))
    }

    fn carry_out(&mut self, order: Order) {
        // Who asked may be gone.
        let _gone = match order {
            Order::Delete { permit, filter, answer } => answer.send(self.delete(&permit, &filter)).is_err(),
            Order::Forget { executions, answer } => answer.send(self.forget(&executions)).is_err(),
            Order::Drop { month, last_origin, answer } => {
                answer.send(self.drop_month(month, last_origin)).is_err()
            }
        };
    }

    fn delete(&mut self, permit: &Permit, filter: &LogFilter) -> Result<u64> {
        let mut deleted = 0;
        for month in months_within(&self.readers, filter) {
            let mut rest = Some(filter.clone());
            while let Some(filter) = rest {
                let file = self.file(month)?;
                let chunk = file.change(|connection| order::delete_chunk(connection, permit, &filter));
                let (number, more) = chunk.map_err(|why| self.start_over(month, why))?;
                deleted += number;
                rest = more;
            }
        }
        Ok(deleted)
    }

    fn forget(&mut self, executions: &[ExecutionId]) -> Result<()> {
        for month in self.readers.months() {
            for chunk in executions.chunks(FORGOTTEN_AT_ONCE) {
                let forgotten = self.file(month)?.change(|connection| order::forget(connection, chunk));
                forgotten.map_err(|why| self.start_over(month, why))?;
            }
        }
        Ok(())
    }

    fn drop_month(&mut self, month: Month, last_origin: i64) -> Result<bool> {
        let last = "SELECT coalesce(max(id), 0) FROM origin";
        let file = self.file(month)?;
        let last = file.change(|connection| connection.query_row(last, [], |row| row.get::<_, i64>(0)))?;
        if last > last_origin {
            return Ok(false);
        }
        self.readers.remove(month);
        self.files.remove(&month);
        self.unsynced.remove(&month);
        let path = self.readers.path(month);
        // The file first: what the database finds beside a file that is not there, it throws away.
        for path in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
            remove(&path)?;
        }
        Ok(true)
    }

    /// A connection is not used again after an error.
    fn start_over(&mut self, month: Month, why: StoreError) -> StoreError {
        self.files.remove(&month);
        why
    }
}

/// The months in which lines of the filter's stretch of time may be.
pub(super) fn months_within(readers: &Readers, filter: &LogFilter) -> Vec<Month> {
    let Some((first, last)) = super::scan::bounds(filter.at) else { return Vec::new() };
    let stretch = Month::of(kapelle_model::Millis(first))..=Month::of(kapelle_model::Millis(last));
    readers.months().into_iter().filter(|month| stretch.contains(month)).collect()
}

/// What the database keeps beside a file.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn sync(path: &Path) -> Result<()> {
    match fs::File::open(path).and_then(|file| file.sync_data()) {
        // What is not there any more was synced before it went.
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StoreError::Unavailable(format!("`{}` cannot be synced: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "syncs are so far apart in time, whatever anything else means by time"
)]
fn now() -> Instant {
    Instant::now()
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StoreError::Unavailable(format!("`{}` cannot be deleted: {error}", path.display())))
        }
        _ => Ok(()),
    }
}
