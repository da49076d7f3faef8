//! Being told by the machine that a file is written. Where it cannot tell, looking from time to time has to do.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use tokio::io::unix::AsyncFd;

/// Bytes for events that are read at once.
const EVENTS_BYTES: usize = 16 << 10;

/// Folders that are watched.
pub(super) struct Watch {
    /// Absent where the machine has no more of them.
    events: Option<AsyncFd<OwnedFd>>,
    /// Paths as asked for, by the numbers that events have.
    folders: BTreeMap<i32, String>,
}

impl Watch {
    #[expect(
        deprecated,
        reason = "it is for descriptors that may be closed by others, and this one is owned"
    )]
    pub(super) fn new() -> Self {
        let opened = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC);
        let events = opened.ok().and_then(|events| AsyncFd::new(events).ok());
        Self { events, folders: BTreeMap::new() }
    }

    /// Watches these folders, where they really are, and tells of them by their paths.
    pub(super) fn follow(&mut self, folders: &[(PathBuf, String)]) {
        let Some(events) = &self.events else { return };
        let flags = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::CREATE | WatchFlags::ONLYDIR;
        // A folder is watched once, however often it is asked for; one that cannot be is looked at all the same.
        let numbers = folders.iter().filter_map(|(place, path)| {
            Some((inotify::add_watch(events.get_ref(), place, flags).ok()?, path.clone()))
        });
        self.folders = numbers.collect();
    }

    /// Waits for something to look at. The paths of files that are whole.
    pub(super) async fn news(&self) -> BTreeSet<String> {
        let Some(events) = &self.events else { return std::future::pending().await };
        let mut whole = BTreeSet::new();
        loop {
            let Ok(mut ready) = events.readable().await else { return std::future::pending().await };
            let is_worth_it = self.read(events.get_ref(), &mut whole);
            ready.clear_ready();
            if is_worth_it {
                return whole;
            }
        }
    }

    /// Reads all events. Whether one of them is worth a look.
    fn read(&self, events: &OwnedFd, whole: &mut BTreeSet<String>) -> bool {
        let mut bytes = [MaybeUninit::uninit(); EVENTS_BYTES];
        let mut reader = Reader::new(events, &mut bytes);
        let mut is_worth_it = false;
        // An error says that there are no more.
        while let Ok(event) = reader.next() {
            let flags = event.events();
            is_worth_it |= flags.contains(ReadFlags::CREATE | ReadFlags::ISDIR);
            if flags.intersects(ReadFlags::CLOSE_WRITE | ReadFlags::MOVED_TO)
                && let Some(folder) = self.folders.get(&event.wd())
                && let Some(name) = event.file_name()
            {
                is_worth_it = true;
                whole.insert(format!("{folder}/{}", name.to_string_lossy()));
            }
        }
        is_worth_it
    }
}
