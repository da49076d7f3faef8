//! An execution in memory: what is kept of it, and what can be derived from that.
//!
//! The derived part makes a step's cost independent of the number of task runs: every group counts its children by
//! state and list, and outputs stand ready as expressions read them. It is never stored. [`Live::restore`] derives it
//! anew, and must come to what a long life of steps came to.

mod branch;
mod group;
mod outputs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_model::execution::{Birth, Child, Execution};
use kapelle_model::task_run::{Hold, RunIndex, TaskRun};
use kapelle_model::{Map, State};

use crate::outstanding::bit;
use crate::plan::{Kind, Lists, Place, Plan, Task, TaskIndex};
use crate::sla::Agreement;

pub(crate) use branch::{EVALUATION_RESULT, SWITCH_VALUE};
pub(crate) use group::{Count, Group, Mark};
pub(crate) use outputs::with;

/// An execution that its owner works on.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    pub(crate) execution: Execution,
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: Group,
    /// Runs of what comes after the end.
    pub(crate) after: Count,
    /// Outputs of all task runs, as expressions read them.
    pub(crate) outputs: Arc<Map>,
    /// Task runs that somebody works on.
    pub(crate) held_out: u32,
    /// Those of them of which no worker has said that it began.
    pub(crate) handed: u32,
    /// Those of them that are to be stopped.
    pub(crate) stopping: u32,
    pub(crate) failed: u32,
    /// Task runs that have not ended.
    pub(crate) open: u32,
    /// Created, and not dispatched: the execution does not let them.
    pub(crate) created: BTreeSet<RunIndex>,
    /// Paused, retrying, at a breakpoint, or waiting for other executions.
    pub(crate) waiting: BTreeSet<RunIndex>,
}

/// What is derived for a task run; it has the same place in its list as the task run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) task: TaskIndex,
    pub(crate) first_child: Option<RunIndex>,
    pub(crate) last_child: Option<RunIndex>,
    pub(crate) next_sibling: Option<RunIndex>,
    /// Of groups only.
    pub(crate) group: Option<Box<Group>>,
}

impl Live {
    /// Derives what is not stored. Task runs of tasks that the plan does not have are an error: the plan is another one.
    pub fn restore(plan: &Plan, execution: Execution) -> Result<Self, String> {
        let Execution { birth, head, runs, children } = execution;
        let empty =
            Execution { birth, head, runs: Vec::with_capacity(runs.len()), children: BTreeMap::new() };
        let mut live = Self::empty(empty);
        for run in runs {
            let task = plan.find(&run.task).ok_or_else(|| {
                format!(
                    "execution {} has a task `{}` that its flow does not have",
                    live.execution.birth.id, run.task
                )
            })?;
            let (index, is_created) = (run.index, run.state().is_created());
            live.insert(plan, task, run);
            if is_created {
                live.created.insert(index);
            }
        }
        for ((run, iteration), child) in children {
            if live.position(run).is_some() {
                live.put_child(run, iteration, child);
            }
        }
        Ok(live)
    }

    pub(crate) fn empty(execution: Execution) -> Self {
        let strays = execution.head.strays.len() as u32;
        Self {
            nodes: Vec::with_capacity(execution.runs.capacity()),
            execution,
            root: Group::default(),
            after: Count::default(),
            outputs: Arc::default(),
            held_out: strays,
            handed: 0,
            stopping: strays,
            failed: 0,
            open: 0,
            created: BTreeSet::new(),
            waiting: BTreeSet::new(),
        }
    }

    /// The part that is kept.
    pub fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Whether nothing is left to be done for it, and nothing will be told about it.
    pub fn is_at_rest(&self) -> bool {
        let execution = &self.execution;
        execution.state().is_terminal()
            && self.after.open == 0
            && self.held_out == 0
            && execution.children.values().all(|child| child.ended.is_some())
    }

    /// Whether it was ended together with all that it started: by a kill, or by an agreement.
    pub fn has_children_killed(&self, plan: &Plan) -> bool {
        let state = self.execution.state();
        let head = &self.execution.head;
        let ends = |agreement: &Agreement| {
            head.violated & bit(agreement.place) != 0 && agreement.behavior.state() == Some(state)
        };
        state == State::Killed || head.violated != 0 && plan.agreements.iter().any(ends)
    }

