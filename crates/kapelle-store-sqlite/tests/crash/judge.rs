//! Compares what was acknowledged with what is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;
use kapelle_store::audit::{self, AuditRecord};
use kapelle_store::limits::PAGE_MAX;
use kapelle_store::store::{Counted, CounterScope};
use kapelle_store::{Filter, Page, Store};
use kapelle_store_sqlite::SqliteStore;

use crate::lane::Lane;
use crate::{differences, options, rows};

const MANY: usize = 10_000_000;

/// The life of a folder: what processes said that worked in it, and what was found afterwards.
pub struct History {
    folder: PathBuf,
    /// Transactions that were acknowledged, by lane.
    acknowledged: BTreeMap<u64, u64>,
    /// Log lines that were flushed, by lane.
    flushed: BTreeMap<u64, u32>,
    /// Transactions that were found, by lane.
    found: BTreeMap<u64, u64>,
    /// Executions of what was found, by hour and state.
    counted: BTreeMap<(Millis, kapelle_model::State), u64>,
    last_epoch: u64,
    last_commit: u64,
    /// A power cut may take log lines of the last second.
    keeps_logs: bool,
}

/// Figures of all that was judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub acknowledged: u64,
    pub unacknowledged: u64,
    pub lines: u64,
}

/// Lists of all lanes together.
pub struct Lists {
    pub orders: Vec<kapelle_store::transaction::Sent>,
    pub wakes: Vec<kapelle_store::transaction::Wake>,
    pub audit: Vec<AuditRecord>,
    pub unfinished: Vec<ExecutionId>,
    pub executions: Vec<ExecutionId>,
}

impl History {
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            acknowledged: BTreeMap::new(),
            flushed: BTreeMap::new(),
            found: BTreeMap::new(),
            counted: BTreeMap::new(),
            last_epoch: 0,
            last_commit: 0,
            keeps_logs: true,
        }
    }

    /// The same where the power is cut.
    pub fn without_logs(folder: &Path) -> Self {
        Self { keeps_logs: false, ..Self::new(folder) }
    }

    /// What a process said that worked on these lanes.
    pub fn hear(&mut self, lanes: &[u64], lines: &[String]) {
        for lane in lanes {
            self.acknowledged.entry(*lane).or_default();
        }
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |place: usize| words[place].parse::<u64>().expect("a child says numbers");
            match words[0] {
                "open" => self.hear_open(number(1), number(2)),
                "ack" => self.hear_acknowledgement(number(1), number(2), number(3)),
                "logs" => drop(self.flushed.insert(number(1), number(2) as u32)),
                "wrong" => panic!("{line}"),
                // What could not be written may be missing.
                _ => {}
            }
        }
    }

    pub fn hear_acknowledgement(&mut self, lane: u64, place: u64, commit: u64) {
        let known = self.acknowledged.entry(lane).or_default();
        assert_eq!(place, *known, "lane {lane} was acknowledged out of order");
        *known += 1;
        self.last_commit = self.last_commit.max(commit);
    }

    fn hear_open(&mut self, epoch: u64, last_commit: u64) {
        assert!(epoch > self.last_epoch, "epoch {epoch} came after {}", self.last_epoch);
        assert!(last_commit >= self.last_commit, "commit {last_commit} came after {}", self.last_commit);
        (self.last_epoch, self.last_commit) = (epoch, last_commit);
    }

    /// Opens the folder, and looks at all that is new since the last time.
    pub fn judge(&mut self) {
        let store = self.open();
        let lists = Lists::of(&store);
        let fresh: Vec<u64> =
            self.acknowledged.keys().filter(|lane| !self.found.contains_key(lane)).copied().collect();
        for number in fresh {
            let lane = self.judge_lane(&store, &lists, number);
            self.count(&lane);
            self.found.insert(number, lane.length);
        }
        self.judge_whole(&store);
        judge_audit(&lists.audit);
        drop(store);
        rows::check(&self.folder);
    }

    /// Looks at everything again that was ever written.
    pub fn judge_all(&mut self) -> Figures {
        self.judge();
        let store = self.open();
        let lists = Lists::of(&store);
        let mut figures = Figures::default();
        for (number, length) in self.found.clone() {
            let lane = self.judge_lane(&store, &lists, number);
            assert_eq!(lane.length, length, "lane {number} changed after its end");
            figures.acknowledged += self.acknowledged[&number];
            figures.unacknowledged += length - self.acknowledged[&number];
        }
        if self.keeps_logs {
            figures.lines = self.flushed.values().copied().map(u64::from).sum();
        }
        figures
    }

    /// The lane as far as it is there. It ends between two transactions, and not before the last one that was
    /// acknowledged.
    fn judge_lane(&self, store: &SqliteStore, lists: &Lists, number: u64) -> Lane {
        let lane = differences::found(store, lists, number);
        let acknowledged = self.acknowledged[&number];
        assert!(
            lane.length >= acknowledged,
            "of lane {number} {acknowledged} transactions were acknowledged, and {} are there",
            lane.length
        );
        if self.keeps_logs {
            let flushed = self.flushed.get(&number).copied().unwrap_or(0);
            differences::check_lines(store, number, flushed);
        }
        lane
    }

    fn count(&mut self, lane: &Lane) {
        for execution in lane.world.executions.values() {
            let history = &execution.head.history;
            let hour = Counted::hour_of(history.started());
            *self.counted.entry((hour, history.current())).or_default() += 1;
        }
    }

    /// What holds for all lanes together.
    fn judge_whole(&mut self, store: &SqliteStore) {
        // Each transaction is one number, so that none is there twice, and none was there and is gone.
        let all: u64 = self.found.values().sum();
        assert_eq!(store.last_commit().0, all, "the number of the last commit");
        let (permit, ever) = (Permit::system("crash"), Millis(i64::MAX));
        let counted = store.counters(&permit, &CounterScope::All, Millis(0), ever).expect("it counts");
        let counted: BTreeMap<_, _> =
            counted.into_iter().map(|Counted { hour, state, number }| ((hour, state), number)).collect();
        assert_eq!(counted, self.counted, "counters are what counting gives");
    }

    fn open(&mut self) -> SqliteStore {
        let fatal = Box::new(|why: &str| panic!("{why}"));
        let store = SqliteStore::open(&self.folder, options(fatal)).expect("it can be opened again");
        self.hear_open(store.epoch().0, store.last_commit().0);
        assert_eq!(store.rewind(), None);
        store
    }
}

