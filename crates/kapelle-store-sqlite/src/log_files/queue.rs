//! What waits for the writer, and everything that others and the writer tell each other.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use kapelle_store::logs::LogLine;
use kapelle_store::metrics::Metric;

use super::loss::Losses;
use super::order::Order;

/// How long a line waits for others to come with it.
const GATHERING: Duration = Duration::from_millis(200);

/// How long the writer waits after it could not write.
const RECOVERY: Duration = Duration::from_millis(500);

/// With so many rows the writer does not wait for more.
const EAGER_ROWS: usize = 8_192;

/// What a row takes besides its text, roughly.
const ROW_BYTES: usize = 256;

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { rows: 65_536, bytes: 32 << 20 }
    }
}

/// What was handed over in one call.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<LogLine>,
    pub(super) metrics: Vec<Metric>,
}

/// What the writer does next: first the batches and the markers, then the orders.
#[derive(Default)]
pub(super) struct Work {
    pub(super) batches: VecDeque<Batch>,
    pub(super) losses: Losses,
    pub(super) orders: Vec<Order>,
}

pub(super) struct Queue {
    bounds: Bounds,
    state: Mutex<State>,
    /// Wakes the writer.
    something: Condvar,
    /// Wakes those that wait for room or for a flush.
    progress: Condvar,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Batch>,
    rows: usize,
    bytes: usize,
    orders: Vec<Order>,
    losses: Losses,
    /// Batches that came.
    taken: u64,
    /// Batches that were written or given up, the first ones.
    settled: u64,
    /// Rows that were given up.
    lost: u64,
    is_urgent: bool,
    is_closing: bool,
    /// Why the last attempt to write failed.
    trouble: Option<StoreError>,
    is_dead: bool,
}

impl Queue {
    pub(super) fn new(bounds: Bounds) -> Self {
        let state = Mutex::new(State::default());
        Self { bounds, state, something: Condvar::new(), progress: Condvar::new() }
    }

    /// A panic elsewhere leaves nothing half done here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.progress.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a batch. It waits for room, unless the writer is in trouble: then the oldest batch makes room.
    pub(super) fn append(&self, batch: Batch) -> Result<()> {
        let mut state = self.lock();
        loop {
            state.refuse_if_dead()?;
            if !state.is_full(self.bounds) {
                break;
            }
            if state.trouble.is_some() {
                state.give_up_oldest();
            } else {
                state = self.wait(state);
            }
        }
        let was_idle = state.batches.is_empty();
        let was_eager = state.is_eager();
        state.taken += 1;
        state.push_back(batch);
        if was_idle || state.is_eager() != was_eager {
            self.something.notify_one();
        }
        Ok(())
    }

    /// Hands over an order; what came before is written first.
    pub(super) fn order(&self, order: Order) -> Result<()> {
        let mut state = self.lock();
        state.refuse_if_dead()?;
        state.orders.push(order);
        self.something.notify_one();
        Ok(())
    }

    /// Waits until all that came is written. While the writer is in trouble, it says so at once.
    pub(super) fn flush(&self) -> Result<()> {
        let mut state = self.lock();
        let target = state.taken;
        loop {
            if state.settled >= target {
                return Ok(());
            }
            state.refuse_if_dead()?;
            if let Some(trouble) = &state.trouble {
                return Err(trouble.clone());
            }
            state.is_urgent = true;
            self.something.notify_one();
            state = self.wait(state);
        }
    }

    pub(super) fn close(&self) {
        self.lock().is_closing = true;
        self.something.notify_one();
    }

