//! How the work of tasks ends. Nobody works in a simulation: the same question is only ever answered the same way, however
//! often and in whatever order it is asked.

use crate::dice::{Dice, decided_by};

/// How an attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Success,
    Warning,
    Failed,
}

/// Answers by names: of the execution (its lineage), of the task run in it (its path), and of the attempt.
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    seed: u64,
    /// So many attempts of a hundred.
    failing: u64,
    warning: u64,
}

/// Parts that a file is split into, at most.
const PARTS_MAX: u64 = 3;

impl Oracle {
    pub fn new(dice: &Dice) -> Self {
        Self {
            seed: dice.number(),
            failing: dice.weighted(&[(2, 0), (3, 6), (3, 18), (2, 35)]),
            warning: dice.weighted(&[(3, 0), (1, 10)]),
        }
    }

    /// Nobody fails or warns.
    #[cfg(test)]
    pub(crate) const fn is_kind(&self) -> bool {
        self.failing == 0 && self.warning == 0
    }

    /// How an attempt of a task ends, the first of which is 0.
    pub fn answer(&self, lineage: &str, path: &str, attempt: u32) -> Answer {
        let drawn = self.number(&[lineage, path, &attempt.to_string()]) % 100;
        if drawn < self.failing {
            Answer::Failed
        } else if drawn < self.failing + self.warning {
            Answer::Warning
        } else {
            Answer::Success
        }
    }

    /// How the opening or the closing of a directory ends: badly now and then.
    pub fn directory(&self, lineage: &str, path: &str, step: &str) -> Answer {
        if self.number(&[lineage, path, step]) % 300 < self.failing {
            Answer::Failed
        } else {
            Answer::Success
        }
    }

    /// How many parts the file of a task has.
    pub fn parts(&self, lineage: &str, path: &str) -> u32 {
        (self.number(&[lineage, path, "parts"]) % (PARTS_MAX + 1)) as u32
    }

    fn number(&self, texts: &[&str]) -> u64 {
        decided_by(self.seed, texts)
    }
}

/// The lineage of an execution that a task run started: in which try of the task run, and as which of its children.
pub fn child_lineage(lineage: &str, path: &str, attempt: u32, iteration: u32) -> String {
    format!("{lineage}>{path}@{attempt}#{iteration}")
}

/// The lineage of an execution that tries again what one of this lineage did: each later one has a number from 2 on.
pub fn retry_lineage(lineage: &str, attempt: u32) -> String {
    if attempt < 2 { lineage.to_owned() } else { format!("{lineage}+{attempt}") }
}

/// The path of a task run: where it stands in its execution, with the values of loops and the numbers of their passes.
pub fn path(around: &str, task: &str, value: Option<&str>, pass: Option<u32>) -> String {
    let slash = if around.is_empty() { "" } else { "/" };
    let value = value.map(|value| format!("[{value}]")).unwrap_or_default();
    let pass = pass.map(|pass| format!("%{pass}")).unwrap_or_default();
    format!("{around}{slash}{task}{value}{pass}")
}
