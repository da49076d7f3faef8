//! Which edges of the tables the stories of the tests walk.
//!
//! The tests are run once more in a process of their own, which writes down the ways that states take: no test can know
//! what all others did.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use kapelle_model::{History, State};

use crate::transitions::Machine;

pub(super) type Edge = (Machine, Option<State>, State);

/// The file that stories write their ways to.
const VARIABLE: &str = "KAPELLE_WALKED_TO";

pub(super) fn in_all_stories() -> BTreeSet<Edge> {
    let file = std::env::temp_dir().join(format!("kapelle-walked-{}", std::process::id()));
    let tests = std::env::current_exe().unwrap();
    let output = Command::new(tests).arg("step::tests").env(VARIABLE, &file).output().unwrap();
    let walked = std::fs::read_to_string(&file).unwrap_or_default();
    let _is_gone = std::fs::remove_file(&file);
    assert!(output.status.success(), "tests of `step` fail: {}", String::from_utf8_lossy(&output.stdout));
    walked.lines().map(parse).collect()
}

/// The ways that states take in a story; they are written down when it is over, if somebody asks for them.
#[derive(Default)]
pub(crate) struct Walked(RefCell<BTreeSet<Edge>>);

impl Walked {
    /// Notes the ways of a history, all of which must be in the table.
    pub(crate) fn note(&self, machine: Machine, history: &History) {
        let mut from = None;
        for (to, _) in history.entries() {
            assert!(machine.allows(from, to), "{machine} went from {from:?} to {to:?}: {history:?}");
            self.0.borrow_mut().insert((machine, from, to));
            from = Some(to);
        }
    }
}

impl Drop for Walked {
    fn drop(&mut self) {
        let Some(file) = std::env::var_os(VARIABLE).map(PathBuf::from) else { return };
        let line = |(machine, from, to): &Edge| {
            format!("{} {} {}\n", *machine as usize, from.map_or("-", State::name), to.name())
        };
        let text: String = self.0.borrow().iter().map(line).collect();
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}

fn parse(line: &str) -> Edge {
    let parts: Vec<&str> = line.split(' ').collect();
    let [machine, from, to] = parts[..] else { panic!("`{line}` is no edge") };
    let machine = Machine::ALL[machine.parse::<usize>().unwrap()];
    (machine, State::from_name(from), State::from_name(to).unwrap())
}
