//! What has to hold of care.

mod backup;
mod check;
mod compact;
mod purge;
mod space;
mod stats;

use std::fmt::Write as _;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kapelle_model::effect::Level;
use kapelle_model::execution::Birth;
use kapelle_model::{ExecutionId, Map, Millis, State, Value};
use kapelle_store::audit::AuditEntry;
use kapelle_store::contract::data::{BEGINNING, World};
use kapelle_store::document::Kind;
use kapelle_store::logs::LogLine;
use kapelle_store::transaction::{Over, Wake};
use kapelle_store::{Document, DocumentKey, FlowRevision, Store, Transaction, Write};
use rusqlite::Connection;

use super::Step;
use crate::SqliteStore;
use crate::tests::{open, scratch};

/// A store with something of everything, in a folder that goes with it.
pub(super) struct Filled {
    pub(super) folder: PathBuf,
    store: Option<SqliteStore>,
    pub(super) world: World,
    /// Ended, and has a large value.
    pub(super) large: ExecutionId,
}

impl Filled {
    pub(super) fn new(name: &str) -> Self {
        let folder = scratch(name);
        let store = open(&folder);
        let mut world = World::filled(5, &store, 25);
        let large = with_large_value(&store, &mut world);
        commit(&store, others());
        commit(
            &store,
            [Write::Wake(Wake { at: Millis(9), execution: large, due: kapelle_model::event::Due::Start })],
        );
        store.append_logs((0..50).map(|number| line(large, number)).collect()).unwrap();
        store.flush_logs().unwrap();
        Self { folder, store: Some(store), world, large }
    }

    /// Changes the database behind the back of the store.
    pub(super) fn tamper(&mut self, change: &str) {
        self.store = None;
        Connection::open(self.folder.join("kapelle.db")).unwrap().execute_batch(change).unwrap();
        self.store = Some(open(&self.folder));
    }

    pub(super) fn close(&mut self) {
        self.store = None;
    }

    pub(super) fn reopen(&mut self) {
        self.store = Some(open(&self.folder));
    }

    /// The files of the large values.
    pub(super) fn values(&self) -> Vec<PathBuf> {
        let root = self.folder.join("files");
        super::files::below(&root).unwrap().into_iter().map(|file| root.join(file)).collect()
    }
}

impl Deref for Filled {
    type Target = SqliteStore;

    fn deref(&self) -> &SqliteStore {
        self.store.as_ref().unwrap()
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        self.store = None;
        remove(&self.folder);
    }
}

/// Scratch of one test.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> Self {
        Self(scratch(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    let _missing = fs::remove_dir_all(folder);
}

pub(super) fn commit(store: &SqliteStore, writes: impl IntoIterator<Item = Write>) {
    let store: &dyn Store = store;
    store.commit(Transaction::of(writes)).unwrap();
}

pub(super) fn all(_: Step<'_>) -> bool {
    true
}

/// An execution of a flow of its own that ended.
pub(super) fn ended(store: &SqliteStore, world: &mut World, settle: impl FnOnce(&mut Birth)) -> ExecutionId {
    let birth = world.birth_with(|birth| {
        birth.parent = None;
        birth.tenant = "main".into();
        birth.namespace = "shop".into();
        settle(birth);
    });
    let id = birth.id;
    commit(
        store,
        [Write::from(birth), Write::from(world.change_to(id, State::Running)), world.end(id).into()],
    );
    id
}

fn with_large_value(store: &SqliteStore, world: &mut World) -> ExecutionId {
    let text = noise(world, 200_000);
    ended(store, world, |birth| {
        birth.inputs = Arc::new(Map::from_iter([("large".into(), Value::from(&*text))]));
    })
}

/// Text that cannot be packed well.
pub(super) fn noise(world: &mut World, length: usize) -> String {
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        write!(text, "{:016x}", world.dice.roll()).unwrap();
    }
    text
}

pub(super) fn line(execution: ExecutionId, number: u32) -> LogLine {
    LogLine {
        at: BEGINNING.plus(number.into()),
        tenant: "main".into(),
        namespace: "shop".into(),
        flow: "daily".into(),
        execution: Some(execution),
        trigger: None,
        task: None,
        run: None,
        attempt: 0,
        number,
        level: Level::Info,
        message: "hello".into(),
    }
}

fn others() -> Vec<Write> {
    let key =
        DocumentKey { kind: Kind::Value, tenant: "main".into(), namespace: "shop".into(), name: "k".into() };
    let document = Document::new(key, BEGINNING, None, vec![7; 900]);
    let flow = FlowRevision {
        tenant: "main".into(),
        namespace: "shop".into(),
        id: "hello".into(),
        revision: 1,
        source: "id: hello\n".repeat(50).into(),
        description: None,
        labels: [].into(),
        is_disabled: false,
        is_deleted: false,
        created: BEGINNING,
    };
    let entry = |number: i64| AuditEntry {
        at: Millis(number),
        tenant: "main".into(),
        actor: "ann".into(),
        action: "flow.create".into(),
        subject: "hello".into(),
        detail: "".into(),
    };
    let mut writes: Vec<Write> = (0..5).map(|number| Write::Audit(entry(number))).collect();
    writes.push(Write::Put { document: Box::new(document), over: Over::Any });
    writes.push(Write::Flow(Box::new(flow)));
    writes
}
