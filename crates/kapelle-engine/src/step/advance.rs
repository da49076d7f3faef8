//! What a group of tasks does next: which of its lists it is in, and which task runs it creates.

use std::sync::Arc;

use kapelle_core::expression::Outcome;
use kapelle_model::effect::Level;
use kapelle_model::task_run::{Hold, RunIndex};
use kapelle_model::{Failure, State};

use super::{RUNS_MAX, Step};
use crate::live::{Count, Group};
use crate::plan::{Kind, Lists, Spread, TaskIndex};
use kapelle_core::property::{Property, text_of};

/// The list that a group is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Current {
    Main,
    Errors,
    Finally,
}

/// Which list is the current one, from what is known of the children.
fn current(group: &Group, lists: &Lists, has_failed: bool, is_main_done: bool) -> Current {
    let is_errors_done = group.errors.created as usize == lists.errors.len()
        && group.errors.open == 0
        && !lists.errors.is_empty();
    if group.finally.created > 0 {
        Current::Finally
    } else if group.errors.created > 0 || has_failed {
        match (lists.finally.is_empty(), lists.errors.is_empty() || is_errors_done) {
            (true, _) | (false, false) => Current::Errors,
            (false, true) => Current::Finally,
        }
    } else if is_main_done && !lists.finally.is_empty() {
        Current::Finally
    } else {
        Current::Main
    }
}

