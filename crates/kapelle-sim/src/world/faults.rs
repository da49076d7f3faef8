//! What goes wrong, and how often. Each seed has a mix of its own: what never comes together in a mix of everything comes
//! together in one of little.

use crate::dice::Dice;

/// Shares of a hundred; 0 is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The process dies after it decided and before anything is written.
    pub dies_before_commit: u64,
    /// It dies after writing, and before anything of it is done.
    pub dies_after_commit: u64,
    /// It dies in between.
    pub dies: u64,
    /// It forgets an execution, and reads it again.
    pub forgets: u64,
    /// Effects are done twice.
    pub repeats: u64,
    /// What happened before happens again, much later.
    pub echoes: u64,
    /// Jobs are done in any order.
    pub disorder: u64,
    /// Workers are lost, and some of them are not.
    pub loses_workers: u64,
    /// Two workers get the same.
    pub doubles_workers: u64,
    /// Workers tell of moments that are not now.
    pub skews: u64,
    /// Workers tell what is not so.
    pub lies: u64,
    /// The clock jumps, up to a day.
    pub jumps: u64,
    /// People want something.
    pub people: u64,
    /// Flows are saved with other limits.
    pub saves: u64,
}

impl Faults {
    /// A mix. Without people and liars, what becomes of an execution can be foretold.
    pub fn mixed(dice: &Dice, has_people: bool) -> Self {
        let sometimes = |share: u64| if dice.percent(50) { dice.between(1, share) } else { 0 };
        Self {
            dies_before_commit: sometimes(4),
            dies_after_commit: sometimes(4),
            dies: sometimes(3),
            forgets: sometimes(10),
            repeats: if dice.percent(70) { 10 } else { 0 },
            echoes: sometimes(12),
            disorder: sometimes(50),
            loses_workers: sometimes(12),
            doubles_workers: sometimes(10),
            skews: sometimes(20),
            lies: if has_people { sometimes(8) } else { 0 },
            jumps: sometimes(3),
            people: if has_people { dice.between(3, 25) } else { 0 },
            saves: sometimes(6),
        }
    }

    /// The names of all faults, with the place of each. One after the other can be taken away to see who is to blame.
    pub fn all(&mut self) -> [(&'static str, &mut u64); 14] {
        [
            ("dies_before_commit", &mut self.dies_before_commit),
            ("dies_after_commit", &mut self.dies_after_commit),
            ("dies", &mut self.dies),
            ("forgets", &mut self.forgets),
            ("repeats", &mut self.repeats),
            ("echoes", &mut self.echoes),
            ("disorder", &mut self.disorder),
            ("loses_workers", &mut self.loses_workers),
            ("doubles_workers", &mut self.doubles_workers),
            ("skews", &mut self.skews),
            ("lies", &mut self.lies),
            ("jumps", &mut self.jumps),
            ("people", &mut self.people),
            ("saves", &mut self.saves),
        ]
    }
}
