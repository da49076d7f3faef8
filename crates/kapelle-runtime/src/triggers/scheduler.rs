//! The scheduler: a thread that looks at triggers whose moment has come, and has started what they ask for.
//!
//! It remembers little: which triggers it works on, and when it has to look again. Where a trigger stands is a document
//! of the store with the moment at which it is due, and what becomes of it is written over the version that was read, in
//! one transaction with the execution that it starts. So two schedulers over one store start nothing twice, and one that
//! dies anywhere leaves either everything or nothing of an occurrence.

mod attend;
mod begin;
mod ends;
mod listening;
mod looking;
mod memory;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Level;
use kapelle_model::trigger::{Firing, Skip, TriggerKey, TriggerState};
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::document::Kind;
use kapelle_store::error::{Conflict, Result};
use kapelle_store::{StoreError, Transaction, Write};

use super::kept::Kept;
use super::looks::{Looked, Work};
use crate::activity::Busy;
use crate::shared::{News, Shared};
use memory::Memory;

/// Triggers that are looked at in one go.
const ROUND_MAX: usize = 500;

/// A trigger that is locked is looked at again after this, in case that nobody told of the end.
const RECHECK_MILLIS: i64 = 60_000;

/// It looks around at least this often, whatever the clock shows: the clock may have been set back, and what was planned
/// by it would be far away.
const LOOK_MAX: Duration = Duration::from_secs(30);

/// What the store did not take is tried again after this.
const RETRY_MILLIS: i64 = 1_000;

/// How often old records are thrown away.
const SWEEP_MILLIS: i64 = 3_600_000;

/// The clock of the machine wanders; only more than this is a jump.
const JUMP_MILLIS: i64 = 2_000;

/// Something for the scheduler.
pub(crate) enum Call {
    /// It is the first one.
    Begin,
    /// Moments may have come.
    Look,
    /// Somebody else changed a trigger, or its flow.
    Changed(TriggerKey),
    /// An execution that a trigger started has come to its end.
    Ended(End),
    Written(Box<Decided>, Result<()>),
    /// What came of a look.
    Looked(Box<(Kept, Arc<Work>, Looked)>),
    /// The plugin of a trigger did what had to wait for a commit.
    Settled(TriggerKey),
    /// A trigger does not listen any more.
    Silent(TriggerKey, u64),
    Sweep,
    Stop,
}

#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) key: TriggerKey,
    pub(crate) execution: ExecutionId,
    pub(crate) state: State,
}

/// A call on its way.
pub(crate) struct Letter {
    pub(crate) call: Call,
    /// Until it was worked off.
    pub(crate) busy: Busy,
}

/// What was decided about a trigger: how it stood, and how it stands now.
pub(crate) struct Decided {
    pub(super) kept: Kept,
    pub(super) state: TriggerState,
    pub(super) due: Option<Millis>,
    /// The ends of executions that led to it, to be told again if this was not written.
    pub(super) ends: Vec<End>,
    /// What the log says once it is written.
    pub(super) line: Option<String>,
    /// Occurrences that start nothing.
    pub(super) skipped: Vec<Skip>,
    /// The look that led to an execution.
    pub(super) work: Option<Arc<Work>>,
}

impl Decided {
    /// With nothing that follows.
    pub(super) fn of(kept: Kept, state: TriggerState, due: Option<Millis>) -> Self {
        Self { kept, state, due, ends: Vec::new(), line: None, skipped: Vec::new(), work: None }
    }
}

/// What follows from a look at a trigger.
pub(super) struct Outcome {
    pub(super) state: TriggerState,
    pub(super) firing: Option<Firing>,
    pub(super) skipped: Vec<Skip>,
}

pub(crate) struct Scheduler {
    shared: Arc<Shared>,
    calls: Sender<Letter>,
    memory: Memory,
}

impl Scheduler {
    pub(crate) fn new(shared: Arc<Shared>, calls: Sender<Letter>) -> Self {
        Self { shared, calls, memory: Memory::default() }
    }

