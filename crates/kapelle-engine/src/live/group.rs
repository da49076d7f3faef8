//! What a group knows of its children without looking at them.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::State;

use crate::plan::{Kind, Spread, Task};

/// Children of one list by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) created: u32,
    /// Not ended.
    pub(crate) open: u32,
    pub(crate) retrying: u32,
    pub(crate) killed: u32,
    pub(crate) failed: u32,
    pub(crate) warning: u32,
}

/// What a group knows of its children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) main: Count,
    pub(crate) errors: Count,
    pub(crate) finally: Count,
    /// Of a loop whose values are chains: those whose first task was created, and whose last task ended.
    pub(crate) chains_started: u32,
    pub(crate) chains_done: u32,
    /// The values whose last created task ended, and that have another one.
    pub(crate) chains_next: BTreeSet<u32>,
    /// The last created task of each value.
    pub(crate) chains_last: BTreeMap<u32, u32>,
    /// Of a Dag: where each task is, and which can be created now.
    pub(crate) marks: Box<[Mark]>,
    pub(crate) ready: BTreeSet<u32>,
}

/// Where a task of a Dag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Absent,
    Open,
    Done,
}

impl Count {
    /// Counts a child that goes from one state to another, or comes into being.
    pub(crate) fn shift(&mut self, from: Option<State>, to: Option<State>) {
        if from.is_none() {
            self.created += 1;
        }
        if let Some(from) = from {
            for counter in self.of(from).into_iter().flatten() {
                *counter -= 1;
            }
        }
        if let Some(to) = to {
            for counter in self.of(to).into_iter().flatten() {
                *counter += 1;
            }
        }
    }

    /// What a state counts for.
    fn of(&mut self, state: State) -> [Option<&mut u32>; 2] {
        let open = (!state.is_terminal()).then_some(&mut self.open);
        let other = match state {
            State::Retrying => Some(&mut self.retrying),
            State::Killed => Some(&mut self.killed),
            State::Failed => Some(&mut self.failed),
            State::Warning => Some(&mut self.warning),
            _ => None,
        };
        [open, other]
    }

    /// The state that these make if they are executions that a task run started: a failure goes before a kill.
    pub(crate) fn guess_of_executions(&self) -> State {
        if self.failed > 0 { State::Failed } else { self.guess() }
    }

    /// The state that these children make for what is around them.
    pub(crate) fn guess(&self) -> State {
        if self.killed > 0 {
            State::Killed
        } else if self.failed > 0 {
            State::Failed
        } else if self.warning > 0 {
            State::Warning
        } else {
            State::Success
        }
    }
}

impl Group {
    /// The group of a task run without children.
    pub(crate) fn of(task: &Task) -> Self {
        let Kind::Dag { dag, .. } = &task.kind else { return Self::default() };
        let free = dag.needs.iter().zip(0..).filter(|(needs, _)| needs.is_empty());
        Self {
            marks: vec![Mark::Absent; dag.needs.len()].into(),
            ready: free.map(|(_, place)| place).collect(),
            ..Self::default()
        }
    }

    /// Follows a child of the main list on its way.
    pub(crate) fn follow(
        &mut self,
        around: &Task,
        position: u32,
        place: u32,
        from: Option<State>,
        to: Option<State>,
    ) {
        let ended = |state: Option<State>| state.is_some_and(State::is_terminal);
        match &around.kind {
            Kind::Each(each) if matches!(each.spread, Spread::Chains(_)) => {
                let is_last = position as usize + 1 == around.lists.tasks().len();
                self.chains_started += u32::from(position == 0 && from.is_none());
                self.chains_done += u32::from(is_last && ended(to) && !ended(from));
                let last = self.chains_last.entry(place).or_insert(position);
                *last = position.max(*last);
                // What began again before others of its chain does not make those begin again.
                if *last == position {
                    self.chains_next.remove(&place);
                    if ended(to) && !is_last {
                        self.chains_next.insert(place);
                    }
                }
            }
            Kind::Dag { dag, .. } => {
                self.marks[position as usize] = if ended(to) { Mark::Done } else { Mark::Open };
                self.ready.remove(&position);
                if ended(to) {
                    for next in &dag.wanted_by[position as usize] {
                        let is_free = dag.needs[*next as usize]
                            .iter()
                            .all(|need| self.marks[*need as usize] == Mark::Done);
                        if is_free && self.marks[*next as usize] == Mark::Absent {
                            self.ready.insert(*next);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
