//! From what happened to what is on the disk.

use kapelle_engine::step::{Outcome, step};
use kapelle_model::effect::Effect;
use kapelle_model::event::{Event, Order};
use kapelle_model::{ExecutionId, State};
use kapelle_store::error::Result as Stored;
use kapelle_store::{CommitNumber, StoreError, Transaction, Write};

use super::Shard;
use super::effects::Since;
use super::entry::{After, Phase};
use crate::message::{Declined, Happening, Message};
use crate::shared::News;

/// Events of one execution in one transaction.
const EVENTS_MAX: usize = 500;

/// How often in a row a transaction is tried that the store does not take for a reason of its own.
const TRIES_MAX: u32 = 5;

/// The wait before the first try, doubled with each further one.
const PAUSE_MILLIS: i64 = 100;
const PAUSE_MILLIS_MAX: i64 = 5_000;

impl Shard {
    /// Applies what waits, and has it written.
    pub(super) fn work_off(&mut self, id: ExecutionId) {
        let mut writes = Vec::new();
        for _ in 0..EVENTS_MAX {
            let Some(happening) = self.entries.get_mut(&id).and_then(|entry| entry.queue.pop_front()) else {
                break;
            };
            self.apply(id, happening, &mut writes);
        }
        if !writes.is_empty() {
            return self.submit(id, Transaction::of(writes).urgent());
        }
        let Some(entry) = self.entries.get_mut(&id) else { return };
        for (happening, result) in std::mem::take(&mut entry.in_hand) {
            happening.answered(result);
        }
        self.tidy(id);
    }

    /// Lets one thing happen. What has to be written joins the rest.
    fn apply(&mut self, id: ExecutionId, happening: Happening, writes: &mut Vec<Write>) {
        let shared = &self.shared;
        let entry = self.entries.get_mut(&id).expect("it is being worked on");
        let birth = std::sync::Arc::clone(&entry.live.execution().birth);
        let stepped = shared.with_world(&birth, |world| {
            step(&entry.definition.plan, &mut entry.live, &happening.event, world)
        });
        if let Some(parcel) = happening.parcel {
            writes.push(Write::OrderDone(parcel.id));
        }
        let result = match stepped {
            Ok(outcome) => {
                self.gather(id, outcome, writes);
                Ok(())
            }
            Err(refused) => {
                self.refused(&happening);
                Err(Declined::Refused(refused))
            }
        };
        let entry = self.entries.get_mut(&id).expect("it is being worked on");
        entry.in_hand.push((happening, result));
    }

    /// What follows from a refusal.
    fn refused(&mut self, happening: &Happening) {
        match (&happening.event, happening.parcel) {
            // Who sent it has to know that nothing will come of it.
            (Event::Order(Order::Restart), Some(parcel)) => {
                self.shared.tell(Message::Doubt { parent: parcel.from, id: happening.to });
            }
            // The clock went back: the moment comes again.
            (Event::Due(due), _) => self.wind_up(happening.to, *due),
            _ => {}
        }
    }

    /// Puts what a step led to where it is written, and where it is done afterwards.
    pub(super) fn gather(&mut self, id: ExecutionId, outcome: Outcome, writes: &mut Vec<Write>) {
        let Outcome { delta, effects } = outcome;
        let version = delta.head.version;
        let entry = self.entries.get_mut(&id).expect("it is being worked on");
        if self.shared.listener.is_some() {
            entry.changed.extend(delta.runs.iter().map(|run| run.index));
        }
        writes.push(delta.into());
        for effect in effects {
            match effect {
                // Nothing on the disk would tell of these any more.
                Effect::Create(request) if request.replay_of.is_some() => {
                    self.hand_over(id, &request, writes);
                }
                Effect::KillChildren => self.kill_children(id, writes),
                Effect::RestartChild { run, iteration, id: child } => {
                    self.restart_child(id, run, iteration, child, writes);
                }
                Effect::Changed { to, .. } => self.tell_listeners(id, to, writes),
                effect => {
                    let entry = self.entries.get_mut(&id).expect("it is being worked on");
                    entry.after.push(After::Effect { effect, version });
                }
            }
        }
    }

    /// Writes a change down that triggers may listen to; they are told once it is on the disk.
    fn tell_listeners(&mut self, id: ExecutionId, to: State, writes: &mut Vec<Write>) {
        let entry = self.entries.get_mut(&id).expect("it is being worked on");
        if let Some(change) = self.shared.triggers.listeners.change(entry.live.execution(), to) {
            writes.push(change.write(self.shared.clock.now()));
            entry.after.push(After::Hear(change));
        }
    }

