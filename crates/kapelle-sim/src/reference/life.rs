//! One execution from its start to its end.

use std::collections::BTreeMap;

use kapelle_model::flow::{Branch, BranchKind, Task};
use kapelle_model::{Map, Node, State};

use super::forecast::{Forecast, Told};
use super::lists::{End, enabled};
use super::spot::Spot;
use super::{Clear, Known, Reference};

/// The part of a flow that an iteration of a loop runs.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) task: &'a Task,
    pub(super) retry: Option<&'a Node>,
}

pub(super) struct Life<'r, 'a> {
    pub(super) reference: &'r mut Reference<'a>,
    pub(super) known: &'a Known,
    pub(super) lineage: String,
    /// Which try of the execution it is, from 1.
    pub(super) attempt: u32,
    scope: Option<Scope<'a>>,
    runs: BTreeMap<String, Told>,
    unsaid: Vec<String>,
    /// Outputs of tasks, as far as conditions of loops read them.
    pub(super) outputs: Map,
}

impl<'r, 'a> Life<'r, 'a> {
    pub(super) fn new(
        reference: &'r mut Reference<'a>,
        known: &'a Known,
        lineage: &str,
        attempt: u32,
        scope: Option<Scope<'a>>,
    ) -> Self {
        let lineage = lineage.to_owned();
        let (runs, outputs) = (BTreeMap::new(), Map::new());
        Self { reference, known, lineage, attempt, scope, runs, unsaid: Vec::new(), outputs }
    }

    /// The state that it ends in, with what can be said of its task runs.
    pub(super) fn run(mut self) -> Clear<(State, Forecast)> {
        let (branches, retry): (&'a [Branch], _) = match self.scope {
            Some(scope) => (&scope.task.branches, scope.retry),
            None => (&self.known.flow.branches, self.known.root.get("retry")),
        };
        let spot = Spot::root(retry);
        let main = enabled(branches, &BranchKind::Tasks).unwrap_or_default();
        let children = self.in_order(&main, &spot)?;
        let state = self.after_main(branches, &children, &spot)?.state();
        if self.scope.is_none() {
            let after = Spot { is_after: true, ..spot };
            let listeners = branches.iter().filter(|branch| matches!(branch.kind, BranchKind::Listener(_)));
            let listeners = listeners.flat_map(|branch| branch.tasks.iter().filter(|task| !task.disabled));
            let last = enabled(branches, &BranchKind::AfterExecution).into_iter().flatten();
            for task in listeners.chain(last) {
                self.task(task, &after)?;
            }
        }
        Ok((state, Forecast { state, runs: self.runs, unsaid: self.unsaid }))
    }

    /// Runs a task, unless its condition is against it. Section 3.1.
    pub(super) fn task(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let path = spot.path(task);
        let runs = task.property("runIf").map_or(Ok(true), |run_if| self.truth(run_if, spot));
        let end = match runs {
            Ok(true) => self.begin(task, spot, &path)?,
            Ok(false) => End::Is(State::Skipped),
            Err(_) => End::Is(State::Failed),
        };
        let tries = self.runs.get(&path).and_then(|told| told.tries);
        self.say(path, end.state(), tries);
        Ok(end)
    }

    fn begin(&mut self, task: &'a Task, spot: &Spot<'a>, path: &str) -> Clear<End> {
        let name = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.").unwrap_or_default();
        match name {
            "flow.Sequential" => self.sequential(task, spot),
            "flow.AllowFailure" => self.allow_failure(task, spot),
            "flow.Parallel" => self.parallel(task, spot),
            "flow.Dag" => self.dag(task, spot),
            "flow.If" => self.either(task, spot),
            "flow.Switch" => self.switch(task, spot),
            "flow.ForEach" | "flow.EachSequential" | "flow.EachParallel" => self.each(name, task, spot),
            "flow.LoopUntil" => self.until(task, spot),
            "flow.Retry" => self.again(task, spot),
            "flow.Pause" => self.pause(task, spot),
            "flow.WorkingDirectory" => self.directory(task, spot, path),
            "flow.Subflow" => self.subflow(task, spot, path),
            "flow.ForEachItem" => self.items(task, spot),
            "flow.Loop" => self.looped(task, spot, path),
            "execution.Labels" | "execution.SetVariables" | "execution.UnsetVariables" | "execution.Exit" => {
                self.update(name, task, spot)
            }
            _ => self.work(task, spot, path),
        }
    }

    pub(super) fn say(&mut self, path: String, state: State, tries: Option<u32>) {
        self.runs.insert(path, Told { state, tries });
    }

    /// Nothing is said of a task run, of all below it, and of the executions that were started there.
    pub(super) fn leave_open(&mut self, path: String) {
        self.reference.told.take_back(format!("{}>{path}", self.lineage));
        self.unsaid.push(path);
    }

    /// What is below a task run is gone.
    pub(super) fn clear_below(&mut self, path: &str) {
        let prefix = format!("{path}/");
        self.runs.retain(|run, _| !run.starts_with(&prefix));
        self.unsaid.retain(|unsaid| !unsaid.starts_with(&prefix));
    }
}
