use std::num::NonZeroU32;

use kapelle_model::task_run::{Fence, Hold};

use super::*;

fn index(number: u32) -> RunIndex {
    RunIndex(NonZeroU32::new(number).unwrap())
}

/// A task run with its parent (0 for none) and the moments at which it was made, began to run, and ended.
fn run(number: u32, parent: u32, (made, ran, ended): (i64, i64, i64), end: State) -> TaskRun {
    let mut history = History::new(State::Created, Millis(made));
    history.push(State::Running, Millis(ran));
    history.push(end, Millis(ended));
    TaskRun {
        index: index(number),
        parent: (parent > 0).then(|| index(parent)),
        task: format!("task{number}").into(),
        value: Some(format!("Value{number}").into()),
        place: 0,
        iteration: (parent > 0).then_some(number),
        history,
        attempts: Vec::new(),
        outputs: None,
        fence: Fence(number),
        hold: Hold::Free,
        forced: false,
        detail: None,
    }
}

/// A loop of three, and a task behind it.
fn looped() -> Vec<TaskRun> {
    vec![
        run(1, 0, (0, 0, 90), State::Failed),
        run(2, 1, (0, 10, 30), State::Success),
        run(3, 1, (0, 10, 90), State::Failed),
        run(4, 1, (30, 30, 60), State::Success),
        run(5, 0, (90, 90, 100), State::Success),
    ]
}

/// The numbers of the rows, each behind as many dashes as it is deep.
fn rows(runs: &[TaskRun], wanted: &Wanted) -> Vec<String> {
    let tree = Tree::new(runs, Millis(100));
    tree.rows(None, wanted)
        .iter()
        .map(|row| format!("{}{}", "-".repeat(row.depth), row.run.index.0))
        .collect()
}

fn opened(branch: Branch) -> Wanted {
    Wanted { open: BTreeMap::from([(index(1), branch)]), ..Wanted::default() }
}

#[test]
fn branches_are_shut_until_they_are_opened() {
    let runs = looped();
    assert_eq!(rows(&runs, &Wanted::default()), ["1", "5"]);
    assert_eq!(rows(&runs, &opened(Branch::default())), ["1", "-2", "-3", "-4", "5"]);
    assert_eq!(rows(&runs, &Wanted { unfold: 3, ..Wanted::default() }), ["1", "-2", "-3", "-4", "5"]);
    assert_eq!(rows(&runs, &Wanted { unfold: 2, ..Wanted::default() }), ["1", "5"]);
    let shut = Wanted { unfold: 3, closed: BTreeSet::from([index(1)]), ..Wanted::default() };
    assert_eq!(rows(&runs, &shut), ["1", "5"]);
}

#[test]
fn a_branch_shows_what_failed_or_a_range_alone() {
    let runs = looped();
    assert_eq!(
        rows(&runs, &opened(Branch { states: vec![State::Failed], iterations: None })),
        ["1", "-3", "5"]
    );
    assert_eq!(
        rows(&runs, &opened(Branch { iterations: Some((3, 9)), ..Branch::default() })),
        ["1", "-3", "-4", "5"]
    );
}

#[test]
fn a_filter_finds_rows_at_every_depth() {
    let all = || Wanted { unfold: usize::MAX, ..Wanted::default() };
    assert_eq!(rows(&looped(), &Wanted { states: vec![State::Failed], ..all() }), ["1", "-3"]);
    assert_eq!(rows(&looped(), &Wanted { text: Some("value4".to_owned()), ..all() }), ["-4"]);
    assert_eq!(rows(&looped(), &Wanted { task: Some("task5".to_owned()), ..all() }), ["5"]);
}

#[test]
fn the_critical_path_goes_back_from_what_ended_last() {
    let runs = looped();
    let found: Vec<u32> = Tree::new(&runs, Millis(100)).critical().iter().map(|run| run.0.get()).collect();
    assert_eq!(found, [1, 3, 5]);
}

#[test]
fn a_group_tells_how_many_ran_when() {
    let runs = looped();
    let tree = Tree::new(&runs, Millis(100));
    let bins = tree.activity(tree.below(Some(index(1))), Millis(0), Millis(90));
    assert_eq!((bins.len(), bins[0], bins[16], bins[47]), (BINS, 2, 3, 1), "{bins:?}");
}

#[test]
fn a_row_tells_when_it_waited_and_when_each_attempt_ran() {
    let mut tried = run(1, 0, (0, 10, 70), State::Success);
    let attempt = |from: i64, until: i64, state| {
        let mut attempt = History::new(State::Created, Millis(from));
        attempt.push(State::Running, Millis(from));
        attempt.push(state, Millis(until));
        attempt
    };
    tried.attempts = vec![attempt(10, 20, State::Failed), attempt(50, 70, State::Success)];
    let told: Vec<String> =
        spans(&tried).iter().map(|span| format!("{} {}", span["state"], span["from"])).collect();
    let at = |millis: i64| moment(Millis(millis));
    assert_eq!(told, [format!("\"FAILED\" \"{}\"", at(10)), format!("\"SUCCESS\" \"{}\"", at(50))]);
    let mut pausing = run(1, 0, (0, 10, 20), State::Paused);
    pausing.history.push(State::Running, Millis(40));
    let told = spans(&pausing);
    assert_eq!((told.len(), &told[0]["until"], &told[1]["until"]), (2, &json!(at(20)), &Json::Null));
    assert_eq!(extent(&[pausing]), json!({"begin": at(0), "end": null}), "one that runs has no end");
}
