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
        self.tasks.push(Task { receipt, to, run, fence, work, stage, is_stopped: false, report });
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
