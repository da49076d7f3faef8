//! What must hold after every step of a story, and which ways states took in it.

use kapelle_model::cause::Cause;
use kapelle_model::{History, State};

use super::Story;
use crate::live::Live;
use crate::transitions::Machine;

impl Story {
    /// What is kept is what is in memory, all that is derived can be derived again, and whatever stands still has a
    /// cause that says what frees it.
    pub(super) fn check(&self) {
        assert_eq!(&self.kept, self.live.execution());
        let restored = Live::restore(&self.plan, self.kept.clone()).unwrap();
        assert_eq!(restored, self.live);
        self.check_causes();
        for run in &self.live.execution.runs {
            let is_ended = |attempt: &History| attempt.current().is_terminal();
            let attempts_ended = run.attempts.last().is_none_or(is_ended);
            assert!(
                !run.state().is_terminal() || attempts_ended,
                "`{}` tries on:\n{}",
                run.task,
                self.tree()
            );
        }
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

    /// Notes the ways that states took.
    fn walk(&self) {
        let execution = self.live.execution();
        self.walked.note(Machine::Execution, &execution.head.history);
        for run in &execution.runs {
            self.walked.note(Machine::TaskRun, &run.history);
            run.attempts.iter().for_each(|attempt| self.walked.note(Machine::Attempt, attempt));
        }
    }
}
