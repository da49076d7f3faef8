//! Being told by the machine that something changed in folders. Where it cannot tell, looking from time to time has to do.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use tokio::io::unix::AsyncFd;

/// Bytes for events that are read at once.
const EVENTS_BYTES: usize = 16 << 10;

/// Folders that are watched, below all that are named together.
const FOLDERS_MAX: usize = 4_000;

pub(super) struct News {
    /// Absent where the machine has no more of them.
    events: Option<AsyncFd<OwnedFd>>,
}

impl News {
    #[expect(
        deprecated,
        reason = "it is for descriptors that may be closed by others, and this one is owned"
    )]
    pub(super) fn new() -> Self {
        let opened = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC);
        Self { events: opened.ok().and_then(|events| AsyncFd::new(events).ok()) }
    }

    /// Watches these folders and those below; one that is watched already stays so.
    pub(super) fn follow(&self, folders: &[PathBuf]) {
        let Some(events) = &self.events else { return };
        let flags = WatchFlags::CLOSE_WRITE
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::ONLYDIR;
        for folder in below(folders) {
            // One that cannot be watched is looked at all the same.
            inotify::add_watch(events.get_ref(), &folder, flags).ok();
        }
    }

    /// Waits until something happened.
    pub(super) async fn come(&mut self) {
        let Some(events) = &self.events else { return std::future::pending().await };
        loop {
            let Ok(mut ready) = events.readable().await else { return std::future::pending().await };
            let mut bytes = [MaybeUninit::uninit(); EVENTS_BYTES];
            let mut reader = Reader::new(events.get_ref(), &mut bytes);
            let mut has_come = false;
            // An error says that there are no more.
            while reader.next().is_ok() {
                has_come = true;
            }
            ready.clear_ready();
            if has_come {
                return;
            }
        }
    }
}

/// These folders and all below, but what belongs to Git.
fn below(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = folders.to_vec();
    let mut next = 0;
    while next < found.len() && found.len() < FOLDERS_MAX {
        let entries = std::fs::read_dir(&found[next]).into_iter().flatten().filter_map(Result::ok);
        let is_folder = |path: &Path| path.symlink_metadata().is_ok_and(|data| data.is_dir());
        let more =
            entries.map(|entry| entry.path()).filter(|path| !path.ends_with(".git") && is_folder(path));
        found.extend(more);
        next += 1;
    }
    found.truncate(FOLDERS_MAX);
    found
}
