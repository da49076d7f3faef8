//! SIGKILL at any moment, again and again in the same folder, also while it is opened.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use kapelle_store::contract::Dice;

use crate::arguments::Orders;
use crate::judge::{Figures, History};
use crate::process::{Running, command};
use crate::{Scratch, now};

/// Rounds in one folder.
const ROUNDS_MAX: usize = 10;

const LANES: usize = 4;

pub struct Rounds {
    pub rounds: usize,
    /// No round begins after so long.
    pub time_box: Duration,
}

pub fn run(wanted: &Rounds, seed: u64) -> String {
    let (began, mut dice) = (now(), Dice::new(seed));
    let (mut figures, mut rounds) = (Figures::default(), 0);
    while rounds < wanted.rounds && began.elapsed() < wanted.time_box {
        let until = wanted.rounds.min(rounds + ROUNDS_MAX);
        let scratch = Scratch::new("kill");
        let mut history = History::new(scratch.path());
        let mut lanes = 1..;
        while rounds < until && began.elapsed() < wanted.time_box {
            let lanes: Vec<u64> = lanes.by_ref().take(LANES).collect();
            round(&mut history, scratch.path(), &lanes, &mut dice);
            rounds += 1;
        }
        figures += history.judge_all();
    }
    let seconds = began.elapsed().as_secs_f64();
    format!("{rounds} rounds, {figures}, {seconds:.1} s")
}

fn round(history: &mut History, folder: &Path, lanes: &[u64], dice: &mut Dice) {
    let in_flight = *dice.pick(&[1, 3, 15, 75]);
    let mut child = Running::start(command(&Orders::new(folder, lanes.to_vec(), in_flight)));
    // The moments are chance by intention: everything has to hold at each of them.
    if dice.percent(20) {
        sleep(Duration::from_millis(dice.below(25) as u64));
    } else {
        assert!(child.wait_for("open"), "the child did not open the folder");
        sleep(Duration::from_millis(50 + dice.below(550) as u64));
    }
    let lines = child.kill();
    assert!(!lines.iter().any(|line| line.starts_with("refused")), "a transaction was refused: {lines:?}");
    history.hear(lanes, &lines);
    // Else the next process recovers what this one left behind, and is killed as well.
    if dice.percent(75) {
        history.judge();
    }
}