impl Lists {
    pub fn of(store: &dyn Store) -> Self {
        Self {
            orders: store.orders(MANY).expect("orders are listed"),
            wakes: store.wakes(Millis(i64::MAX), MANY).expect("moments are listed"),
            audit: store.audit(0, MANY).expect("the record is listed"),
            unfinished: store.unfinished(None, MANY).expect("what is open is listed"),
            executions: executions(store),
        }
    }
}

/// All that there are, the oldest first.
fn executions(store: &dyn Store) -> Vec<ExecutionId> {
    let mut ids: Vec<ExecutionId> = Vec::new();
    loop {
        let page = Page::oldest(PAGE_MAX, ids.last().copied());
        let listed = store.executions(&Permit::system("crash"), &Filter::default(), &page);
        let rows = listed.expect("executions are listed").rows;
        ids.extend(rows.iter().map(|row| row.birth.id));
        if rows.len() < PAGE_MAX as usize {
            return ids;
        }
    }
}

fn judge_audit(records: &[AuditRecord]) {
    let mut before = [0; 32];
    for (number, record) in (1..).zip(records) {
        assert_eq!(record.number, number, "the record has a gap");
        assert_eq!(record.hash, audit::hash(before, number, &record.entry), "hash of entry {number}");
        before = record.hash;
    }
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, more: Self) {
        self.acknowledged += more.acknowledged;
        self.unacknowledged += more.unacknowledged;
        self.lines += more.lines;
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acknowledged, unacknowledged, lines } = self;
        write!(
            f,
            "{acknowledged} transactions and {lines} log lines acknowledged and found, {unacknowledged} \
             transactions found without acknowledgement"
        )
    }
}
