//! Tasks that run at the same time. Nobody knows who is first.

use kapelle_model::State;
use kapelle_model::flow::Task;

use super::life::Life;
use super::lists::Children;
use super::spot::Spot;
use super::{Clear, Unclear};

/// Tasks that run one after the other, beside others.
pub(super) struct Job<'a> {
    pub(super) tasks: Vec<&'a Task>,
    pub(super) spot: Spot<'a>,
}

impl<'a> Life<'_, 'a> {
    /// Runs each job as if it were alone. If that brings nobody to fail, they do not disturb each other. If one fails,
    /// it is certain that the group fails, and open how far the others come.
    pub(super) fn side_by_side(&mut self, jobs: &[Job<'a>]) -> Clear<Children> {
        let mut all = Children::default();
        let mut failed = Vec::new();
        let mut aborted = Vec::new();
        for (place, job) in jobs.iter().enumerate() {
            let children = self.in_order(&job.tasks, &job.spot)?;
            if children.has(State::Failed) {
                failed.push(place);
            }
            if let Some(state) = children.abort {
                aborted.push((place, state));
            }
            all.states.extend(children.states);
        }
        let certain = match (&failed[..], &aborted[..]) {
            ([], []) => return Ok(all),
            // What was killed counts if it was there before the failure, and not otherwise.
            (_, []) if all.has(State::Killed) => return Err(Unclear),
            (_, []) => (failed.len() == 1).then(|| failed[0]),
            ([], [(place, state)]) => {
                all.abort = Some(*state);
                Some(*place)
            }
            _ => return Err(Unclear),
        };
        for (_, job) in jobs.iter().enumerate().filter(|(place, _)| certain != Some(*place)) {
            for task in &job.tasks {
                self.leave_open(job.spot.path(task));
            }
        }
        Ok(all)
    }
}