    /// Works until it is told to stop.
    pub(crate) fn run(mut self, inbox: &Receiver<Letter>) {
        loop {
            match inbox.recv_timeout(LOOK_MAX) {
                Ok(Letter { call: Call::Stop, .. }) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Letter { call, busy }) => {
                    self.protected(|scheduler| scheduler.take(call));
                    drop(busy);
                }
                Err(RecvTimeoutError::Timeout) => self.protected(Self::look_around),
            }
        }
        self.memory.stop_all();
    }

    /// What panics stops only itself; the trigger it was about is left alone until the program begins anew.
    fn protected(&mut self, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            let about = self.memory.about.take();
            let about = about.map_or_else(|| "a trigger".to_owned(), |key| named(&key));
            self.shared.news(&News::Alarm(&format!(
                "{about} is left alone until the program begins anew: a mistake in this program stopped it"
            )));
        }
    }

    fn take(&mut self, call: Call) {
        match call {
            Call::Begin => self.begin(),
            Call::Look => self.look_around(),
            Call::Changed(key) => self.changed(&key),
            Call::Ended(end) => self.ended(end),
            Call::Written(decided, result) => self.written(*decided, result),
            Call::Looked(looked) => {
                let (kept, work, looked) = *looked;
                self.looked(kept, &work, looked);
            }
            Call::Settled(key) => self.free_hands(&key),
            Call::Silent(key, number) => self.silent(&key, number),
            Call::Sweep => self.sweep(),
            Call::Stop => {}
        }
    }

    /// Looks at everything whose moment has come.
    fn look_around(&mut self) {
        let now = self.shared.clock.now();
        self.memory.alarm_rang(now);
        if now.since(self.memory.latest) < -JUMP_MILLIS {
            self.rewind(now);
        }
        self.memory.latest = now;
        let limit = ROUND_MAX + self.memory.count();
        let due = match self.shared.store.documents_due(Kind::Trigger, now, limit) {
            Ok(due) => due,
            Err(error) => return self.trouble(&error),
        };
        let is_full = due.len() == limit;
        for document in &due {
            self.attend(document, now);
        }
        self.memory.has_more = is_full;
        self.set_alarm_for_the_next();
    }

    /// The store did not do as asked.
    fn trouble(&mut self, error: &StoreError) {
        self.shared.news(&News::Alarm(&format!("triggers cannot be looked at: {error}")));
        let at = self.shared.clock.now().plus(RETRY_MILLIS);
        self.wake_at(at);
    }

    /// Sees to it that the next moment of any trigger is not missed.
    fn set_alarm_for_the_next(&mut self) {
        if self.memory.has_more {
            return;
        }
        let limit = self.memory.count() + 1;
        match self.shared.store.documents_due(Kind::Trigger, Millis(i64::MAX), limit) {
            Ok(next) => {
                let free = next.iter().filter_map(|document| Some((document.due?, Kept::of(document).ok()?)));
                let next = free.filter(|(_, kept)| !self.memory.has(&kept.key)).map(|(due, _)| due).min();
                if let Some(next) = next {
                    self.wake_at(next);
                }
            }
            Err(error) => self.trouble(&error),
        }
    }

    /// Looks around at this moment, or before.
    fn wake_at(&mut self, at: Millis) {
        if self.memory.alarm.is_some_and(|(set, _)| set <= at) {
            return;
        }
        if let Some((_, key)) = self.memory.alarm.take() {
            self.shared.clock.cancel(key);
        }
        let key = self.shared.clock.set(at, self.ring(|| Call::Look));
        self.memory.alarm = Some((at, key));
    }

    /// Calls the scheduler.
    fn ring(&self, call: impl FnOnce() -> Call + Send + 'static) -> Box<dyn FnOnce() + Send> {
        let (calls, activity) = (self.calls.clone(), Arc::clone(&self.shared.activity));
        Box::new(move || {
            // It may have ended.
            let _ended = calls.send(Letter { call: call(), busy: activity.begin() });
        })
    }

    /// Has what was decided written, without an execution.
    fn keep(&mut self, mut decided: Decided) {
        let now = self.shared.clock.now();
        match self.writes(&mut decided, now) {
            Ok(writes) => {
                let decided = Box::new(decided);
                let key = decided.kept.key.clone();
                self.memory.take_in_hand(key);
                let (calls, activity) = (self.calls.clone(), Arc::clone(&self.shared.activity));
                let busy = activity.begin();
                let done = Box::new(move |result: Result<_>| {
                    let call = Call::Written(decided, result.map(drop));
                    // It may have ended.
                    let _ended = calls.send(Letter { call, busy });
                });
                self.shared.store.submit(Transaction::of(writes), done);
            }
            Err(error) => self.trouble(&error),
        }
    }

    /// What is written of what was decided.
    pub(super) fn writes(&self, decided: &mut Decided, now: Millis) -> Result<Vec<Write>> {
        let Decided { kept, state, due, skipped, .. } = decided;
        let mut writes = super::ticks::record(&*self.shared.store, &kept.key, state, skipped, now)?;
        if state.fired != kept.state.fired {
            // An execution starts between those that start nothing.
            state.skipping = None;
        }
        writes.push(kept.put(state, *due, now)?);
        Ok(writes)
    }

    /// What was decided about a trigger is on the disk, or is not.
    fn written(&mut self, decided: Decided, result: Result<()>) {
        let key = decided.kept.key.clone();
        self.memory.let_go(&key);
        if let (Err(_), Some(work)) = (&result, &decided.work) {
            self.throw_away(work);
        }
        match result {
            Ok(()) => {
                if let Some(line) = &decided.line {
                    super::write_line(&self.shared, &key, Level::Info, line);
                }
                for skip in &decided.skipped {
                    self.shared.news(&News::Skipped { trigger: &key, skip });
                }
                if let Some(due) = decided.due {
                    self.wake_at(due);
                }
                if let Some(work) = &decided.work {
                    self.found(work, decided.state.cursor.clone());
                }
            }
            Err(StoreError::Conflict(Conflict::Happened { .. })) => self.happened(decided),
            // Somebody else changed it; it is looked at as it is now.
            Err(StoreError::Conflict(_)) => {
                decided.ends.into_iter().for_each(|end| self.memory.note_end(end));
                self.memory.note_change(&key);
            }
            Err(error) => {
                let later = self.shared.clock.now().plus(RETRY_MILLIS);
                for end in decided.ends {
                    self.shared.clock.set(later, self.ring(move || Call::Ended(end)));
                }
                self.trouble(&error);
            }
        }
        self.after(&key);
    }

    /// Nothing is done with a trigger any more.
    fn free_hands(&mut self, key: &TriggerKey) {
        self.memory.let_go(key);
        self.after(key);
    }

    /// Looks again at a trigger that was changed while it was in hand, and around if there is more to do.
    pub(super) fn after(&mut self, key: &TriggerKey) {
        if self.memory.has(key) {
            return;
        }
        if self.memory.has_ends(key) {
            self.take_ends(key);
        } else if self.memory.take_change(key) {
            self.changed(key);
        }
        if self.memory.has_more && self.memory.count() < ROUND_MAX / 4 {
            self.memory.has_more = false;
            self.look_around();
        }
    }

    /// Throws away what was kept long enough, and comes again.
    fn sweep(&mut self) {
        let now = self.shared.clock.now();
        let store = &*self.shared.store;
        let mut swept = super::ticks::sweep(store, now);
        while let Ok(true) = swept {
            swept = super::ticks::sweep(store, now);
        }
        while let Ok(true) = super::hearing::sweep(store, now) {}
        let forget = Write::ForgetOnce { kind: kapelle_store::transaction::OnceKind::Occurrence, until: now };
        let forgotten = store.commit(Transaction::of([forget]));
        if let Err(error) = swept.map(drop).and(forgotten.map(drop)) {
            self.shared.news(&News::Alarm(&format!("old records of triggers cannot be deleted: {error}")));
        }
        let again = self.ring(|| Call::Sweep);
        self.shared.clock.set(now.plus(SWEEP_MILLIS), again);
    }

    fn log(&self, key: &TriggerKey, trigger: &Trigger, level: Level, message: &str) {
        super::log(&self.shared, key, trigger, level, message);
    }
}

/// A trigger, for people.
pub(super) fn named(key: &TriggerKey) -> String {
    format!("trigger `{}` of flow `{}.{}`", key.trigger, key.namespace, key.flow)
}
