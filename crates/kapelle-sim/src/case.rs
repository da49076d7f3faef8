//! The story of one seed: flows, a world with faults, and what has to hold in the end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use kapelle_model::execution::{Start, StartReason};
use serde_json::Value as Json;

use crate::dice::Dice;
use crate::generator::{Taste, flows, yaml};
use crate::invariants::Violation;
use crate::oracle::Oracle;
use crate::reference::{Forecasts, Known, foretell};
use crate::world::World;
use crate::world::faults::Faults;

/// Everything that a story is made of. It can be made smaller by changing its parts.
#[derive(Clone, Debug)]
pub struct Case {
    pub seed: u64,
    /// The last one is started.
    pub flows: Vec<Json>,
    pub faults: Faults,
    /// How often it is started.
    pub begins: u32,
    /// Things that happen before the faults stop.
    pub turns: u32,
    /// Another story of the same parts.
    pub salt: u64,
}

/// A story that was played to its end, whatever that was.
pub struct Played {
    pub trace: Vec<String>,
    /// What was on the disk in the end.
    pub trees: String,
    pub violation: Option<Violation>,
    /// What became of it was compared with what had been foretold.
    pub is_compared: bool,
    pub executions: usize,
}

impl Case {
    /// The story of a seed.
    pub fn of(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let is_calm = dice.percent(6);
        let has_people = !is_calm && dice.percent(45);
        let flows = flows(&dice.fork(), Taste { needs_people: has_people });
        let faults = if is_calm { Faults::default() } else { Faults::mixed(&dice.fork(), has_people) };
        let begins = dice.weighted(&[(55, 1), (25, 2), (15, 3), (5, 6)]);
        let turns = dice.weighted(&[(40, 60), (35, 300), (20, 1_000), (5, 3_000)]);
        Self { seed, flows, faults, begins, turns, salt: 0 }
    }

    pub fn sources(&self) -> Vec<String> {
        self.flows.iter().map(yaml).collect()
    }

    /// Plays it. With the same case everything is the same again.
    pub fn play(&self, is_traced: bool) -> Played {
        let dice = Dice::new(self.seed.wrapping_add(self.salt << 32) ^ 0x5eed_5eed);
        let oracle = Oracle::new(&dice.fork());
        let mut world = World::new(&self.flows, oracle, self.faults, dice.fork(), is_traced);
        let mut is_compared = false;
        let played =
            catch_unwind(AssertUnwindSafe(|| self.story(&mut world, oracle, &dice, &mut is_compared)));
        let violation = match played {
            Ok(outcome) => outcome.err(),
            Err(panic) => Some(Violation::new("panic", words(&*panic))),
        };
        let trees = if is_traced { world.trees() } else { String::new() };
        let executions = world.disk.rows.len();
        Played { trace: world.trace().to_vec(), trees, violation, is_compared, executions }
    }

    fn story(
        &self,
        world: &mut World,
        oracle: Oracle,
        dice: &Dice,
        is_compared: &mut bool,
    ) -> Result<(), Violation> {
        let flow = self.flows.last().and_then(|flow| flow["id"].as_str()).unwrap_or_default();
        let forecasts = self.forecasts(oracle, flow);
        for number in 0..self.begins {
            let start = dice.percent(8).then(|| Start {
                at: world.now().plus(dice.below(3_600_000) as i64),
                reason: StartReason::Scheduled,
            });
            let stops = self.faults.people > 0 && dice.percent(20);
            let breakpoints = if stops { world.any_breakpoints(flow) } else { Arc::default() };
            world.begin(flow, &lineage(number), start, breakpoints)?;
            for _ in 0..self.turns / self.begins {
                world.turn()?;
            }
        }
        world.calm();
        world.rest()?;
        if let Some(forecasts) = forecasts {
            world.compare(&forecasts)?;
            *is_compared = true;
        }
        world.free_all()
    }

    /// What will become of it, if that can be told.
    fn forecasts(&self, oracle: Oracle, flow: &str) -> Option<Forecasts> {
        if self.faults.people > 0 || self.faults.lies > 0 {
            return None;
        }
        let known: BTreeMap<String, Known> = self
            .sources()
            .iter()
            .map(|source| Known::read(source))
            .map(|known| (known.flow.id.value.clone(), known))
            .collect();
        let mut all = Forecasts::default();
        for number in 0..self.begins {
            all.extend(foretell(&known, oracle, flow, &lineage(number)).ok()?);
        }
        Some(all)
    }
}

fn lineage(number: u32) -> String {
    format!("top{number}")
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Has panics tell their words to whoever plays, and nobody else.
pub fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| LAST_PANIC.set(panic.to_string().replace('\n', " "))));
}

/// What a panic said.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let told = LAST_PANIC.take();
    if !told.is_empty() {
        return told;
    }
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words").to_owned()
}
