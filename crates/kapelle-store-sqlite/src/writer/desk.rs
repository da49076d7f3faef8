//! What the thread that writes works with, and how it goes about a commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kapelle_model::ExecutionId;
use kapelle_store::blobs::Blobs;
use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Done, Epoch, StoreError};
use rusqlite::Connection;

use super::batch::{Batch, Fault, Finished, Written};
use super::fold::Fold;
use super::labels::KnownLabels;
use super::pending::Pending;
use super::queue::{Job, Shared};
use super::{Checkpoint, journal};
use crate::errors::is_fatal;
use crate::meta;
use crate::moment::{Moment, Watch};
use crate::names::SharedNames;
use crate::prepared::Prepared;
use crate::read::InOurWords;

/// What happens when nobody knows any more what is on the disk: the process has to end.
pub type Fatal = Box<dyn Fn(&str) + Send>;

pub(crate) struct Desk {
    pub connection: Connection,
    pub names: Arc<SharedNames>,
    pub codec: Arc<Codec>,
    pub blobs: Arc<dyn Blobs>,
    pub epoch: Epoch,
    /// As far as the moment of a creation and the one in its id were ever apart: what readers know, and the disk.
    pub skew: Arc<AtomicI64>,
    pub saved_skew: i64,
    /// What is in the journal.
    pub pending: Pending,
    /// Working it in failed, and nothing has happened since that would make a difference.
    pub is_stuck: bool,
    pub labels: KnownLabels,
    /// The largest key of an execution: what has a larger one is new, and need not be looked for.
    pub newest: i64,
    /// Executions that were deleted, and whose large values were not yet.
    pub purged: Vec<ExecutionId>,
    pub fatal: Fatal,
    /// Remembers the last commit outside of the database.
    pub memory: crate::rewind::Memory,
    pub checkpoint: Checkpoint,
    pub watch: Option<Watch>,
}

/// The answers to the transactions of a commit, and what it left.
struct Committed {
    results: Vec<Result<CommitNumber>>,
    finished: Finished,
}

/// The largest key of an execution.
pub(crate) fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    let newest = connection.query_row("SELECT max(id) FROM exec", [], |row| row.get::<_, Option<i64>>(0))?;
    Ok(newest.unwrap_or(i64::MIN))
}

fn refuse(told: Vec<Done>, error: &StoreError) {
    for done in told {
        done(Err(error.clone()));
    }
}

impl Desk {
    /// Writes transactions, and tells those who wait.
    pub(super) fn write(&mut self, jobs: Vec<Job>, shared: &Shared) {
        let (prepared, told): (Vec<Prepared>, Vec<Done>) =
            jobs.into_iter().map(|job| (job.prepared, job.done)).unzip();
        // A purge looks at the tables. And what cannot be worked in must not become more and more.
        let needs_room = self.pending.is_full() || prepared.iter().any(|single| single.is_purge);
        if needs_room && let Err(error) = self.try_settle(shared) {
            return refuse(told, &error);
        }
        let last = shared.last().0;
        match self.write_all(&prepared, last) {
            Ok(committed) => self.tell(told, committed, shared),
            // Who of them is guilty shows by writing them alone.
            Err(fault) if prepared.len() > 1 && fault.may_be_of_one() => {
                for (single, done) in prepared.iter().zip(told) {
                    match self.write_all(std::slice::from_ref(single), shared.last().0) {
                        Ok(committed) => self.tell(vec![done], committed, shared),
                        Err(fault) => done(Err(fault.into_error())),
                    }
                }
            }
            Err(fault) => refuse(told, &fault.into_error()),
        }
    }

    /// Lets everybody know, and brings together what the journal got.
    fn tell(&mut self, told: Vec<Done>, committed: Committed, shared: &Shared) {
        let Committed { results, finished } = committed;
        let is_journaled = !finished.journal.is_empty();
        if let Some(newest) = results.iter().flatten().max() {
            // Before anybody hears of it: who reads then knows that there is something to wait for.
            shared.written(*newest, is_journaled);
        }
        let half = told.len() / 2;
        for (place, (done, result)) in told.into_iter().zip(results).enumerate() {
            if place == half {
                self.at(Moment::Told);
            }
            done(result);
        }
        if is_journaled {
            self.is_stuck = false;
            let (names, rows) = (self.names.now(), &finished.rows);
            let added = self.pending.add(&finished.journal[1..], &names, |key| Ok(rows.get(&key).copied()));
            // It was checked before it was written.
            added.expect("what is in the journal fits what was there");
            // Also when it cannot be worked in: then it is found in the journal.
            self.skew.fetch_max(self.pending.skew, Ordering::AcqRel);
        }
        self.newest = self.pending.newest().map_or(finished.newest, |newest| newest.max(finished.newest));
        self.purged.extend(finished.purged);
    }

    /// One commit. The inner results are of transactions that were refused or written; an error is of all of them.
    fn write_all(&mut self, prepared: &[Prepared], last: u64) -> Written<Committed> {
        self.guard(|desk| desk.commit(prepared, last))
    }

    /// Does something within a transaction of the database, which is taken back when it fails.
    fn guard<T>(&mut self, work: impl FnOnce(&mut Self) -> Written<T>) -> Written<T> {
        // What panics stops only itself: the commit is taken back as any other that fails.
        let result = catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or(Err(Fault::Panic));
        let fault = match result {
            Ok(done) => return Ok(done),
            Err(fault) => fault,
        };
        // What failed may have ended the transaction already.
        let _ended = self.connection.execute_batch("ROLLBACK");
        let unknown = match &fault {
            Fault::Sqlite(error) if is_fatal(error) => error.to_string(),
            _ if !self.connection.is_autocommit() => "a commit cannot be taken back".to_owned(),
            _ => return Err(fault),
        };
        (self.fatal)(&format!("nobody knows any more what is on the disk: {unknown}"));
        Err(Fault::Refused(StoreError::Unknown(unknown)))
    }

