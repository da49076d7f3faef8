//! The worker of a story.

use kapelle_model::effect::Dispatch;
use kapelle_model::event::{Event, Report};
use kapelle_model::task_run::{Hold, TaskRun};

use super::{Story, world};

impl Story {
    /// The newest dispatch of a task that a worker has.
    #[track_caller]
    fn dispatch_of(&self, task: &str) -> Dispatch {
        let mut dispatches = self.queue.iter().rev();
        let is_of = |dispatch: &&Dispatch| {
            self.live.execution().run(dispatch.run).is_some_and(|run| &*run.task == task)
        };
        let found = dispatches.find(is_of);
        found.unwrap_or_else(|| panic!("no worker has `{task}`:\n{}", self.tree())).clone()
    }

    /// A worker tells that it began with a task.
    #[track_caller]
    pub(in super::super) fn start(&mut self, task: &str) -> &mut Self {
        let Dispatch { run, fence, .. } = self.dispatch_of(task);
        self.happens(&Event::Started { run, fence, at: self.now })
    }

    /// A worker ends a task as its properties say, slow or not.
    #[track_caller]
    pub(in super::super) fn finish(&mut self, task: &str) -> &mut Self {
        let dispatch = self.dispatch_of(task);
        let run = self.live.execution().run(dispatch.run).expect("it was found by its task");
        let report = self.report(run, &dispatch);
        self.reports(task, report)
    }

    /// A worker ends a task and says this.
    #[track_caller]
    pub(in super::super) fn reports(&mut self, task: &str, report: Report) -> &mut Self {
        let Dispatch { run, fence, .. } = self.dispatch_of(task);
        self.queue.retain(|dispatch| dispatch.fence != fence);
        self.happens(&Event::Finished { run, fence, report: Box::new(report) })
    }

    /// The worker that has a task is gone.
    #[track_caller]
    pub(in super::super) fn lose(&mut self, task: &str) -> &mut Self {
        let Dispatch { run, fence, .. } = self.dispatch_of(task);
        self.queue.retain(|dispatch| dispatch.fence != fence);
        self.happens(&Event::Lost { run, fence })
    }

    /// Whether a worker has something of a task.
    pub(in super::super) fn is_out(&self, task: &str) -> bool {
        self.live.execution().runs.iter().any(|run| &*run.task == task && run.hold != Hold::Free)
    }

    /// Lets the worker end the oldest thing it has that is not slow, or was told to stop.
    pub(in super::super) fn work_once(&mut self) -> bool {
        let ends = |dispatch: &Dispatch| {
            let run = self.live.execution().run(dispatch.run);
            self.stopped.contains(&(dispatch.run, dispatch.fence))
                || run.is_none_or(|run| !self.plan_of(run).type_name.ends_with(".Sleep"))
        };
        let Some(place) = self.queue.iter().position(ends) else { return false };
        let dispatch = self.queue.remove(place).expect("it is there");
        let Some(run) = self.live.execution().run(dispatch.run) else { return true };
        let report = self.report(run, &dispatch);
        let event = Event::Finished { run: dispatch.run, fence: dispatch.fence, report: Box::new(report) };
        let _refused_if_late = self.event(&event);
        true
    }

    fn report(&self, run: &TaskRun, dispatch: &Dispatch) -> Report {
        if self.stopped.contains(&(dispatch.run, dispatch.fence)) {
            return Report { killed: true, ..Report::default() };
        }
        let attempts = run.attempts.len();
        world::with(self.now, &self.chance, &self.services, |world| {
            world::report(&self.plan, &self.live, run.index, dispatch.work, attempts, world)
        })
    }

    /// Lets the worker work until nothing is left to do now.
    pub(in super::super) fn work(&mut self) -> &mut Self {
        while self.work_once() {}
        self
    }
}
