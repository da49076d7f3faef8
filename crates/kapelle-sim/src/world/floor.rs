//! Who works, apart from the process that decides: what each worker has, and what it has not got rid of yet.

use kapelle_model::ExecutionId;
use kapelle_model::effect::Work;
use kapelle_model::event::{Event, Report};
use kapelle_model::task_run::{Fence, RunIndex};

/// Everything that workers have.
#[derive(Default)]
pub struct Floor {
    pub tasks: Vec<Task>,
    /// Reports of workers that everybody takes for lost.
    pub ghosts: Vec<(ExecutionId, Event)>,
    made: u64,
}

/// A dispatch in the hands of a worker.
#[derive(Clone, Debug)]
pub struct Task {
    pub receipt: u64,
    pub to: ExecutionId,
    pub run: RunIndex,
    pub fence: Fence,
    pub work: Work,
    pub stage: Stage,
    /// It was told to stop.
    pub is_stopped: bool,
    /// It heard whether it may begin.
    pub is_heard: bool,
    /// What will come of it.
    pub report: Report,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    Waiting,
    Working,
    /// It tells until somebody says that it is written down.
    Done,
    /// The worker is gone, and whoever watches over it tells that until it is written down.
    Gone,
}

impl Floor {
    pub fn add(&mut self, to: ExecutionId, run: RunIndex, fence: Fence, work: Work, report: Report) {
        self.made += 1;
        let (receipt, stage) = (self.made, Stage::Waiting);
        self.tasks.push(Task {
            receipt,
            to,
            run,
            fence,
            work,
            stage,
            is_stopped: false,
            is_heard: false,
            report,
        });
    }

    pub fn has(&self, to: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        self.tasks.iter().any(|task| task.is(to, run, fence))
    }

    /// Tells all who have it to stop. Whether there is anybody.
    pub fn stop(&mut self, to: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        let mut is_anybody = false;
        for task in self.tasks.iter_mut().filter(|task| task.is(to, run, fence)) {
            (task.is_stopped, is_anybody) = (true, true);
        }
        is_anybody
    }

    /// Whoever began hears that it is not wanted, and leaves without a word, unless it was told to stop: whoever told that
    /// waits for an answer. Where it is written that the work `has_begun`, one that nobody answered stays: it began.
    pub fn refuse(&mut self, (to, run, fence): (ExecutionId, RunIndex, Fence), has_begun: bool) {
        let has = |task: &Task| task.is(to, run, fence) && task.stage == Stage::Working;
        let others = self.tasks.iter().filter(|task| has(task)).count().saturating_sub(1);
        let asks = |task: &Task| has(task) && task.work == Work::Run && !task.is_heard && !task.is_stopped;
        if let Some(place) = self.tasks.iter().position(asks).filter(|_| !has_begun || others > 0) {
            self.tasks.remove(place);
        }
    }

    /// Whoever began hears that it may.
    pub fn accept(&mut self, (to, run, fence): (ExecutionId, RunIndex, Fence)) {
        let asks =
            |task: &&mut Task| task.is(to, run, fence) && task.stage == Stage::Working && !task.is_heard;
        if let Some(task) = self.tasks.iter_mut().find(asks) {
            task.is_heard = true;
        }
    }

    /// What was told under this receipt is written down, and forgotten here.
    pub fn acknowledge(&mut self, receipt: u64) -> Option<Task> {
        let place = self.tasks.iter().position(|task| task.receipt == receipt)?;
        Some(self.tasks.remove(place))
    }
}

impl Task {
    fn is(&self, to: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        (self.to, self.run, self.fence) == (to, run, fence)
    }

    /// What it has to tell, at its stage.
    pub fn news(&self) -> Option<Event> {
        let (run, fence) = (self.run, self.fence);
        match self.stage {
            Stage::Done => Some(Event::Finished { run, fence, report: Box::new(self.report.clone()) }),
            Stage::Gone => Some(Event::Lost { run, fence }),
            Stage::Waiting | Stage::Working => None,
        }
    }
}
