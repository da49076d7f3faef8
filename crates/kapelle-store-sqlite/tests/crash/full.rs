//! A disk that is full, and one that takes no writes: nothing is acknowledged then, reading goes on, and the same store
//! works again by itself once there is room.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Store, StoreError, Transaction};
use kapelle_store_sqlite::SqliteStore;

use crate::differences::{check_lines, difference};
use crate::disk::Disk;
use crate::judge::{History, Lists};
use crate::lane::Lane;
use crate::lines::line;
use crate::options;
use crate::tools::{run as run_tool, text};

const LANE: u64 = 1;

/// Commits while there is room.
const COMMITS: usize = 40;

/// A commit that needs room comes soon; without one in so many, nothing is refused.
const PATIENCE: usize = 5_000;

pub fn run() -> String {
    let mut disk = match Disk::make("full", 64) {
        Ok(disk) => disk,
        Err(why) => return format!("skipped: {why}"),
    };
    let mut user = User::new(&disk.path().join("data"));
    for _ in 0..3 {
        user.commits(COMMITS);
        let ballast = fill(disk.path());
        let why = user.refused();
        assert!(matches!(why, StoreError::Full(_)), "the disk is full, and the store says: {why}");
        std::fs::remove_file(ballast).expect("it is there");
    }
    opens_on_a_full_disk(disk.path());
    let immutable = refuse_writes(&mut user);
    user.commits(COMMITS);
    disk.make_read_only().expect("an error can be made");
    let why = user.refused();
    assert!(!matches!(why, StoreError::Unknown(_) | StoreError::Conflict(_)), "{why}");
    let mut history = user.end();
    disk.unmount().expect("nobody is there");
    disk.mount().expect("it comes back");
    format!("3 times full, {immutable}, once read-only until the next mount, {}", history.judge_all())
}

/// Opening writes a little, and so does deleting what is old; room was set aside for that.
fn opens_on_a_full_disk(disk: &Path) {
    let mut user = User::new(&disk.join("other"));
    user.commits(COMMITS);
    let User { folder, store, lane, .. } = user;
    drop(store);
    let ballast = fill(disk);
    let fatal = Box::new(|why: &str| panic!("{why}"));
    let store = SqliteStore::open(&folder, options(fatal)).expect("room was set aside");
    assert_eq!(difference(&store, &Lists::of(&store), &lane), None);
    std::fs::remove_file(ballast).expect("it is there");
}

/// Files that nobody may write to for a while. The file system lets nobody have it back who had it read-only, so this
/// stands for it.
fn refuse_writes(user: &mut User) -> String {
    let log = text(&user.folder.join("kapelle.db-wal"));
    if let Err(why) = run_tool("chattr", &["+i", &log]) {
        return format!("never refusing writes ({why})");
    }
    let why = user.refused();
    run_tool("chattr", &["-i", &log]).expect("what was set can be unset");
    assert!(matches!(why, StoreError::Unavailable(_)), "writes are refused, and the store says: {why}");
    "once refusing writes".to_owned()
}

/// Somebody who writes a lane, and tries again what was refused.
struct User {
    folder: PathBuf,
    store: SqliteStore,
    history: History,
    /// As it is written.
    lane: Lane,
    /// The same with the next transaction.
    ahead: Lane,
    next: Transaction,
    lines: u32,
    is_fatal: Arc<AtomicBool>,
}

impl User {
    fn new(folder: &Path) -> Self {
        let is_fatal = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&is_fatal);
        let fatal = Box::new(move |_: &str| own.store(true, Ordering::Release));
        let store = SqliteStore::open(folder, options(fatal)).expect("there is room");
        let mut history = History::without_logs(folder);
        history.hear(&[LANE], &[]);
        let (folder, lane, mut ahead) = (folder.to_owned(), Lane::new(LANE), Lane::new(LANE));
        let next = ahead.next();
        Self { folder, store, history, lane, ahead, next, lines: 0, is_fatal }
    }

    fn commit(&mut self) -> Result<CommitNumber> {
        let result = (&self.store as &dyn Store).commit(self.next.clone());
        if let Ok(number) = result {
            self.history.hear_acknowledgement(LANE, self.lane.length, number.0);
            drop(self.lane.next());
            self.next = self.ahead.next();
        }
        result
    }

    /// So many commits that have to be written, and lines with them.
    fn commits(&mut self, number: usize) {
        for _ in 0..number {
            self.commit().expect("there is room");
        }
        self.log();
        // Lines that could not be written are tried again now and then.
        let pause = |_: &_| sleep(Duration::from_millis(10));
        let is_flushed = (0..PATIENCE).any(|_| self.store.flush_logs().inspect_err(pause).is_ok());
        assert!(is_flushed, "there is room for log lines, and they are not written");
        check_lines(&self.store, LANE, self.lines);
        self.check();
    }

    /// Writes until something is refused, and looks at what can be read then. Why it was refused.
    fn refused(&mut self) -> StoreError {
        let why = (0..PATIENCE).find_map(|_| self.commit().err()).expect("it cannot go on for ever");
        self.check();
        for _ in 0..20 {
            let again = self.commit();
            assert!(again.is_err(), "nothing was written at first, and then {again:?}: {why}");
        }
        self.log();
        self.check();
        assert!(!self.is_fatal.load(Ordering::Acquire), "what is on the disk is known: {why}");
        why
    }

    /// A line is taken at any time, and waits until it can be written.
    fn log(&mut self) {
        self.store.append_logs(vec![line(LANE, self.lines)]).expect("there is room for one");
        self.lines += 1;
        // It says why not.
        let _waits = self.store.flush_logs();
    }

    /// What was acknowledged can be read, and nothing else.
    fn check(&self) {
        let wrong = difference(&self.store, &Lists::of(&self.store), &self.lane);
        assert_eq!(wrong, None, "after {} transactions", self.lane.length);
        assert_eq!(self.store.last_commit().0, self.lane.length);
    }

    fn end(self) -> History {
        self.history
    }
}

/// Fills a disk to the last block.
fn fill(disk: &Path) -> PathBuf {
    let ballast = disk.join("ballast");
    let mut file = File::create(&ballast).expect("there is room for a name");
    for size in [1 << 20, 4_096, 512] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
    ballast
}
