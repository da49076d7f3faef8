//! Groups of tasks. Sections 5.1 and 5.3.

use kapelle_model::flow::{BranchKind, Task};
use kapelle_model::{Node, State};

use super::Clear;
use super::life::Life;
use super::lists::{Children, End, allowed, enabled, tasks_of};
use super::render::{flag, number};
use super::side_by_side::Job;
use super::spot::Spot;
use crate::oracle::Answer;

/// A property of the group itself did not render: nothing of it runs, and what it allows does not count.
const BROKEN: Clear<End> = Ok(End::Is(State::Failed));

/// There is nothing to do in the group: it is over at once, and its other lists do not run.
const EMPTY: Clear<End> = Ok(End::Is(State::Success));

impl<'a> Life<'_, 'a> {
    pub(super) fn sequential(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let tasks = tasks_of(task);
        if tasks.is_empty() {
            return EMPTY;
        }
        let children = self.in_order(&tasks, &inner)?;
        self.group_end(task, &children, &inner)
    }

    pub(super) fn allow_failure(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let tasks = tasks_of(task);
        if tasks.is_empty() {
            return EMPTY;
        }
        let children = self.in_order(&tasks, &inner)?;
        Ok(match self.group_end(task, &children, &inner)? {
            End::Is(State::Failed) => End::Is(allowed(task, State::Warning)),
            end => end,
        })
    }

    pub(super) fn parallel(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let tasks = tasks_of(task);
        if tasks.is_empty() {
            return EMPTY;
        }
        let children = if number(task.property("concurrent"), 0) == 1 {
            self.in_order(&tasks, &inner)?
        } else {
            let jobs: Vec<Job<'_>> =
                tasks.into_iter().map(|task| Job { tasks: vec![task], spot: inner.clone() }).collect();
            self.side_by_side(&jobs)?
        };
        self.group_end(task, &children, &inner)
    }

    pub(super) fn dag(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let mut tasks = tasks_of(task);
        if tasks.is_empty() {
            return EMPTY;
        }
        let children = if number(task.property("concurrent"), 0) == 1 {
            let order = dag_order(&mut tasks);
            self.in_order(&order, &inner)?
        } else {
            let jobs: Vec<Job<'_>> =
                tasks.into_iter().map(|task| Job { tasks: vec![task], spot: inner.clone() }).collect();
            self.side_by_side(&jobs)?
        };
        self.group_end(task, &children, &inner)
    }

    pub(super) fn either(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let condition = task.property("condition").map_or(Ok(false), |condition| self.truth(condition, spot));
        let Ok(holds) = condition else { return BROKEN };
        let kind = if holds { BranchKind::Then } else { BranchKind::Else };
        let inner = spot.below(task);
        let tasks = enabled(&task.branches, &kind).unwrap_or_default();
        if tasks.is_empty() {
            return EMPTY;
        }
        let children = self.in_order(&tasks, &inner)?;
        self.group_end(task, &children, &inner)
    }

    pub(super) fn switch(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let Some(Ok(value)) = task.property("value").map(|value| self.rendered(value, spot)) else {
            return BROKEN;
        };
        let case = enabled(&task.branches, &BranchKind::Case(value));
        match case.or_else(|| enabled(&task.branches, &BranchKind::Defaults)) {
            Some(tasks) if tasks.is_empty() => EMPTY,
            Some(tasks) => {
                let inner = spot.below(task);
                let children = self.in_order(&tasks, &inner)?;
                self.group_end(task, &children, &inner)
            }
            None => Ok(End::Is(allowed(task, State::Failed))),
        }
    }

    pub(super) fn each(&mut self, name: &str, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let Ok(values) = self.different_values(task, &["values", "value", "items"], spot) else {
            return BROKEN;
        };
        let inner = spot.below(task);
        let tasks = tasks_of(task);
        if tasks.is_empty() {
            return EMPTY;
        }
        let at_once = match name {
            "flow.ForEach" => number(task.property("concurrencyLimit"), 1),
            "flow.EachSequential" => 1,
            _ => number(task.property("concurrent"), 0),
        };
        let places = values.iter().enumerate().map(|(place, value)| inner.with_value(place, value));
        let children = if at_once == 1 {
            let mut all = Children::default();
            for spot in places {
                let children = self.in_order(&tasks, &spot)?;
                all.states.extend(children.states);
                all.abort = children.abort;
                if all.abort.is_some() || all.has(State::Failed) {
                    break;
                }
            }
            all
        } else if name == "flow.EachParallel" {
            let jobs = places.flat_map(|spot| {
                tasks
                    .iter()
                    .map(move |task| Job { tasks: vec![task], spot: spot.clone() })
                    .collect::<Vec<_>>()
            });
            self.side_by_side(&jobs.collect::<Vec<_>>())?
        } else {
            let jobs = places.map(|spot| Job { tasks: tasks.clone(), spot });
            self.side_by_side(&jobs.collect::<Vec<_>>())?
        };
        self.group_end(task, &children, &inner)
    }

    pub(super) fn until(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let tasks = tasks_of(task);
        let frequency = task.property("checkFrequency");
        let most = number(frequency.and_then(|frequency| frequency.get("maxIterations")), u32::MAX);
        let mut pass = 0;
        loop {
            self.clear_below(&inner.around);
            let children = self.in_order(&tasks, &inner.with_pass(pass))?;
            let is_unhappy =
                children.abort.is_some() || children.has(State::Failed) || children.has(State::Killed);
            if is_unhappy {
                return self.group_end(task, &children, &inner);
            }
            match task.property("condition").map_or(Ok(false), |condition| self.truth(condition, spot)) {
                Ok(true) => return self.group_end(task, &children, &inner),
                Ok(false) => {}
                Err(_) => return BROKEN,
            }
            // The count is 1 before the first look, and each look raises it before it is compared.
            if pass + 2 > most {
                return if flag(task, "failOnMaxReached") {
                    Ok(End::Is(allowed(task, State::Failed)))
                } else {
                    self.group_end(task, &children, &inner)
                };
            }
            pass += 1;
        }
    }

    pub(super) fn again(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let tasks = tasks_of(task);
        let most = number(task.property("maxAttempts"), u32::MAX);
        let mut pass = 0;
        loop {
            self.clear_below(&inner.around);
            let children = self.in_order(&tasks, &inner.with_pass(pass))?;
            pass += 1;
            if children.abort.is_some() || !children.has(State::Failed) || pass >= most {
                return self.group_end(task, &children, &inner);
            }
        }
    }

    pub(super) fn directory(&mut self, task: &'a Task, spot: &Spot<'a>, path: &str) -> Clear<End> {
        let inner = spot.below(task);
        let oracle = self.reference.oracle;
        let fails = |step: &str| oracle.directory(&self.lineage, path, step) == Answer::Failed;
        let (opening_fails, closing_fails) = (fails("open"), fails("close"));
        let mut children = if opening_fails {
            Children { states: vec![State::Failed], abort: None }
        } else {
            self.in_order(&tasks_of(task), &inner)?
        };
        if closing_fails && children.abort.is_none() {
            children.states.push(State::Failed);
        }
        self.group_end(task, &children, &inner)
    }
}

/// Tasks in the order in which they run if only one may run at a time: always the first that waits for nothing.
fn dag_order<'a>(tasks: &mut Vec<&'a Task>) -> Vec<&'a Task> {
    let mut order: Vec<&Task> = Vec::new();
    let names: Vec<&str> = tasks.iter().map(|task| task.id.value.as_str()).collect();
    let is_done = |order: &[&Task], need: &str| {
        !names.contains(&need) || order.iter().any(|task| task.id.value == need)
    };
    while let Some(place) =
        tasks.iter().position(|task| task.depends_on.iter().all(|need| is_done(&order, &need.value)))
    {
        order.push(tasks.remove(place));
    }
    order
}

/// A flag that a property has as a word.
pub(super) fn word<'a>(task: &'a Task, name: &str) -> Option<&'a str> {
    task.property(name).and_then(Node::as_text)
}