    /// Bytes it takes in memory, without the values that it only refers to.
    pub fn bytes(&self) -> usize {
        let execution = &self.execution;
        let spare = execution.runs.capacity() - execution.runs.len();
        let runs: usize = execution.runs.iter().map(TaskRun::bytes).sum();
        let groups = self.nodes.iter().filter(|node| node.group.is_some()).count();
        let children = execution.children.len() * size_of::<((RunIndex, u32), Child)>();
        size_of::<Self>()
            + size_of::<Birth>()
            + runs
            + spare * size_of::<TaskRun>()
            + self.nodes.capacity() * size_of::<Node>()
            + groups * size_of::<Group>()
            + children
            + (self.created.len() + self.waiting.len()) * size_of::<RunIndex>()
    }

    pub(crate) fn position(&self, index: RunIndex) -> Option<usize> {
        self.execution.position(index)
    }

    /// A task run that is known to be there.
    pub(crate) fn run(&self, index: RunIndex) -> &TaskRun {
        &self.execution.runs[self.place_of(index)]
    }

    pub(crate) fn node(&self, index: RunIndex) -> &Node {
        &self.nodes[self.place_of(index)]
    }

    pub(crate) fn node_mut(&mut self, index: RunIndex) -> &mut Node {
        let place = self.place_of(index);
        &mut self.nodes[place]
    }

    pub(crate) fn place_of(&self, index: RunIndex) -> usize {
        self.position(index).expect("task runs refer only to those that are there")
    }

    /// The task run around another one, and so on to the top.
    pub(crate) fn ancestors(&self, index: RunIndex) -> impl Iterator<Item = &TaskRun> {
        std::iter::successors(self.run(index).parent, |index| self.run(*index).parent)
            .map(|index| self.run(index))
    }

    /// The direct children of a task run, oldest first.
    pub(crate) fn children(&self, index: RunIndex) -> impl Iterator<Item = RunIndex> {
        std::iter::successors(self.node(index).first_child, |child| self.node(*child).next_sibling)
    }

    /// The executions that a task run started.
    pub(crate) fn started_by(&self, index: RunIndex) -> impl Iterator<Item = (u32, &Child)> {
        self.execution
            .children
            .range((index, 0)..=(index, u32::MAX))
            .map(|((_, iteration), child)| (*iteration, child))
    }

    pub(crate) fn group(&self, parent: Option<RunIndex>) -> &Group {
        match parent {
            None => &self.root,
            Some(index) => self.node(index).group.as_deref().expect("parents are groups"),
        }
    }

    pub(crate) fn group_mut(&mut self, parent: Option<RunIndex>) -> &mut Group {
        match parent {
            None => &mut self.root,
            Some(index) => self.node_mut(index).group.as_deref_mut().expect("parents are groups"),
        }
    }

    /// Adds a task run behind all others.
    pub(crate) fn insert(&mut self, plan: &Plan, task: TaskIndex, run: TaskRun) {
        let planned = plan.task(task);
        let (index, parent, state) = (run.index, run.parent, run.state());
        let has_group = planned.kind.is_group() || planned.kind.is_executable();
        let group = has_group.then(|| Box::new(Group::of(planned)));
        self.held_out += u32::from(run.hold != Hold::Free);
        self.handed += u32::from(is_handed(planned, &run));
        self.stopping += u32::from(run.hold == Hold::Stopping);
        self.failed += u32::from(state == State::Failed);
        self.open += u32::from(!state.is_terminal());
        self.add_outputs(&run);
        self.execution.runs.push(run);
        self.nodes.push(Node { task, first_child: None, last_child: None, next_sibling: None, group });
        self.file(plan, index, state);
        if let Some(parent) = parent {
            let last = self.node(parent).last_child;
            match last {
                Some(last) => self.node_mut(last).next_sibling = Some(index),
                None => self.node_mut(parent).first_child = Some(index),
            }
            self.node_mut(parent).last_child = Some(index);
        }
        self.count(plan, index, None, Some(state));
    }

