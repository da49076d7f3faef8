//! The owner of a part of all executions: a thread that decides, has it written, and then acts.
//!
//! An execution has one transaction on its way at most. What happens to it meanwhile waits, and becomes one transaction
//! when the first is on the disk. Effects are performed, and whoever asked is answered, only then. If something cannot be
//! written, the execution is read again, and what happened happens again: every event may come twice.

mod births;
mod commit;
mod effects;
mod entry;
mod lines;
mod orders;
mod recovery;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use kapelle_engine::outstanding::outstanding;
use kapelle_model::ExecutionId;
use kapelle_model::event::{ChildNews, Event, Order};
use kapelle_model::execution::Parent;
use kapelle_store::StoreError;

use crate::message::{Declined, Happening, Message};
use crate::shared::{Envelope, News, Shared};
use entry::{Entry, Phase};

/// How long nothing may be heard of what is on its way when everything ends.
const SILENCE_MAX: Duration = Duration::from_secs(5);

pub(crate) struct Shard {
    shared: Arc<Shared>,
    entries: HashMap<ExecutionId, Entry>,
    /// Transactions of which the store has not told what became of them.
    on_their_way: usize,
    /// Executions over which this program stumbled. They are left alone until it begins anew.
    poisoned: HashSet<ExecutionId>,
}

impl Shard {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, entries: HashMap::new(), on_their_way: 0, poisoned: HashSet::new() }
    }

    /// Works until it is told to stop, and what happened before that is on the disk.
    pub(crate) fn run(mut self, inbox: &Receiver<Envelope>) {
        while let Ok(envelope) = inbox.recv() {
            if matches!(envelope.message, Message::Stop) {
                return self.finish(inbox);
            }
            self.receive(envelope);
        }
    }

    /// A task that is done and whose report still waits for the disk would be done again in the next process.
    fn finish(mut self, inbox: &Receiver<Envelope>) {
        while self.on_their_way > 0 {
            let Ok(envelope) = inbox.recv_timeout(SILENCE_MAX) else {
                let words = format!("{} changes of executions may not be written", self.on_their_way);
                return self.shared.news(&News::Alarm(&words));
            };
            self.receive(envelope);
        }
    }

    fn receive(&mut self, Envelope { message, busy }: Envelope) {
        let of = message.of();
        // What panics stops only itself.
        if catch_unwind(AssertUnwindSafe(|| self.take(message))).is_err()
            && let Some(id) = of
        {
            self.quarantine(id);
        }
        drop(busy);
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Adopt(newborn) => self.adopt(*newborn),
            Message::Happen(happening) => self.happen(happening),
            Message::Bear { request, tenant, is_first } => self.bear(&request, &tenant, is_first),
            Message::Watch { parent, id, known } => self.watched(parent, id, known),
            Message::Absent { parent, id } => self.ask_again(parent, id),
            Message::Doubt { parent, id } => self.watch(parent, id),
            Message::Admit { to, answer } => self.admitted(to, answer),
            Message::TakeUp(id) => self.take_up(id),
            Message::RestoreSlot { id, holds, done } => {
                self.restore_slot(id, holds);
                // Whoever waited may have given up.
                let _gone = done.send(());
            }
            Message::Written { of, result } => self.written(of, result),
            Message::Reload(id) => self.reload(id),
            Message::Stop => {}
        }
    }

    /// Lets something happen to an execution, now or when what is on its way is written.
    fn happen(&mut self, happening: Happening) {
        let id = happening.to;
        let ends = matches!(happening.event, Event::Order(Order::Kill { .. }));
        // What is to end does not go on before.
        match if ends { self.fetch(id) } else { self.load(id) } {
            Ok(true) => {}
            Ok(false) => return self.nobody(happening),
            Err(error) => {
                self.shared.news(&News::Alarm(&format!("execution {id}: {error}")));
                return happening.answered(Err(Declined::Store(error)));
            }
        }
        let entry = self.entries.get_mut(&id).expect("it was loaded");
        entry.queue.push_back(happening);
        if entry.phase == Phase::Ready {
            self.work_off(id);
        }
        self.take_on(id);
    }

    /// Leaves an execution alone over which this program stumbled. What is on the disk of it stays as it is.
    fn quarantine(&mut self, id: ExecutionId) {
        self.poisoned.insert(id);
        self.forget(id);
        self.shared.news(&News::Alarm(&format!(
            "execution {id} is left alone until the program begins anew: a mistake in this program stopped it"
        )));
    }

    /// What was meant for an execution that does not exist.
    fn nobody(&mut self, happening: Happening) {
        if let Some(parcel) = happening.parcel {
            self.forget_order(parcel);
            if matches!(happening.event, Event::Order(Order::Restart)) {
                // Whoever waits for what begins again there has to know that it is not there any more.
                self.shared.tell(Message::Absent { parent: parcel.from, id: happening.to });
            }
        }
        happening.answered(Err(Declined::Missing));
    }

    fn happens(&mut self, to: ExecutionId, event: Event) {
        self.happen(Happening::of(to, event));
    }

    /// Tells a task run of an execution that it started.
    fn tell_parent(&self, parent: Parent, id: ExecutionId, news: ChildNews) {
        let event = Event::Child { run: parent.run, iteration: parent.iteration, id, news };
        self.shared.tell(Message::Happen(Happening::of(parent.execution, event)));
    }

    /// Reads an execution into memory, and does what is left to be done for it. Whether it is there.
    fn load(&mut self, id: ExecutionId) -> kapelle_store::error::Result<bool> {
        let is_there = self.fetch(id)?;
        self.take_on(id);
        Ok(is_there)
    }

    /// Reads an execution into memory. Whether it is there.
    fn fetch(&mut self, id: ExecutionId) -> kapelle_store::error::Result<bool> {
        if self.entries.contains_key(&id) {
            return Ok(true);
        }
        if self.poisoned.contains(&id) {
            return Err(StoreError::Unavailable(format!(
                "execution {id} is left alone: a mistake in this program stopped it"
            )));
        }
        let Some(entry) = Entry::read(&self.shared, id)? else { return Ok(false) };
        self.entries.insert(id, entry);
        Ok(true)
    }

    /// Does what was left to be done for an execution that was read, unless that is being changed.
    fn take_on(&mut self, id: ExecutionId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if entry.is_taken_on || entry.phase != Phase::Ready {
            return;
        }
        entry.is_taken_on = true;
        let owed = outstanding(&entry.definition.plan, &entry.live);
        self.take_back(id);
        for effect in owed {
            self.perform(id, effect, effects::Since::Recovery);
        }
    }

    /// Forgets an execution, with the alarms that were set for it.
    fn forget(&mut self, id: ExecutionId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        for (_, key) in &entry.alarms {
            self.shared.clock.cancel(*key);
        }
        Some(entry)
    }

    /// Forgets an execution for which nothing is left to be done.
    fn tidy(&mut self, id: ExecutionId) {
        if self.entries.get(&id).is_some_and(Entry::is_at_rest)
            && let Some(entry) = self.forget(id)
        {
            let execution = entry.live.execution();
            self.shared.endings.tell(execution);
            self.shared.triggers.ended(&self.shared.activity, &entry.definition, execution);
        }
    }
}
