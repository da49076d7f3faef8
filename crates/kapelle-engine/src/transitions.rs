//! Which state may follow which: of an execution, of a task run, of an attempt.
//!
//! The tables are the whole truth: `step` goes no other way, and `docs/states.md` is drawn from them.

mod table;

use std::fmt;

use kapelle_model::State;

pub use table::{ATTEMPT, EXECUTION, TASK_RUN};

/// What has a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Machine {
    Execution,
    TaskRun,
    Attempt,
}

/// Any of some states may be followed by any of others, for one cause.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Empty for the beginning.
    pub from: &'static [State],
    pub to: &'static [State],
    pub cause: &'static str,
}

impl Machine {
    pub const ALL: [Self; 3] = [Self::Execution, Self::TaskRun, Self::Attempt];

    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Execution => EXECUTION,
            Self::TaskRun => TASK_RUN,
            Self::Attempt => ATTEMPT,
        }
    }

    /// Whether a state may follow another one, or be the first one.
    pub fn allows(self, from: Option<State>, to: State) -> bool {
        const ALLOWED: [Allowed; 3] = [Allowed::of(EXECUTION), Allowed::of(TASK_RUN), Allowed::of(ATTEMPT)];
        ALLOWED[self as usize].contains(from, to)
    }

    /// Ends the process of deciding if a state may not follow another one: an execution that stands still is better
    /// than one whose history is a lie.
    pub(crate) fn assert(self, from: Option<State>, to: State) {
        assert!(
            from == Some(to) || self.allows(from, to),
            "{self} may not go from {} to {}",
            from.map_or("nothing", State::name),
            to.name()
        );
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Execution => "an execution",
            Self::TaskRun => "a task run",
            Self::Attempt => "an attempt",
        })
    }
}

/// For the beginning and each state the states that may follow, one bit each.
struct Allowed([u32; State::NAMES.len() + 1]);

impl Allowed {
    const fn of(rules: &[Rule]) -> Self {
        let mut next = [0; State::NAMES.len() + 1];
        let mut place = 0;
        while place < rules.len() {
            let Rule { from, to, .. } = rules[place];
            let mut bits = 0;
            let mut target = 0;
            while target < to.len() {
                bits |= 1 << to[target] as u32;
                target += 1;
            }
            if from.is_empty() {
                next[0] |= bits;
            }
            let mut source = 0;
            while source < from.len() {
                next[from[source] as usize + 1] |= bits;
                source += 1;
            }
            place += 1;
        }
        Self(next)
    }

    const fn contains(&self, from: Option<State>, to: State) -> bool {
        let row = match from {
            None => 0,
            Some(from) => from as usize + 1,
        };
        self.0[row] & (1 << to as u32) != 0
    }
}

#[cfg(test)]
pub(crate) mod tests;