    /// Hands a transaction to the store, which tells when it is on the disk.
    pub(super) fn submit(&mut self, id: ExecutionId, transaction: Transaction) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.phase = Phase::Writing;
        }
        let shared = std::sync::Arc::clone(&self.shared);
        let busy = shared.activity.begin();
        let done = Box::new(move |result| {
            shared.tell(Message::Written { of: id, result });
            drop(busy);
        });
        self.on_their_way += 1;
        self.shared.store.submit(transaction, done);
    }

    pub(super) fn written(&mut self, id: ExecutionId, result: Stored<CommitNumber>) {
        self.on_their_way -= 1;
        match result {
            Ok(_) => self.act(id),
            Err(error) => self.failed(id, &error),
        }
    }

    /// It is on the disk: whoever asked is answered, and everything that was asked for is done.
    fn act(&mut self, id: ExecutionId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.phase = Phase::Ready;
        entry.failures = 0;
        let after = std::mem::take(&mut entry.after);
        let in_hand = std::mem::take(&mut entry.in_hand);
        let changed = std::mem::take(&mut entry.changed);
        self.shared.news(&News::Changed { execution: entry.live.execution(), runs: &changed });
        self.write_lines(id, &after);
        for (happening, result) in in_hand {
            happening.answered(result);
        }
        for task in after {
            match task {
                After::Effect { effect, .. } => self.perform(id, effect, Since::Commit),
                After::Tell(message) => self.shared.tell(message),
                After::Answer(answer) => answer(Ok(())),
                After::Hear(change) => {
                    self.shared.triggers.listeners.tell(change, &self.shared.activity);
                }
            }
        }
        self.take_on(id);
        self.forget_alarms(id);
        if self.entries.get(&id).is_some_and(|entry| !entry.queue.is_empty() && entry.phase == Phase::Ready) {
            self.work_off(id);
        }
        self.tidy(id);
    }

    /// It was not written, or nobody knows.
    fn failed(&mut self, id: ExecutionId, error: &StoreError) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let is_new = entry.live.execution().head.version == 1 && entry.in_hand.is_empty();
        entry.failures += 1;
        let is_hopeless = match error {
            StoreError::Full(_) | StoreError::Unavailable(_) => false,
            StoreError::Fenced { .. } => true,
            _ => entry.failures >= TRIES_MAX,
        };
        if is_hopeless || is_new {
            if !matches!((is_new, error), (true, StoreError::Conflict(_))) {
                self.shared.news(&News::Alarm(&format!("execution {id} cannot be written: {error}")));
            }
            return self.give_up(id, error);
        }
        entry.after.clear();
        entry.changed.clear();
        entry.phase = Phase::Broken;
        for (happening, _) in std::mem::take(&mut entry.in_hand).into_iter().rev() {
            entry.queue.push_front(happening);
        }
        let pause = PAUSE_MILLIS.saturating_mul(1 << entry.failures.min(10)).min(PAUSE_MILLIS_MAX);
        self.later(pause, Message::Reload(id));
    }

    /// Forgets an execution, as far as this process can; the next one will find it as it is on the disk.
    fn give_up(&mut self, id: ExecutionId, error: &StoreError) {
        let Some(entry) = self.forget(id) else { return };
        let declined = || Err(Declined::Store(error.clone()));
        for task in entry.after {
            if let After::Answer(answer) = task {
                answer(declined());
            }
        }
        for happening in entry.in_hand.into_iter().map(|(happening, _)| happening).chain(entry.queue) {
            happening.answered(declined());
        }
        let birth = &entry.live.execution().birth;
        if let Some(parent) = birth.parent {
            // Who waits for it asks again.
            self.later(PAUSE_MILLIS_MAX, Message::Watch { parent, id, known: None });
        }
    }

    /// Reads an execution again, and lets happen to it what could not be written.
    pub(super) fn reload(&mut self, id: ExecutionId) {
        let Some(broken) = self.forget(id) else { return };
        let failures = broken.failures;
        match self.load(id) {
            Ok(true) => {
                let entry = self.entries.get_mut(&id).expect("it was loaded");
                entry.failures = failures;
                entry.queue.extend(broken.queue);
                if entry.phase == Phase::Ready {
                    self.work_off(id);
                }
            }
            Ok(false) => {
                for happening in broken.queue {
                    self.nobody(happening);
                }
            }
            Err(_) => {
                self.entries.insert(id, broken);
                self.later(PAUSE_MILLIS_MAX, Message::Reload(id));
            }
        }
    }

    /// Tells the owner of an execution something after a while.
    pub(super) fn later(&self, millis: i64, message: Message) {
        let shared = std::sync::Arc::downgrade(&self.shared);
        let at = self.shared.clock.now().plus(millis);
        self.shared.clock.set(
            at,
            Box::new(move || {
                if let Some(shared) = shared.upgrade() {
                    shared.tell(message);
                }
            }),
        );
    }
}
