//! The process dies at each moment of a commit.

use std::os::unix::process::ExitStatusExt as _;

use kapelle_store::contract::Dice;

use crate::Scratch;
use crate::arguments::{Death, MOMENTS, Orders};
use crate::judge::History;
use crate::process::{Running, command};

const DEATHS_EACH: usize = 2;

/// What `abort` sends.
const SIGABRT: i32 = 6;

pub fn run(seed: u64) -> String {
    let (scratch, mut dice) = (Scratch::new("moments"), Dice::new(seed));
    let mut history = History::new(scratch.path());
    let (mut lane, mut deaths) = (1, 0);
    for (word, moment) in MOMENTS {
        for in_flight in [3, 40].into_iter().cycle().take(DEATHS_EACH) {
            let lanes = vec![lane, lane + 1];
            lane += 2;
            let death = Death { moment, after: dice.below(12) as u32 };
            let orders = Orders {
                death: Some(death),
                has_logs: false,
                ..Orders::new(scratch.path(), lanes.clone(), in_flight)
            };
            let (lines, status) = Running::start(command(&orders)).end();
            assert_eq!(status.signal(), Some(SIGABRT), "{word}: {lines:?}");
            let is_refused = |line: &String| line.starts_with("refused") || line.starts_with("wrong");
            assert!(!lines.iter().any(is_refused), "{word}: {lines:?}");
            history.hear(&lanes, &lines);
            history.judge();
            deaths += 1;
        }
    }
    format!("{deaths} deaths at {} moments, {}", MOMENTS.len(), history.judge_all())
}