    fn commit(&mut self, prepared: &[Prepared], last: u64) -> Written<Committed> {
        self.begin()?;
        self.at(Moment::Begun);
        self.check_fence()?;
        let mut batch = Batch::new(self);
        let mut number = last;
        let mut results = Vec::with_capacity(prepared.len());
        for single in prepared {
            if single.is_purge {
                // It is alone: what it did before it was refused goes with the commit.
                batch.apply_purge(single)?;
            } else if let Err(fault) = batch.apply(single) {
                let Fault::Refused(error) = fault else { return Err(fault) };
                results.push(Err(error));
                continue;
            }
            number += 1;
            results.push(Ok(CommitNumber(number)));
        }
        let mut finished = batch.finish();
        self.save_skew(finished.skew)?;
        if !finished.journal.is_empty() {
            journal::append(&self.connection, number, &finished.journal)?;
        } else if number > last {
            meta::set_last_commit(&self.connection, CommitNumber(number))?;
        }
        self.at(Moment::Applied);
        let fresh = std::mem::take(&mut finished.fresh);
        self.names.extend(fresh, || self.end())?;
        self.saved_skew = finished.skew;
        self.at(Moment::Committed);
        Ok(Committed { results, finished })
    }

    fn save_skew(&self, skew: i64) -> rusqlite::Result<()> {
        // Who reads may know it before the rows are there: it only makes them look farther.
        self.skew.fetch_max(skew, Ordering::AcqRel);
        if skew > self.saved_skew { meta::set_skew(&self.connection, skew) } else { Ok(()) }
    }

    fn begin(&self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([]).map(drop)
    }

    fn end(&self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute([]).map(drop)
    }

    fn check_fence(&self) -> Written<()> {
        let current = meta::epoch(&self.connection)?;
        if current == self.epoch {
            return Ok(());
        }
        Err(Fault::Refused(StoreError::Fenced { own: self.epoch, current }))
    }

    pub(super) fn is_full(&self) -> bool {
        self.pending.is_full()
    }

    /// Whether it makes sense to work in the journal without being asked.
    pub(super) fn may_fold(&self) -> bool {
        !self.pending.is_empty() && !self.is_stuck
    }

    /// Works in the journal, and lets those know who wait for it.
    pub(super) fn settle(&mut self, shared: &Shared) {
        // Who waits is told of the error, and what waits is tried again later.
        let _told = self.try_settle(shared);
    }

    fn try_settle(&mut self, shared: &Shared) -> Result<()> {
        let result = self.fold().map_err(Fault::into_error);
        self.is_stuck = result.is_err();
        shared.folded(result.clone());
        result
    }

    /// Brings what is in the journal into the tables.
    ///
    /// That commit is not synced: until it is, its changes are safe in the journal, of which the log of the database has
    /// every row before those of this commit. The next commit syncs the log as a whole, so no later one is safe without
    /// this one. And pages go into the database itself only by a checkpoint, which syncs the log before it copies any of
    /// them, unless syncs are switched off altogether.
    fn fold(&mut self) -> Written<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.connection.execute_batch("PRAGMA synchronous = NORMAL")?;
        let result = self.guard(Self::fold_at_once);
        if let Err(error) = self.connection.execute_batch("PRAGMA synchronous = FULL") {
            (self.fatal)(&format!("the database does not sync its commits any more: {error}"));
            return Err(Fault::Sqlite(error));
        }
        self.labels.learn(result?);
        self.pending.clear();
        Ok(())
    }

    /// The labels that got their names with it.
    fn fold_at_once(&mut self) -> Written<Vec<i64>> {
        self.begin()?;
        self.at(Moment::Folding);
        self.check_fence()?;
        let names = self.names.now();
        let fold = Fold::new(&self.connection, &self.codec, &names, &self.pending);
        let named = fold.write(&self.labels)?;
        let skew = self.saved_skew.max(self.pending.skew);
        self.save_skew(skew)?;
        let last = meta::last_commit(&self.connection)?;
        meta::set_last_commit(&self.connection, last)?;
        journal::clear(&self.connection)?;
        self.end()?;
        self.saved_skew = skew;
        self.at(Moment::Folded);
        Ok(named)
    }

    /// Brings in what an earlier process left in the journal, before anybody reads.
    pub(crate) fn recover(&mut self) -> Result<()> {
        self.pending = journal::load(&self.connection, &self.names.now())?;
        self.fold().map_err(Fault::into_error)?;
        self.newest = newest(&self.connection).ours()?;
        Ok(())
    }

    fn at(&self, moment: Moment) {
        if let Some(watch) = &self.watch {
            watch(moment);
        }
    }

    /// What can wait until everybody was told.
    pub(super) fn tidy_up(&mut self, last: CommitNumber) {
        self.memory.note(self.epoch, last);
        for id in self.purged.drain(..) {
            // The rows that named them are gone. What stays behind is found by who looks for files without an owner.
            let _found_later = self.blobs.remove_all(id);
        }
        // What cannot be worked in for want of room is safe where it is, and is tried again after the next commit.
        if let Err(error) = self.checkpoint.make(&self.connection)
            && is_fatal(&error)
        {
            (self.fatal)(&format!("nobody knows any more what is on the disk: {error}"));
        }
    }
}
