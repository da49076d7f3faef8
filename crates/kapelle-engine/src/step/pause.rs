//! Pauses: they stop the whole execution until somebody or a date goes on.

use std::sync::Arc;

use kapelle_core::expression::Outcome;
use kapelle_core::time::duration;
use kapelle_model::effect::{Effect, Level};
use kapelle_model::event::Due;
use kapelle_model::flow::BranchKind;
use kapelle_model::task_run::{RunIndex, Turn};
use kapelle_model::{Map, Millis, State, Value};

use super::{Next, Refused, Step, words};
use crate::plan::{Kind, Pause, PauseEnd};
use crate::variables::Variables;
use kapelle_core::property::{Property, text_of};

impl Step<'_> {
    pub(super) fn begin_pause(&mut self, run: RunIndex, pause: &Pause) {
        let rendered = self.with_variables(Some(run), &[], |all| -> Outcome<_> {
            let duration = millis(pause.duration.as_ref(), all)?;
            Ok(duration.or(millis(pause.timeout.as_ref(), all)?))
        });
        let wait = match rendered {
            Ok(wait) => wait,
            Err(error) => return self.break_off(run, &words(&error)),
        };
        let on_pause = self.task_of(run).lists.branch(&BranchKind::OnPause).and_then(<[_]>::first).copied();
        if let Some(task) = on_pause {
            self.create_run(task, None, None, None);
        }
        self.pause_run(run, wait.map(|wait| self.world.now.plus(wait)));
    }

    /// Stops the execution at a task run, until a moment if there is one.
    pub(super) fn pause_run(&mut self, run: RunIndex, until: Option<Millis>) {
        self.set_run(run, State::Paused);
        if let Some(at) = until {
            self.detail_mut(run).wake = Some(at);
            self.effects.push(Effect::Wake { at, due: Due::Run(run) });
        }
        if matches!(self.state(), State::Running | State::Retrying) {
            self.set_state(State::Paused);
        }
    }

    /// The time of a pause is over.
    pub(super) fn pause_is_over(&mut self, run: RunIndex, pause: &Pause) {
        if pause.duration_is_given(self, run) {
            let behavior = self.with_variables(Some(run), &[], |all| behavior(pause.behavior.as_ref(), all));
            match behavior {
                Ok(PauseEnd::Resume) => self.go_on(run, State::Success),
                Ok(PauseEnd::Warn) => self.end_pause(run, State::Warning),
                Ok(PauseEnd::Fail) => self.end_pause(run, State::Failed),
                Ok(PauseEnd::Cancel) => {
                    self.note_resumed(run, State::Cancelled, None);
                    self.end_tree(run, State::Cancelled);
                }
                Err(error) => {
                    self.unpause();
                    self.break_off(run, &words(&error));
                }
            }
        } else if pause.has_turn {
            self.take_turn(run, Turn::TimedOut);
        } else {
            self.end_pause(run, State::Failed);
        }
    }

    /// Somebody goes on.
    pub(super) fn resume_pause(&mut self, run: RunIndex, values: Option<&Arc<Map>>, by: Option<&str>) {
        if let Some(values) = values {
            self.set_output(run, "onResume", Value::Map(Arc::clone(values)));
        }
        self.note_resumed(run, State::Success, by);
        self.go_on(run, State::Success);
    }

    /// Runs the tasks that come after a pause, if there are any, and ends it.
    fn go_on(&mut self, run: RunIndex, to: State) {
        if self.run(run).outputs.as_ref().is_none_or(|outputs| !outputs.contains_key("resumed")) {
            self.note_resumed(run, to, None);
        }
        self.take_turn(run, Turn::Resumed);
    }

    fn take_turn(&mut self, run: RunIndex, turn: Turn) {
        let Kind::Pause(pause) = &self.task_of(run).kind else { return };
        let has_turn = pause.has_turn;
        self.detail_mut(run).turn = turn;
        self.detail_mut(run).wake = None;
        if has_turn {
            self.set_output(run, "timedOut", Value::Bool(turn == Turn::TimedOut));
        }
        self.set_run(run, State::Running);
        self.unpause();
        self.agenda.push_back(Next::Advance(Some(run)));
    }

    /// The execution goes on, unless something else keeps it paused.
    pub(super) fn unpause(&mut self) {
        if self.state() != State::Paused || self.waits_in(State::Paused) {
            return;
        }
        self.set_state(State::Restarted);
        self.set_state(State::Running);
        self.release_created();
        self.agenda.push_back(Next::Advance(None));
    }

    /// Whether a person paused the execution, and no task.
    pub(super) fn is_paused_by_hand(&self) -> bool {
        self.state() == State::Paused && !self.waits_in(State::Paused)
    }

    /// Whether a task run waits in a state.
    pub(super) fn waits_in(&self, state: State) -> bool {
        self.live.waiting.iter().any(|run| self.run(*run).state() == state)
    }

    /// A pause ends without going on: its failure or warning is that of a task.
    fn end_pause(&mut self, run: RunIndex, state: State) {
        self.note_resumed(run, state, None);
        self.set_run(run, State::Running);
        self.unpause();
        if state == State::Failed {
            self.log(Some(run), Level::Error, "The pause has ended because its time is over");
            self.detail_mut(run).failure = Some(kapelle_model::Failure::new("the time of the pause is over"));
        }
        self.fail_pause(run, state);
    }

    /// Its own `errors` and `finally` run before a failed pause ends.
    fn fail_pause(&mut self, run: RunIndex, state: State) {
        let lists = &self.task_of(run).lists;
        let has_lists = !lists.errors.is_empty() || !lists.finally.is_empty();
        if has_lists {
            self.detail_mut(run).ending = Some(state);
            self.agenda.push_back(Next::Advance(Some(run)));
        } else {
            let state = super::ending::allowed(self.task_of(run), state);
            self.end_group_as(run, state);
        }
    }

    pub(super) fn note_resumed(&mut self, run: RunIndex, to: State, by: Option<&str>) {
        let on = jiff::Timestamp::from_millisecond(self.world.now.0).unwrap_or_default();
        let on = on.to_zoned(self.world.settings.zone.clone()).datetime();
        let mut resumed = Map::new();
        if let Some(by) = by {
            resumed.insert("by".into(), Value::from(by));
        }
        resumed.insert("on".into(), Value::LocalDateTime(on));
        resumed.insert("to".into(), Value::from(to.name()));
        self.set_output(run, "resumed", Value::Map(Arc::new(resumed)));
    }

    /// Writes down how a pause ended that was killed while it waited.
    pub(super) fn before_kill(&mut self, run: RunIndex) {
        if self.run(run).state() == State::Paused && matches!(self.task_of(run).kind, Kind::Pause(_)) {
            self.note_resumed(run, State::Killing, None);
        }
    }

    /// Which task run a resume is for: the first pause, else whatever else holds the execution.
    pub(super) fn paused_run(&self) -> Result<Option<RunIndex>, Refused> {
        let waits_after_end = self.state().is_terminal() && self.waits_in(State::Paused);
        if self.state() != State::Paused && !waits_after_end {
            return Err(Refused::State(format!(
                "Execution is not paused, current state is '{}'",
                self.state().name()
            )));
        }
        let paused =
            || self.live.waiting.iter().copied().filter(|run| self.run(*run).state() == State::Paused);
        let pause = paused().find(|run| matches!(self.task_of(*run).kind, Kind::Pause(_)));
        Ok(pause.or_else(|| paused().next()))
    }
}

