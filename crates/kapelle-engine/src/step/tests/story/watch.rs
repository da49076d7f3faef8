//! What must hold after every step of a story, and which ways states took in it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use kapelle_model::cause::Cause;
use kapelle_model::{History, State};

use super::Story;
use crate::live::Live;
use crate::transitions::Machine;

/// A way from one state to another.
pub(in super::super) type Edge = (Machine, Option<State>, State);

thread_local! {
    /// The ways that the stories of this test took.
    static WALKED: RefCell<BTreeSet<Edge>> = const { RefCell::new(BTreeSet::new()) };
}

/// The ways that states take in the stories of a test.
pub(in super::super) fn walked_in(test: fn()) -> BTreeSet<Edge> {
    WALKED.with_borrow_mut(BTreeSet::clear);
    test();
    WALKED.take()
}

impl Story {
    /// What is kept is what is in memory, all that is derived can be derived again, and whatever stands still has a
    /// cause that says what frees it.
    pub(super) fn check(&self) {
        assert_eq!(&self.kept, self.live.execution());
        let restored = Live::restore(&self.plan, self.kept.clone()).unwrap();
        assert_eq!(restored, self.live);
        self.check_causes();
        self.walk();
    }

    fn check_causes(&self) {
        let waiting = self.live.execution.head.waiting.as_ref();
        assert_ne!(waiting.map(|waiting| &waiting.cause), Some(&Cause::Unknown), "{}", self.tree());
        for run in &self.live.execution.runs {
            let why = crate::why::of_run(&self.plan, &self.live, run.index);
            let is_unknown = matches!(why.as_ref().map(|waiting| &waiting.cause), Some(Cause::Unknown));
            assert!(!is_unknown, "`{}` waits for nothing:\n{}", run.task, self.tree());
            let moves = run.state().is_terminal() || run.state() == State::Running;
            assert!(moves || why.is_some(), "`{}` stands still:\n{}", run.task, self.tree());
        }
    }

    fn walk(&self) {
        let execution = self.live.execution();
        walk(Machine::Execution, &execution.head.history);
        for run in &execution.runs {
            walk(Machine::TaskRun, &run.history);
            run.attempts.iter().for_each(|attempt| walk(Machine::Attempt, attempt));
        }
    }
}

fn walk(machine: Machine, history: &History) {
    let mut from = None;
    for (to, _) in history.entries() {
        assert!(machine.allows(from, to), "{machine} went from {from:?} to {to:?}: {history:?}");
        WALKED.with_borrow_mut(|walked| walked.insert((machine, from, to)));
        from = Some(to);
    }
}