impl Step<'_> {
    /// Whether a group moves at all in its state.
    fn is_advancing(&self, parent: Option<RunIndex>) -> bool {
        match parent {
            Some(index) => self.live.position(index).is_some() && self.run(index).state() == State::Running,
            None => {
                matches!(self.state(), State::Running | State::Retrying | State::Paused | State::Breakpoint)
            }
        }
    }

    pub(super) fn advance(&mut self, parent: Option<RunIndex>) {
        if parent.is_none() && self.state().is_terminal() {
            return self.advance_after();
        }
        if !self.is_advancing(parent) || !self.is_open_for_tasks(parent) {
            return;
        }
        let Some(main) = self.live.main_tasks(self.plan, parent) else {
            return self.end_without_list(parent);
        };
        if main.is_empty() && self.is_without_choice(parent) {
            return self.end_group(parent);
        }
        let lists = self.live.lists(self.plan, parent);
        let is_main_done = self.is_main_done(parent, main);
        if is_main_done && self.continues_loop(parent)
            || self.reruns_group(parent)
            || self.closes_directory(parent, is_main_done)
        {
            return;
        }
        let has_failed =
            self.live.group(parent).main.failed > 0 || self.ending(parent) == Some(State::Failed);
        let current = current(self.live.group(parent), lists, has_failed, is_main_done);
        if current != Current::Main && self.waits_for_retry(parent) {
            return;
        }
        match current {
            Current::Main if is_main_done => self.end_group(parent),
            Current::Main => self.create_in_main(parent, main),
            Current::Errors => self.create_in_order(parent, &lists.errors, |group| group.errors),
            Current::Finally => self.create_in_order(parent, &lists.finally, |group| group.finally),
        }
    }

    /// Whether a group that has nothing to do is over at once, without its `finally`.
    fn is_without_choice(&self, parent: Option<RunIndex>) -> bool {
        parent.is_some_and(|run| {
            let kind = &self.task_of(run).kind;
            !matches!(kind, Kind::Until(_) | Kind::Pause(_) | Kind::Directory | Kind::Retry(_))
        })
    }

    /// Whether a group is not to be resolved yet: a task of its main list waits for its next attempt. What has begun after
    /// that list goes on.
    fn waits_for_retry(&self, parent: Option<RunIndex>) -> bool {
        let group = self.live.group(parent);
        group.main.retrying > 0 && group.errors.open + group.finally.open == 0
    }

    /// The end that was decided for a group apart from its children.
    pub(super) fn ending(&self, parent: Option<RunIndex>) -> Option<State> {
        self.run(parent?).detail.as_ref()?.ending
    }

    /// Whether all of the main list was created and has ended.
    fn is_main_done(&self, parent: Option<RunIndex>, main: &[TaskIndex]) -> bool {
        let count = self.live.group(parent).main;
        let is_created = count.created as usize == main.len() * self.values_count(parent);
        count.open == 0 && (is_created || self.ending(parent).is_some())
    }

    /// How often the main list is to run.
    fn values_count(&self, parent: Option<RunIndex>) -> usize {
        let Some(index) = parent else { return 1 };
        match &self.task_of(index).kind {
            Kind::Each(_) => self.values(index).len(),
            _ => 1,
        }
    }

    pub(super) fn values(&self, index: RunIndex) -> Arc<[Arc<str>]> {
        let detail = self.run(index).detail.as_ref();
        detail.and_then(|detail| detail.values.clone()).unwrap_or_default()
    }

    /// The next task of a list that runs in order; none left means that the group is over.
    fn create_in_order(&mut self, parent: Option<RunIndex>, list: &[TaskIndex], count: fn(&Group) -> Count) {
        let count = count(self.live.group(parent));
        if count.open > 0 {
            return;
        }
        match list.get(count.created as usize) {
            Some(task) => {
                self.create_child(*task, parent, None);
            }
            None => self.end_group(parent),
        }
    }

    fn create_in_main(&mut self, parent: Option<RunIndex>, main: &[TaskIndex]) {
        let Some(index) = parent else { return self.create_in_order(None, main, |group| group.main) };
        match &self.task_of(index).kind {
            Kind::Parallel { concurrent } => {
                let Some(room) = self.room(index, concurrent.as_ref()) else { return };
                let created = self.live.group(parent).main.created as usize;
                let mut tasks = main.iter().skip(created).take(room);
                let _is_full = tasks.all(|task| self.create_child(*task, parent, None));
            }
            Kind::Dag { concurrent, .. } => {
                let Some(room) = self.room(index, concurrent.as_ref()) else { return };
                let ready: Vec<u32> = self.live.group(parent).ready.iter().copied().take(room).collect();
                let _is_full =
                    ready.iter().all(|place| self.create_child(main[*place as usize], parent, None));
            }
            Kind::Each(each) => match &each.spread {
                Spread::Chains(limit) => self.create_in_chains(index, main, *limit),
                Spread::All(concurrent) => self.create_all(index, main, concurrent.as_ref()),
            },
            // What it was, was thrown away before an earlier end of the group.
            Kind::Directory if !self.is_inside(index) => {
                if self.run(index).hold == Hold::Free {
                    self.open_directory(index);
                }
            }
            _ => self.create_in_order(parent, main, |group| group.main),
        }
    }

    /// One chain of tasks for each value, as many at the same time as allowed.
    fn create_in_chains(&mut self, index: RunIndex, main: &[TaskIndex], limit: u32) {
        let parent = Some(index);
        let values = self.values(index);
        let group = self.live.group(parent);
        let going_on: Vec<(u32, u32)> =
            group.chains_next.iter().map(|value| (*value, group.chains_last[value] + 1)).collect();
        let create = |step: &mut Self, value, place: u32| {
            step.create_child(main[place as usize], parent, Some((value, &values)))
        };
        if !going_on.into_iter().all(|(value, place)| create(self, value, place)) {
            return;
        }
        while let group = self.live.group(parent)
            && (limit == 0 || group.chains_started - group.chains_done < limit)
            && (group.chains_started as usize) < values.len()
            && create(self, group.chains_started, 0)
        {}
    }

    /// Every task of every value, as far as there is room.
    fn create_all(&mut self, index: RunIndex, main: &[TaskIndex], concurrent: Option<&Property>) {
        let Some(room) = self.room(index, concurrent) else { return };
        let values = self.values(index);
        let created = self.live.group(Some(index)).main.created as usize;
        let last = created.saturating_add(room).min(values.len() * main.len());
        let _is_full = (created..last).all(|place| {
            let (value, position) = (place / main.len(), place % main.len());
            self.create_child(main[position], Some(index), Some((value as u32, &values)))
        });
    }

    /// How many more children may run; `None` if the number cannot be told, and the group has failed for it.
    fn room(&mut self, index: RunIndex, concurrent: Option<&Property>) -> Option<usize> {
        let Some(concurrent) = concurrent else { return Some(usize::MAX) };
        let rendered = self.with_variables(Some(index), &[], |all| whole_number(concurrent, all));
        match rendered {
            Ok(0) => Some(usize::MAX),
            Ok(limit) => Some(limit.saturating_sub(self.live.group(Some(index)).main.open as usize)),
            Err(error) => {
                self.break_off(index, &super::words(&error));
                None
            }
        }
    }

    /// The pass that a group is in, as its tasks see it.
    fn pass(&self, index: RunIndex) -> Option<u32> {
        let run = self.run(index);
        let iteration = run.iteration.unwrap_or(0);
        match self.task_of(index).kind {
            // In a loop over values the numbers of Kestra go on from the place of the value.
            Kind::Until(_) => Some(iteration),
            Kind::Retry(_) => Some(iteration - run.place),
            _ => None,
        }
    }

    /// Creates a task run in a group. If there may be no more of them the execution fails, or what has begun after its
    /// end; then the answer is no.
    fn create_child(
        &mut self,
        task: TaskIndex,
        parent: Option<RunIndex>,
        value: Option<(u32, &Arc<[Arc<str>]>)>,
    ) -> bool {
        if self.live.execution.head.runs_made >= RUNS_MAX {
            let message = format!("the execution has {RUNS_MAX} task runs, which is the most there can be");
            if let Some(after_end) = parent.filter(|parent| self.run(*parent).forced) {
                self.break_off(after_end, &Failure::new(message));
            } else {
                self.log(parent, Level::Error, message);
                self.abort(State::Failed);
            }
            return false;
        }
        let iteration = match value {
            Some((iteration, _)) => Some(iteration),
            None => parent.and_then(|parent| self.pass(parent)),
        };
        let value = value.map(|(place, values)| (place, Arc::clone(&values[place as usize])));
        self.create_run(task, parent, value, iteration);
        true
    }
}

/// A property that is a number of things.
pub(super) fn whole_number(property: &Property, all: &crate::variables::Variables<'_>) -> Outcome<usize> {
    let text = text_of(&property.render(all.environment())?)?;
    text.expose().trim().parse().map_err(|_| {
        kapelle_core::expression::Error::invalid(format!(
            "a whole number is expected, not `{}`",
            kapelle_core::expression::form::short(&text.masked())
        ))
    })
}
