//! A row of transactions that follows from its number alone: whoever knows how many of them were written knows what has
//! to be there.
//!
//! A store takes them in their order, so what survives is always the beginning of the row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::event::{Due, Order};
use kapelle_model::execution::Parent;
use kapelle_model::time::Millis;
use kapelle_model::value::{Map, Value};
use kapelle_store::audit::AuditEntry;
use kapelle_store::contract::Dice;
use kapelle_store::contract::data::{BEGINNING, World, index};
use kapelle_store::document::Kind;
use kapelle_store::transaction::{Once, OnceKind, OrderId, Over, Sent, Wake};
use kapelle_store::{Document, DocumentKey, FlowRevision, Transaction, Write, issuer};

/// Executions that a row has at the same time.
const EXECUTIONS_MAX: usize = 60;

/// Characters of a value that is kept apart for its size.
const LARGE: usize = 70_000;

/// The row with a number, and what its transactions so far come to.
pub struct Lane {
    pub number: u64,
    /// Transactions so far.
    pub length: u64,
    /// Whether the last one counted itself in the document that is there for it.
    pub is_marked: bool,
    pub world: World,
    pub documents: BTreeMap<DocumentKey, Kept>,
    pub flow: Vec<FlowRevision>,
    pub wakes: BTreeSet<Wake>,
    pub orders: Vec<Sent>,
    pub once: Vec<Once>,
    pub audit: Vec<AuditEntry>,
    /// An execution that the next transaction deletes.
    doomed: Option<ExecutionId>,
    dice: Dice,
}

/// A document as it has to be kept; without data it was removed.
#[derive(Clone, Debug)]
pub struct Kept {
    pub document: Document,
    pub is_removed: bool,
}

impl Lane {
    pub fn new(number: u64) -> Self {
        Self {
            number,
            length: 0,
            is_marked: false,
            world: World::new(number),
            documents: BTreeMap::new(),
            flow: Vec::new(),
            wakes: BTreeSet::new(),
            orders: Vec::new(),
            once: Vec::new(),
            audit: Vec::new(),
            doomed: None,
            dice: Dice::new(number << 20 | 7),
        }
    }

    /// What is there after so many transactions.
    pub fn after(number: u64, length: u64) -> Self {
        let mut lane = Self::new(number);
        (0..length).for_each(|_| drop(lane.next()));
        lane
    }

    pub fn name(&self) -> String {
        format!("lane-{}", self.number)
    }

    pub fn namespace(&self) -> Arc<str> {
        format!("crash.{}", self.name()).into()
    }

    /// The next transaction, which takes for granted that all before were written.
    pub fn next(&mut self) -> Transaction {
        let mut writes = Vec::new();
        // Two without a mark never follow each other, so that the mark is one too small at most.
        self.is_marked = !self.is_marked || self.dice.percent(75);
        if self.is_marked {
            let number = self.length + 1;
            writes.push(self.put("mark", number.to_be_bytes().into()));
            (0..self.dice.below(4)).for_each(|_| self.add(&mut writes));
        } else {
            self.add(&mut writes);
        }
        self.length += 1;
        // All of a row go the same way, or one would overtake another.
        Transaction { writes, is_urgent: self.number % 2 == 1 }
    }

    /// A transaction that has to be refused, the document in it included.
    pub fn spoiled(&mut self) -> Transaction {
        let good = Document::new(self.key("never"), BEGINNING, None, b"never".to_vec());
        let bad = Document::new(self.key("mark"), BEGINNING, None, Vec::new());
        let bad = Write::Put { document: bad.into(), over: Over::Version(u64::MAX >> 1) };
        let writes = vec![Write::Put { document: good.into(), over: Over::Any }, bad];
        Transaction { writes, is_urgent: self.number % 2 == 1 }
    }

    pub fn key(&self, name: &str) -> DocumentKey {
        let namespace = self.namespace();
        DocumentKey { kind: Kind::Value, tenant: "main".into(), namespace, name: name.into() }
    }

    fn add(&mut self, writes: &mut Vec<Write>) {
        if let Some(id) = self.doomed.take() {
            self.world.forget(&[id]);
            return writes.push(Write::Purge(vec![id]));
        }
        match self.dice.below(20) {
            0..8 => writes.push(self.step()),
            8 => self.add_short_life(writes),
            9..12 => writes.push(self.any_document()),
            12 => writes.push(self.revision()),
            13 | 14 => writes.push(self.once()),
            15 | 16 => writes.push(self.order()),
            17 | 18 => writes.push(self.wake()),
            _ => writes.push(self.audit()),
        }
    }

    /// A new execution, or a change of one.
    fn step(&mut self) -> Write {
        if self.world.executions.len() >= EXECUTIONS_MAX {
            return self.world.change().into();
        }
        if self.dice.percent(1) {
            let large = Value::from(&*"large ".repeat(LARGE / 6));
            let inputs: Map = [("large".into(), large)].into_iter().collect();
            return self.world.birth_with(|birth| birth.inputs = Arc::new(inputs)).into();
        }
        self.world.step().into()
    }

