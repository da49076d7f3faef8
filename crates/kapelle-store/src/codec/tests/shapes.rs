//! How rows look, and what a version reads that is not its own.

use std::num::NonZeroU32;

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::execution::{Child, Head, Labels, Slot};
use kapelle_model::task_run::{Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{History, Map, Millis, State, Value};

use super::*;

const NOW: Millis = Millis(1_750_000_000_000);

pub(super) fn history(states: &[(State, i64)]) -> History {
    let mut history = History::new(states[0].0, NOW.plus(states[0].1));
    for (state, later) in &states[1..] {
        history.push(*state, NOW.plus(*later));
    }
    history
}

pub(super) fn head() -> Head {
    Head {
        history: history(&[(State::Created, 0), (State::Running, 5)]),
        version: 2,
        generation: 0,
        opened: NOW,
        attempt: 1,
        runs_made: 1,
        fence: Fence(1),
        labels: Labels::from([(Arc::from("team"), Arc::from("blue"))]),
        variables: Arc::default(),
        outputs: None,
        slot: Slot::Held,
        strays: Arc::default(),
        breakpoints: Arc::default(),
        successor: None,
        violated: 0,
        waiting: Some(Waiting {
            cause: Cause::Worker,
            since: NOW.plus(5),
            run: Some(RunIndex(NonZeroU32::MIN)),
        }),
    }
}

pub(super) fn run() -> TaskRun {
    TaskRun {
        index: RunIndex(NonZeroU32::MIN),
        parent: None,
        task: "hello".into(),
        value: None,
        place: 0,
        iteration: None,
        history: history(&[
            (State::Created, 5),
            (State::Submitted, 5),
            (State::Running, 9),
            (State::Success, 21),
        ]),
        attempts: vec![history(&[(State::Running, 9), (State::Success, 21)])],
        outputs: Some(Arc::new(Map::from_iter([(Arc::from("value"), Value::from("hi"))]))),
        fence: Fence(1),
        hold: Hold::Free,
        forced: false,
        detail: None,
    }
}

#[test]
fn a_row_says_only_what_is_not_usual() {
    let codec = codec();
    assert_eq!(
        json(&codec.head(ID, &head()).unwrap()),
        r#"{"h":[0,1750000000000,2,5],"v":2,"n":1,"f":1,"l":["team","blue"],"s":2,"w":[13,5,1]}"#
    );
    assert_eq!(
        json(&codec.run(ID, &run()).unwrap()),
        r#"{"h":[0,1750000000005,1,0,2,4,6,12],"t":"hello","a":[[2,4,6,12]],"u":{"value":"hi"},"f":1}"#
    );
    assert_eq!(json(&codec.child(ID, &Child::new(ID)).unwrap()), format!(r#"{{"i":"{ID}"}}"#));
}

#[test]
fn short_rows_stay_plain_and_long_ones_are_packed() {
    let mut run = run();
    assert_eq!(codec().run(ID, &run).unwrap()[0], 0);
    let text = Value::from("one row of many that look alike; ".repeat(9).as_str());
    run.outputs = Some(Arc::new(Map::from_iter([(Arc::from("value"), text)])));
    let blob = codec().run(ID, &run).unwrap();
    assert_eq!((blob[0], blob.len() < 160), (1, true));
}

#[test]
fn a_row_of_a_later_version_is_read_without_what_is_new() {
    let row = r#"{"h":[0,1750000000000,2,5],"zz":{"x":[1]},"v":2,"n":1,"f":1,"l":["team","blue"],"s":2,"w":[13,5,1,"more"],"q":null}"#;
    assert_eq!(codec().read_head(ID, &plain(row), Values::Fetched).unwrap(), head());
}

#[test]
fn what_a_row_does_not_say_is_the_default() {
    let read = codec().read_head(ID, &plain(r#"{"h":[0,1750000000000]}"#), Values::Fetched).unwrap();
    assert_eq!((read.version, read.attempt, read.opened, read.slot), (0, 1, NOW, Slot::None));
    let read = codec().read_run(ID, &plain(r#"{"h":[0,5]}"#), Values::Fetched).unwrap();
    assert_eq!((read.index.0.get(), &*read.task, read.detail), (1, "", None));
}
