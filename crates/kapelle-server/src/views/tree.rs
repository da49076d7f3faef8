//! The task runs of an execution as rows of a tree of which some branches are open. Pure.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{History, Millis, State};
use serde_json::{Value as Json, json};

use super::moment;

/// Parts into which the time of a group is cut to tell how much of it ran when.
const BINS: usize = 48;

/// Attempts of which a row tells when they ran, the last ones.
const SPANS_MAX: usize = 50;

/// What is shown of an open branch: children in one of these states, or all; of these iterations, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) states: Vec<State>,
    pub(crate) iterations: Option<(u32, u32)>,
}

/// Which branches are open, and which rows are wanted at all.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) open: BTreeMap<RunIndex, Branch>,
    pub(crate) closed: BTreeSet<RunIndex>,
    /// Groups of at most so many children are open unless they are closed.
    pub(crate) unfold: usize,
    pub(crate) states: Vec<State>,
    pub(crate) task: Option<String>,
    /// Part of the id of a task or of a value, in lower case.
    pub(crate) text: Option<String>,
}

pub(crate) struct Row<'e> {
    pub(crate) run: &'e TaskRun,
    depth: usize,
    is_open: bool,
}

pub(crate) struct Tree<'e> {
    below: BTreeMap<Option<RunIndex>, Vec<&'e TaskRun>>,
    now: Millis,
}

impl<'e> Tree<'e> {
    pub(crate) fn new(runs: &'e [TaskRun], now: Millis) -> Self {
        let mut below: BTreeMap<Option<RunIndex>, Vec<&TaskRun>> = BTreeMap::new();
        for run in runs {
            below.entry(run.parent).or_default().push(run);
        }
        Self { below, now }
    }

    pub(crate) fn below(&self, parent: Option<RunIndex>) -> &[&'e TaskRun] {
        self.below.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The rows below a task run, or below none, in their order: what is below an open one follows it.
    pub(crate) fn rows(&self, parent: Option<RunIndex>, wanted: &Wanted) -> Vec<Row<'e>> {
        let mut rows = Vec::new();
        let whole = Branch::default();
        let mut stack: Vec<(&TaskRun, usize)> =
            self.below(parent).iter().rev().map(|run| (*run, 0)).collect();
        while let Some((run, depth)) = stack.pop() {
            let below = self.below(Some(run.index));
            let asked = wanted.open.get(&run.index);
            let by_itself = !wanted.closed.contains(&run.index) && below.len() <= wanted.unfold;
            let branch = asked.or_else(|| by_itself.then_some(&whole)).filter(|_| !below.is_empty());
            if wanted.is_shown(run) {
                rows.push(Row { run, depth, is_open: branch.is_some() });
            }
            if let Some(branch) = branch {
                stack.extend(below.iter().rev().filter(|run| branch.has(run)).map(|run| (*run, depth + 1)));
            }
        }
        rows
    }

    fn end(&self, run: &TaskRun) -> Millis {
        end(&run.history).unwrap_or(self.now)
    }

    /// Those without which all would have been over earlier: from the last that ended back to what ended before it
    /// began, in each group.
    pub(crate) fn critical(&self) -> BTreeSet<RunIndex> {
        let mut found = BTreeSet::new();
        let mut groups = vec![None];
        while let Some(group) = groups.pop() {
            let mut runs = self.below(group).to_vec();
            runs.sort_by_key(|run| std::cmp::Reverse((self.end(run), run.index)));
            let mut until = Millis(i64::MAX);
            for run in runs.into_iter().filter(|run| group != Some(run.index)) {
                if self.end(run) <= until {
                    until = run.history.started();
                    found.insert(run.index);
                    groups.push(Some(run.index));
                }
            }
        }
        found
    }

