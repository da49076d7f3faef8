//! What an execution says it takes in memory.

use kapelle_model::History;
use kapelle_model::execution::{Birth, Child, Start, StartReason};
use kapelle_model::task_run::{Detail, TaskRun};
use kapelle_model::{ExecutionId, task_run};

use super::*;
use crate::live::{Group, Live, Node};

/// An execution that has not begun, with room for a number of task runs.
fn empty(tasks: usize) -> Story {
    let tasks: Vec<String> = (0..tasks).map(|number| format!("{{id: t{number}, type: ok}}")).collect();
    Story::created(&format!("tasks: [{}]", tasks.join(", ")), |creation| {
        creation.birth.start = Some(Start { at: Millis(60_000), reason: StartReason::Scheduled });
    })
}

#[test]
fn an_execution_takes_its_head_its_birth_and_the_room_for_its_task_runs() {
    for tasks in [1, 3, 16] {
        let room = tasks * (size_of::<TaskRun>() + size_of::<Node>());
        assert_eq!(empty(tasks).live.bytes(), size_of::<Live>() + size_of::<Birth>() + room, "{tasks}");
    }
}

#[test]
fn an_execution_grows_by_exactly_what_is_added_to_it() {
    let mut story = Story::of("tasks: [{id: a, type: slow}, {id: b, type: slow}, {id: c, type: slow}]");
    let (run, attempt) = (story.find("a"), size_of::<History>());
    // Two of the three are there, each with an attempt.
    story.finish("a");
    let room = 3 * (size_of::<TaskRun>() + size_of::<Node>());
    let histories: usize = story.live.execution.runs.iter().map(|run| run.history.heap_bytes()).sum();
    let of_attempts: usize =
        story.live.execution.runs.iter().flat_map(|run| &run.attempts).map(History::heap_bytes).sum();
    let begun = size_of::<Live>() + size_of::<Birth>() + room + histories + of_attempts + 2 * attempt;
    assert_eq!(story.live.bytes(), begun);

    let mut bytes = begun;
    let mut grows = |what: &str, live: &Live, by: usize| {
        bytes += by;
        assert_eq!(live.bytes(), bytes, "{what}");
    };
    let live = &mut story.live;
    for iteration in 0..3 {
        live.execution.children.insert((run, iteration), Child::new(ExecutionId(7)));
        grows("a child", live, size_of::<((task_run::RunIndex, u32), Child)>());
    }
    for number in 1..=5 {
        let index = RunIndex(std::num::NonZeroU32::new(number).unwrap());
        let list = if number % 2 == 0 { &mut live.created } else { &mut live.waiting };
        list.insert(index);
        grows("a task run that waits", live, size_of::<RunIndex>());
    }
    for place in 0..2 {
        live.nodes[place].group = Some(Box::new(Group::default()));
        grows("what a group knows of its children", live, size_of::<Group>());
        *live.execution.runs[place].detail_mut() = Detail::default();
        grows("what only some task runs have", live, size_of::<Detail>());
    }
}
