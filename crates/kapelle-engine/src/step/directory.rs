//! Groups that share a directory on a worker: it is opened before the first task and closed after the last one.

use kapelle_model::State;
use kapelle_model::effect::Work;
use kapelle_model::event::Report;
use kapelle_model::task_run::{Phase, RunIndex};

use super::{Next, Step};
use crate::plan::{Kind, Place};

impl Step<'_> {
    pub(super) fn open_directory(&mut self, run: RunIndex) {
        self.detail_mut(run).phase = Phase::Opening;
        self.dispatch(run, Work::Open);
    }

    pub(super) fn is_inside(&self, run: RunIndex) -> bool {
        self.run(run).detail.as_ref().is_some_and(|detail| detail.phase == Phase::Inside)
    }

    /// Whether a group can go on: a directory only between its opening and its closing, and after that.
    pub(super) fn is_open_for_tasks(&self, parent: Option<RunIndex>) -> bool {
        let phase = parent.and_then(|run| self.run(run).detail.as_ref()).map(|detail| detail.phase);
        !matches!(phase, Some(Phase::Opening | Phase::Closing))
    }

    /// Whether a directory is closed now, since its tasks are over.
    pub(super) fn closes_directory(&mut self, parent: Option<RunIndex>, is_main_done: bool) -> bool {
        let Some(run) = parent else { return false };
        let phase = self.run(run).detail.as_ref().map_or(Phase::Outside, |detail| detail.phase);
        let is_over = is_main_done || self.live.group(parent).main.failed > 0;
        if phase != Phase::Inside || !is_over {
            return false;
        }
        self.detail_mut(run).phase = Phase::Closing;
        self.dispatch(run, Work::Close);
        true
    }

    pub(super) fn directory_answered(&mut self, run: RunIndex, phase: Phase, report: &Report) {
        if phase == Phase::Closed {
            // The group was reopened while it was closed or opened; now it can be opened again.
            return self.agenda.push_back(Next::Advance(Some(run)));
        }
        if let Some(failure) = &report.failure {
            self.note_failure(run, failure.clone());
            self.detail_mut(run).ending = Some(State::Failed);
        }
        if let Some(outputs) = &report.outputs {
            self.set_outputs(run, Some(outputs.clone()));
        }
        let is_ready = phase == Phase::Opening && report.failure.is_none();
        self.detail_mut(run).phase = if is_ready { Phase::Inside } else { Phase::Closed };
        self.agenda.push_back(Next::Advance(Some(run)));
    }

    /// The group whose directory a task run works in.
    pub(super) fn directory_around(&self, run: RunIndex) -> Option<RunIndex> {
        let parent = self.run(run).parent?;
        let is_inside = matches!(self.task_of(run).place, Place::Main(_));
        (is_inside && matches!(self.task_of(parent).kind, Kind::Directory)).then_some(parent)
    }

    /// Begins a group anew, in a new directory.
    pub(super) fn restart_directory(&mut self, run: RunIndex) {
        self.clear_below(run);
        self.detail_mut(run).ending = None;
        self.open_directory(run);
    }
}
