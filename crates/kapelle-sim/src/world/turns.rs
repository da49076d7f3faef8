//! What happens next, by chance.

use kapelle_model::ExecutionId;
use kapelle_model::event::Event;

use super::World;
use super::memory::Job;
use crate::invariants::Violation;

/// As far as a clock jumps, in either direction.
const JUMP: u64 = 24 * 60 * 60 * 1_000;

/// What a turn is for.
#[derive(Clone, Copy)]
enum Turn {
    Job,
    Worker,
    Ghost,
    Time,
}

impl World {
    /// One more thing happens.
    pub fn turn(&mut self) -> Result<(), Violation> {
        self.misfortune()?;
        match self.dice.weighted(&[(60, Turn::Job), (30, Turn::Worker), (4, Turn::Ghost), (6, Turn::Time)]) {
            Turn::Job => self.turn_of_job()?,
            Turn::Worker => drop(self.turn_of_worker()),
            Turn::Ghost => drop(self.turn_of_ghost()),
            Turn::Time => {
                let far = self.dice.below(20_000) as i64;
                let next = self.memory.clock.next().map_or(far, |next| next.since(self.now()).max(0));
                self.pass(if self.dice.percent(60) { next } else { next.min(far) });
            }
        }
        Ok(())
    }

    fn misfortune(&mut self) -> Result<(), Violation> {
        if self.strikes(self.faults.dies) {
            self.note(|| "the process dies".to_owned());
            self.die()?;
        }
        if self.strikes(self.faults.forgets)
            && let Some(id) = self.anybody()
        {
            self.memory.lives.remove(&id);
        }
        if self.strikes(self.faults.jumps) {
            let jump = self.dice.below(2 * JUMP) as i64 - JUMP as i64;
            self.note(|| format!("the clock jumps by {} s", jump / 1_000));
            self.set_now(self.now().plus(jump));
            self.pass(0);
        }
        if self.strikes(self.faults.people) {
            self.turn_of_people()?;
        }
        if self.strikes(self.faults.saves) {
            self.turn_of_saver()?;
        }
        if self.strikes(self.faults.lies) {
            self.turn_of_liar();
        }
        if self.strikes(self.faults.echoes) && !self.echoes.is_empty() {
            let echo = self.echoes.swap_remove(self.dice.place(self.echoes.len()));
            self.note(|| "an echo:".to_owned());
            self.perform(echo)?;
        }
        Ok(())
    }

    fn turn_of_job(&mut self) -> Result<(), Violation> {
        let is_random = self.strikes(self.faults.disorder);
        let place = if is_random { self.dice.place(self.memory.jobs.len()) } else { 0 };
        match self.memory.jobs.remove(place) {
            Some(job) => self.perform(job),
            None => Ok(()),
        }
    }

    /// Time passes; what waited for a moment that has come becomes a job.
    pub(super) fn pass(&mut self, millis: i64) {
        self.set_now(self.now().plus(millis));
        for (to, due) in self.memory.clock.due(self.now()) {
            self.put_job(Job::event(to, Event::Due(due)));
        }
    }

    /// Any execution.
    pub(super) fn anybody(&self) -> Option<ExecutionId> {
        let count = self.disk.rows.len();
        self.disk.rows.keys().nth(self.dice.place(count)).copied()
    }
}