    /// Notes an execution that a task run started, or news of it.
    pub(crate) fn put_child(&mut self, run: RunIndex, iteration: u32, child: Child) {
        let counted = |child: &Child| Some(child.ended.unwrap_or(State::Running));
        let to = counted(&child);
        let before = self.execution.children.insert((run, iteration), child);
        self.group_mut(Some(run)).main.shift(before.as_ref().and_then(counted), to);
    }

    /// Takes away all executions that a task run started.
    pub(crate) fn take_children(&mut self, run: RunIndex) -> Vec<(u32, Child)> {
        let taken: Vec<_> =
            self.started_by(run).map(|(iteration, child)| (iteration, child.clone())).collect();
        for (iteration, _) in &taken {
            self.execution.children.remove(&(run, *iteration));
        }
        // Whoever starts executions has no other children.
        self.group_mut(Some(run)).main = Count::default();
        taken
    }

    /// Changes the counts of a task run's group for its way from one state to another.
    pub(crate) fn count(&mut self, plan: &Plan, index: RunIndex, from: Option<State>, to: Option<State>) {
        let task = plan.task(self.node(index).task);
        let run = self.run(index);
        let (parent, place) = (run.parent, run.place);
        match task.place {
            Place::After => self.after.shift(from, to),
            Place::Aside => {}
            Place::Errors(_) => self.group_mut(parent).errors.shift(from, to),
            Place::Finally(_) => self.group_mut(parent).finally.shift(from, to),
            Place::Main(position) => {
                let around = parent.map(|parent| plan.task(self.node(parent).task));
                let group = self.group_mut(parent);
                group.main.shift(from, to);
                if let Some(around) = around {
                    group.follow(around, position, place, from, to);
                }
            }
        }
    }

    /// Keeps a task run where those of its state are looked for.
    pub(crate) fn file(&mut self, plan: &Plan, index: RunIndex, state: State) {
        if !state.is_created() {
            self.created.remove(&index);
        }
        let is_executing = || plan.task(self.node(index).task).kind.is_executable();
        let waits = match state {
            State::Paused | State::Retrying | State::Breakpoint => true,
            State::Running => is_executing(),
            _ => false,
        };
        if waits {
            self.waiting.insert(index);
        } else {
            self.waiting.remove(&index);
        }
    }

    /// Takes task runs away, and derives the rest anew: what was counted of them is counted no more.
    pub(crate) fn remove(&mut self, plan: &Plan, gone: &BTreeSet<RunIndex>) {
        let mut kept = self.execution.clone();
        kept.runs.retain(|run| !gone.contains(&run.index));
        kept.children.retain(|(run, _), _| !gone.contains(run));
        *self = Self::restore(plan, kept).expect("the plan is the same as before");
    }

    /// The main list of a group as far as it is decided: of an If or a Switch the chosen one, of a pause that of its turn.
    pub(crate) fn main_tasks<'p>(&self, plan: &'p Plan, parent: Option<RunIndex>) -> Option<&'p [TaskIndex]> {
        let Some(index) = parent else { return Some(self.lists(plan, None).tasks()) };
        let run = self.run(index);
        let task = plan.task(self.node(index).task);
        branch::chosen(task, run)
    }

    /// The lists of a group.
    pub(crate) fn lists<'p>(&self, plan: &'p Plan, parent: Option<RunIndex>) -> &'p Lists {
        match parent {
            Some(index) => &plan.task(self.node(index).task).lists,
            None => match self.execution.birth.scope.as_ref().and_then(|scope| plan.find(&scope.task)) {
                Some(task) => &plan.task(task).lists,
                None => &plan.lists,
            },
        }
    }
}

/// Whether a task run was handed to the workers, and none of them has said that it began. Nobody says so of a directory.
pub(crate) fn is_handed(task: &Task, run: &TaskRun) -> bool {
    let waits = match run.state() {
        State::Submitted => true,
        State::Running => matches!(task.kind, Kind::Directory),
        _ => false,
    };
    waits && run.hold == Hold::Out
}
