//! What must hold after every step of a story, and which ways states took in it.

use kapelle_model::cause::Cause;
use kapelle_model::effect::Effect;
use kapelle_model::event::Due;
use kapelle_model::execution::Slot;
use kapelle_model::task_run::Hold;
use kapelle_model::{History, State};

use super::Story;
use crate::live::Live;
use crate::outstanding::outstanding;
use crate::transitions::Machine;

impl Story {
    /// What is kept is what is in memory, all that is derived can be derived again, and whatever stands still has a
    /// cause that says what frees it.
    pub(super) fn check(&self) {
        assert_eq!(&self.kept, self.live.execution());
        let restored = Live::restore(&self.plan, self.kept.clone()).unwrap();
        assert_eq!(restored, self.live);
        self.check_causes();
        self.check_outstanding();
        for run in &self.live.execution.runs {
            let moves_by_itself = run.wake().is_some();
            assert!(
                !run.state().is_terminal() || !moves_by_itself,
                "`{}` goes on:\n{}",
                run.task,
                self.tree()
            );
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

    /// Who takes over does again what is still waited for, and nothing that was never to be done.
    fn check_outstanding(&self) {
        let execution = self.live.execution();
        let outstanding = outstanding(&self.plan, &self.live);
        for effect in &outstanding {
            let was_asked_for = match effect {
                Effect::Watch { id, .. } => self.effects.iter().any(|known| match known {
                    Effect::Create(request) => request.id == *id,
                    Effect::Watch { id: known, .. } => known == id,
                    _ => false,
                }),
                effect => self.effects.contains(effect),
            };
            assert!(was_asked_for, "nobody asked for {effect:?}:\n{}", self.tree());
        }
        for dispatch in &self.queue {
            let is_waited_for = execution.run(dispatch.run).is_some_and(|run| {
                run.fence == dispatch.fence && run.hold == Hold::Out && !run.state().is_terminal()
            });
            let is_told = outstanding.contains(&Effect::Dispatch(dispatch.clone()));
            assert_eq!(is_told, is_waited_for, "{dispatch:?}:\n{}", self.tree());
        }
        for (at, due) in &self.timers {
            let is_waited_for = match due {
                Due::Run(run) => execution.run(*run).is_some_and(|run| run.wake() == Some(*at)),
                Due::Start => execution.state() == State::Created && execution.head.slot == Slot::None,
                Due::Agreement(_) => continue,
            };
            let is_told = outstanding.contains(&Effect::Wake { at: *at, due: *due });
            assert_eq!(is_told, is_waited_for, "{due:?}:\n{}", self.tree());
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
