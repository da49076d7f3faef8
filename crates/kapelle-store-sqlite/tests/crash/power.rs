//! The power goes while others write: what was not synced is lost, in any order.
//!
//! What counts as acknowledged is what was heard before the cut. The kernel may tell a sync that is under way at that very
//! moment that it succeeded, and lose it; a disk without power tells nobody anything.

use std::thread::sleep;
use std::time::Duration;

use kapelle_store::contract::Dice;

use crate::arguments::Orders;
use crate::disk::{Disk, Scissors};
use crate::judge::History;
use crate::now;
use crate::process::{Running, command};

const LANES: usize = 3;

pub fn run(cuts: usize, seed: u64) -> String {
    let made = Disk::make("power", 256).and_then(|disk| Ok((disk, Scissors::make()?)));
    let (mut disk, scissors) = match made {
        Ok(made) => made,
        Err(why) => return format!("skipped: {why}"),
    };
    let (began, mut dice) = (now(), Dice::new(seed));
    let folder = disk.path().join("data");
    let mut history = History::without_logs(&folder);
    let mut lanes = 1..;
    for _ in 0..cuts {
        let lanes: Vec<u64> = lanes.by_ref().take(LANES).collect();
        let in_flight = *dice.pick(&[1, 10, 100]);
        let mut child = Running::start(command(&Orders::new(&folder, lanes.clone(), in_flight)));
        assert!(child.wait_for("open"), "the child did not open the folder");
        // The moment is chance by intention.
        sleep(Duration::from_millis(20 + dice.below(400) as u64));
        history.hear(&lanes, &child.so_far());
        scissors.cut(&disk).expect("the power can be cut");
        drop(child);
        disk.unmount().expect("nobody is there");
        disk.mount().expect("it comes back");
        history.judge();
    }
    let figures = history.judge_all();
    format!("{cuts} cuts, {figures}, {:.1} s", began.elapsed().as_secs_f64())
}
