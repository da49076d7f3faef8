//! The processes of an attempt: finding them all, and ending them.
//!
//! A process leaves its group or its session with one call, and its parent by outliving it. So whoever belongs to an
//! attempt is found by any of three signs: its group, its ancestors, and marks in its environment that nobody else has.

use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};

/// How long the kernel may take to bury the dead.
const BURIAL: Duration = Duration::from_secs(5);

/// A process as the kernel lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Listed {
    pid: i32,
    parent: i32,
    group: i32,
    /// It ended, and its parent has not looked yet.
    is_zombie: bool,
}

/// The processes of an attempt.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) root: Pid,
    /// Whether the root is one of them, or only their ancestor.
    pub(super) has_root: bool,
    /// Entries of the environment that only processes of the attempt have, all of them.
    pub(super) marks: Vec<String>,
}

impl Tree {
    /// Ends all: they are asked to end, and after the grace they are killed. Whether nobody is left.
    pub(super) fn end(&self, grace: Duration) -> bool {
        self.signal(Signal::TERM);
        // Who sleeps hears nothing.
        self.signal(Signal::CONT);
        if self.wait(grace, || {}) {
            return true;
        }
        self.wait(BURIAL, || self.signal(Signal::KILL))
    }

    /// Waits until nobody is left, but not for ever. Does `each` before each look.
    fn wait(&self, longest: Duration, each: impl Fn()) -> bool {
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(1));
        loop {
            each();
            if self.members().is_empty() {
                return true;
            }
            if waited >= longest {
                return false;
            }
            sleep(pause);
            waited += pause;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Sends a signal to all at once where they are a group, and to everybody else.
    pub(super) fn signal(&self, signal: Signal) {
        if self.has_root {
            // Whoever is gone needs no signal.
            let _gone = kill_process_group(self.root, signal);
        }
        for pid in self.members().into_iter().filter_map(Pid::from_raw) {
            let _gone = kill_process(pid, signal);
        }
    }

    /// Whether somebody of the group is there, maybe dead. Cheap.
    pub(super) fn has_group(&self) -> bool {
        test_kill_process_group(self.root).is_ok()
    }

    /// All that are alive.
    fn members(&self) -> BTreeSet<i32> {
        let listed = processes();
        let mut members = family(&listed, self.root.as_raw_pid(), self.has_root);
        if !self.marks.is_empty() {
            let others = listed.iter().filter(|process| !process.is_zombie);
            let marked =
                others.filter(|process| !members.contains(&process.pid) && self.is_marked(process.pid));
            let marked: Vec<i32> = marked.map(|process| process.pid).collect();
            members.extend(marked);
        }
        members
    }

    fn is_marked(&self, pid: i32) -> bool {
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| has_all(&environment, &self.marks))
    }
}

/// Whether an environment has all these entries.
fn has_all(environment: &[u8], marks: &[String]) -> bool {
    marks.iter().all(|mark| environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes()))
}

/// The living of a group and of those that descend from its first process.
fn family(listed: &[Listed], root: i32, has_root: bool) -> BTreeSet<i32> {
    let belongs = |process: &&Listed| has_root && (process.pid == root || process.group == root);
    let mut found: BTreeSet<i32> = listed.iter().filter(belongs).map(|process| process.pid).collect();
    loop {
        let before = found.len();
        let is_child = |process: &&Listed| process.parent == root || found.contains(&process.parent);
        let children: Vec<i32> = listed.iter().filter(is_child).map(|process| process.pid).collect();
        found.extend(children);
        if found.len() == before {
            break;
        }
    }
    listed.iter().filter(|process| process.is_zombie).for_each(|zombie| {
        found.remove(&zombie.pid);
    });
    found
}

/// All processes of the machine.
fn processes() -> Vec<Listed> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().first().is_some_and(u8::is_ascii_digit))
        .filter_map(|entry| listed(&fs::read(entry.path().join("stat")).ok()?))
        .collect()
}

/// Reads `pid (name) state parent group …`, where the name may be anything.
fn listed(stat: &[u8]) -> Option<Listed> {
    let stat = String::from_utf8_lossy(stat);
    let (pid, rest) = stat.split_once(" (")?;
    let mut fields = rest.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    Some(Listed {
        pid: pid.parse().ok()?,
        parent: fields.next()?.parse().ok()?,
        group: fields.next()?.parse().ok()?,
        is_zombie: matches!(state, "Z" | "X" | "x"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, parent: i32, group: i32) -> Listed {
        Listed { pid, parent, group, is_zombie: false }
    }

    #[test]
    fn a_family_is_the_group_and_all_descendants_but_not_the_dead() {
        let listed = [
            process(1, 0, 1),
            process(10, 1, 10),
            process(13, 12, 12),
            process(11, 10, 10),
            process(12, 11, 12),
            process(14, 1, 10),
            process(20, 1, 20),
            Listed { is_zombie: true, ..process(15, 10, 10) },
            process(16, 15, 16),
        ];
        assert_eq!(family(&listed, 10, true), BTreeSet::from([10, 11, 12, 13, 14, 16]));
        assert_eq!(family(&listed, 11, false), BTreeSet::from([12, 13]));
        assert_eq!(family(&listed, 20, false), BTreeSet::new());
    }

    #[test]
    fn names_of_programs_may_be_anything() {
        assert_eq!(listed(b"7 (a) Z 1 (b)) S 5 6 6 0"), Some(process(7, 5, 6)));
        assert_eq!(listed(b"7 (a) Z 5 6 6 0"), Some(Listed { is_zombie: true, ..process(7, 5, 6) }));
        assert_eq!(listed(b""), None);
    }

    #[test]
    fn marks_are_whole_entries_and_all_are_needed() {
        let marks = ["A=1".to_owned(), "B=2".to_owned()];
        assert!(has_all(b"B=2\0C=3\0A=1\0", &marks));
        assert!(!has_all(b"B=2\0A=12\0", &marks));
        assert!(!has_all(b"XA=1\0B=2\0", &marks));
        assert!(!has_all(b"", &marks));
    }
}