impl Pause {
    /// Whether its end is a planned one, and no timeout.
    fn duration_is_given(&self, step: &Step<'_>, run: RunIndex) -> bool {
        let given = step.with_variables(Some(run), &[], |all| millis(self.duration.as_ref(), all));
        matches!(given, Ok(Some(_)))
    }
}

/// A duration in milliseconds; nothing for what is not there or empty.
pub(super) fn millis(property: Option<&Property>, all: &Variables<'_>) -> Outcome<Option<i64>> {
    let Some(property) = property else { return Ok(None) };
    let text = text_of(&property.render(all.environment())?)?;
    if text.expose().is_empty() {
        return Ok(None);
    }
    let read = duration::parse(text.expose()).map_err(|reason| {
        kapelle_core::expression::Error::invalid(format!("`{}` is no duration: {reason}", text.masked()))
    })?;
    Ok(Some(i64::try_from(read.as_millis()).unwrap_or(i64::MAX)))
}

fn behavior(property: Option<&Property>, all: &Variables<'_>) -> Outcome<PauseEnd> {
    let Some(property) = property else { return Ok(PauseEnd::default()) };
    let text = text_of(&property.render(all.environment())?)?;
    PauseEnd::from_name(text.expose()).ok_or_else(|| {
        kapelle_core::expression::Error::invalid(format!(
            "`{}` is no behavior of a pause: it has to be RESUME, WARN, FAIL or CANCEL",
            text.masked()
        ))
    })
}