    /// An execution that is over in the transaction that creates it, and deleted by the next one.
    fn add_short_life(&mut self, writes: &mut Vec<Write>) {
        let birth = self.world.birth_with(|birth| birth.parent = None);
        let end = self.world.end(birth.id);
        self.doomed = Some(birth.id);
        writes.extend([birth.into(), end.into()]);
    }

    fn any_document(&mut self) -> Write {
        let name = format!("document {}", self.dice.below(12));
        let key = self.key(&name);
        if self.dice.percent(25)
            && let Some(kept) = self.documents.get_mut(&key)
            && !kept.is_removed
        {
            kept.is_removed = true;
            return Write::Remove { key, over: Over::Version(kept.document.version) };
        }
        let size = self.dice.below(3_000);
        let data = vec![self.dice.roll() as u8; size];
        self.put(&name, data)
    }

    /// Puts a document over exactly what is there.
    fn put(&mut self, name: &str, data: Vec<u8>) -> Write {
        let at = BEGINNING.plus(self.length as i64);
        let due = self.dice.percent(30).then(|| at.plus(1_000));
        let document = Document::new(self.key(name), at, due, data);
        let before = self.documents.get(&document.key);
        let over = match before {
            Some(kept) if !kept.is_removed => Over::Version(kept.document.version),
            _ => Over::Nothing,
        };
        let mut after = document.clone();
        after.version = before.map_or(0, |kept| kept.document.version) + 1;
        if let Some(kept) = before.filter(|kept| !kept.is_removed) {
            after.created = kept.document.created;
        }
        self.documents.insert(after.key.clone(), Kept { document: after, is_removed: false });
        Write::Put { document: document.into(), over }
    }

    fn revision(&mut self) -> Write {
        let revision = self.flow.len() as u32 + 1;
        let flow = FlowRevision {
            tenant: "main".into(),
            namespace: self.namespace(),
            id: "flow".into(),
            revision,
            source: format!("id: flow\n# revision {revision}\n").into(),
            description: Some("what it does".into()),
            labels: [("team".into(), "crash".into())].into(),
            is_disabled: self.dice.percent(20),
            is_deleted: self.dice.percent(20),
            created: BEGINNING.plus(self.length as i64),
        };
        self.flow.push(flow.clone());
        Write::Flow(flow.into())
    }

    fn once(&mut self) -> Write {
        let kind = *self.dice.pick(&[OnceKind::Occurrence, OnceKind::Request]);
        let once =
            Once { kind, key: self.once_key(), result: self.length.to_be_bytes().into(), until: BEGINNING };
        self.once.push(once.clone());
        Write::Once(once)
    }

    fn order(&mut self) -> Write {
        if !self.orders.is_empty() && self.dice.percent(45) {
            let place = self.dice.below(self.orders.len());
            return Write::OrderDone(self.orders.remove(place).id);
        }
        let (id, to) = (OrderId(self.own_number()), ExecutionId(self.own_number()));
        let from = Parent { execution: to, run: index(2), iteration: 1 };
        let sent = Sent { id, to, order: Order::Kill { cascade: true }, from };
        self.orders.push(sent.clone());
        Write::Order(sent)
    }

    fn wake(&mut self) -> Write {
        if self.dice.percent(45)
            && let Some(wake) = self.wakes.pop_first()
        {
            return Write::Woken(wake);
        }
        let (at, execution) = (Millis(self.dice.below(1_000) as i64), ExecutionId(self.own_number()));
        let wake = Wake { at, execution, due: Due::Run(index(self.wakes.len() as u32)) };
        self.wakes.insert(wake);
        Write::Wake(wake)
    }

    fn audit(&mut self) -> Write {
        let entry = AuditEntry {
            at: BEGINNING,
            tenant: "main".into(),
            actor: self.name().into(),
            action: "crash.test".into(),
            subject: format!("entry {}", self.audit.len()).into(),
            detail: "nothing".into(),
        };
        self.audit.push(entry.clone());
        Write::Audit(entry)
    }

    /// A number that no other row has.
    fn own_number(&mut self) -> u128 {
        u128::from(self.number) << 96 | u128::from(self.length) << 32 | u128::from(self.dice.roll() as u32)
    }

    /// What the next thing is called that may happen only once.
    pub fn once_key(&self) -> String {
        format!("{}/{}", self.name(), self.once.len())
    }

    /// Whether an execution is of this row, which issues ids in a shard of its own.
    pub fn issued(&self, id: ExecutionId) -> bool {
        (issuer::key(id) >> 12) % 1_024 == self.number % 1_024
    }

    /// Whether a number is of this row.
    pub fn owns(&self, number: u128) -> bool {
        number >> 96 == u128::from(self.number)
    }
}