    pub(super) fn trouble(&self) -> Option<StoreError> {
        self.lock().trouble.clone()
    }

    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// What the writer does next, once there is something to do and others had the time to join: nothing if that takes
    /// longer than its patience; `None` at the end.
    pub(super) fn take(&self, patience: Option<Duration>) -> Option<Work> {
        let is_idle = |state: &mut State| !state.has_work() && !state.is_closing;
        let state = self.lock();
        let mut state = match patience {
            None => self.something.wait_while(state, is_idle).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = self.something.wait_timeout_while(state, patience, is_idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        if is_idle(&mut state) {
            return Some(Work::default());
        }
        if !state.is_closing {
            let (pause, is_patient): (_, fn(&mut State) -> bool) = match state.trouble {
                Some(_) => (RECOVERY, |state| !state.is_closing),
                None => (GATHERING, |state| !state.is_hurried()),
            };
            let waited = self.something.wait_timeout_while(state, pause, is_patient);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if !state.has_work() {
            return None;
        }
        state.is_urgent = false;
        (state.rows, state.bytes) = (0, 0);
        self.progress.notify_all();
        Some(Work {
            batches: std::mem::take(&mut state.batches),
            losses: std::mem::take(&mut state.losses),
            orders: std::mem::take(&mut state.orders),
        })
    }

    /// So many batches are written, the oldest ones.
    pub(super) fn written(&self, batches: usize) {
        let mut state = self.lock();
        state.settled += batches as u64;
        state.trouble = None;
        self.progress.notify_all();
    }

    /// They could not be written and wait again, before all others. At the end there is nobody to wait for.
    pub(super) fn put_back(&self, work: Work, why: StoreError) {
        let mut state = self.lock();
        for batch in work.batches.into_iter().rev() {
            state.push_front(batch);
        }
        state.losses.merge(work.losses);
        state.trouble = Some(why);
        if state.is_closing {
            (state.batches, state.losses) = Default::default();
        }
        while state.is_full(self.bounds) && state.batches.len() > 1 {
            state.give_up_oldest();
        }
        self.progress.notify_all();
    }

    /// The writer is no more.
    pub(super) fn died(&self) {
        let mut state = self.lock();
        state.is_dead = true;
        state.orders.clear();
        self.progress.notify_all();
    }
}

impl State {
    fn has_work(&self) -> bool {
        !self.batches.is_empty() || !self.orders.is_empty() || !self.losses.is_empty()
    }

    fn is_eager(&self) -> bool {
        self.rows >= EAGER_ROWS
    }

    fn is_hurried(&self) -> bool {
        self.is_urgent || self.is_closing || self.is_eager() || !self.orders.is_empty()
    }

    fn is_full(&self, bounds: Bounds) -> bool {
        self.rows >= bounds.rows || self.bytes >= bounds.bytes
    }

    fn push_back(&mut self, batch: Batch) {
        self.rows += batch.rows();
        self.bytes += batch.bytes();
        self.batches.push_back(batch);
    }

    fn push_front(&mut self, batch: Batch) {
        self.rows += batch.rows();
        self.bytes += batch.bytes();
        self.batches.push_front(batch);
    }

    fn give_up_oldest(&mut self) {
        if let Some(batch) = self.batches.pop_front() {
            self.rows -= batch.rows();
            self.bytes -= batch.bytes();
            self.settled += 1;
            self.lost += batch.rows() as u64;
            self.losses.add(batch);
        }
    }

    fn refuse_if_dead(&self) -> Result<()> {
        if !self.is_dead {
            return Ok(());
        }
        let why = self.trouble.as_ref().map_or_else(|| "a defect stopped it".to_owned(), ToString::to_string);
        Err(StoreError::Unavailable(format!("the thread that writes logs has ended: {why}")))
    }
}

impl Work {
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.losses.is_empty() && self.orders.is_empty()
    }
}

impl Batch {
    fn rows(&self) -> usize {
        self.lines.len() + self.metrics.len()
    }

    fn bytes(&self) -> usize {
        let lines: usize = self.lines.iter().map(|line| line.message.len()).sum();
        let tags =
            |metric: &Metric| metric.tags.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
        lines + self.metrics.iter().map(tags).sum::<usize>() + self.rows() * ROW_BYTES
    }
}