    /// How many of these were open at some moment of each part of a stretch of time.
    fn activity(&self, runs: &[&TaskRun], from: Millis, until: Millis) -> Vec<i64> {
        let whole = until.since(from).max(1);
        let bin = |at: Millis| {
            let part = at.since(from).clamp(0, whole).saturating_mul(BINS as i64) / whole;
            usize::try_from(part).unwrap_or(0).min(BINS - 1)
        };
        let mut changes = [0_i64; BINS + 1];
        for run in runs {
            changes[bin(run.history.started())] += 1;
            changes[bin(self.end(run)) + 1] -= 1;
        }
        let mut open = 0;
        let bins = changes[..BINS].iter().map(|change| {
            open += change;
            open
        });
        bins.collect()
    }

    /// A row as JSON; the public ids of task runs come from `name`.
    pub(crate) fn row(&self, row: &Row<'_>, is_critical: bool, name: &dyn Fn(RunIndex) -> String) -> Json {
        let run = row.run;
        let below = self.below(Some(run.index));
        let mut json = json!({
            "id": name(run.index),
            "parentId": run.parent.map(name),
            "depth": row.depth,
            "taskId": &*run.task,
            "value": run.value.as_deref(),
            "iteration": run.iteration,
            "state": run.state().name(),
            "since": moment(run.history.since()),
            "start": moment(run.history.started()),
            "end": end(&run.history).map(moment),
            "spans": spans(run),
            "attempts": run.attempts.len(),
            "children": below.len(),
            "isOpen": row.is_open,
            "isCritical": is_critical,
        });
        if !below.is_empty() {
            json["counts"] = json!(counts(below));
            json["isLoop"] = below.iter().any(|child| child.iteration.is_some()).into();
            json["activity"] = self.activity(below, run.history.started(), self.end(run)).into();
        }
        json
    }
}

impl Wanted {
    fn is_shown(&self, run: &TaskRun) -> bool {
        let has = |text: &str| {
            run.task.to_lowercase().contains(text)
                || run.value.as_deref().is_some_and(|value| value.to_lowercase().contains(text))
        };
        (self.states.is_empty() || self.states.contains(&run.state()))
            && self.task.as_deref().is_none_or(|task| *task == *run.task)
            && self.text.as_deref().is_none_or(has)
    }
}

impl Branch {
    fn has(&self, run: &TaskRun) -> bool {
        let is_in = |(from, until)| run.iteration.is_some_and(|own| own >= from && own <= until);
        (self.states.is_empty() || self.states.contains(&run.state())) && self.iterations.is_none_or(is_in)
    }
}

pub(crate) fn counts<'r>(runs: impl IntoIterator<Item = &'r &'r TaskRun>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for run in runs {
        *counts.entry(run.state().name()).or_default() += 1;
    }
    counts
}

/// When the first of them began, and when the last ended if none is open.
pub(crate) fn extent(runs: &[TaskRun]) -> Json {
    let begin = runs.iter().map(|run| run.history.started()).min();
    let ends: Option<Vec<Millis>> = runs.iter().map(|run| end(&run.history)).collect();
    json!({"begin": begin.map(moment), "end": ends.and_then(|ends| ends.into_iter().max()).map(moment)})
}

/// When it was over. What pauses goes on.
fn end(history: &History) -> Option<Millis> {
    history.current().is_terminal().then(|| history.since())
}

/// When somebody worked on it: for each attempt, or for the run itself if it has none.
fn spans(run: &TaskRun) -> Vec<Json> {
    let first = run.attempts.len().saturating_sub(SPANS_MAX);
    let attempts = &run.attempts[first..];
    let histories = if attempts.is_empty() { std::slice::from_ref(&run.history) } else { attempts };
    histories.iter().flat_map(worked).collect()
}

fn worked(history: &History) -> Vec<Json> {
    let entries: Vec<(State, Millis)> = history.entries().collect();
    let mut found = Vec::new();
    let mut since = None;
    for (state, at) in entries {
        if matches!(state, State::Running | State::Killing) {
            since.get_or_insert(at);
        } else if let Some(from) = since.take() {
            found.push(json!({"state": state.name(), "from": moment(from), "until": moment(at)}));
        }
    }
    found.extend(
        since.map(|from| json!({"state": history.current().name(), "from": moment(from), "until": null})),
    );
    found
}

#[cfg(test)]
mod tests;
