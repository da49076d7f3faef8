//! Tasks that have no task run yet, and what they wait for: others that have to end first, or a limit.

use std::sync::Arc;

use kapelle_model::State;
use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::task_run::RunIndex;

use crate::live::{Live, Mark};
use crate::plan::{Dag, Kind, Place, Plan, Spread, TaskIndex};

/// A task without task run, and why it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToCome {
    pub task: Arc<str>,
    pub waiting: Waiting,
}

/// What is still to come in the main list of a group, or of the execution. Of tasks that wait for a limit only the next
/// one is told; its cause says how many there are.
pub fn to_come(plan: &Plan, live: &Live, parent: Option<RunIndex>) -> Vec<ToCome> {
    let history = match parent {
        Some(index) if live.node(index).group.is_none() => return Vec::new(),
        Some(index) => &live.run(index).history,
        None => &live.execution().head.history,
    };
    let (state, since) = (history.current(), history.since());
    let goes_on = state == State::Running
        || parent.is_none() && matches!(state, State::Paused | State::Retrying | State::Breakpoint);
    let group = live.group(parent);
    let has_left = group.errors.created + group.finally.created > 0 || group.main.failed > 0;
    if !goes_on || has_left {
        return Vec::new();
    }
    let found = found(plan, live, parent);
    let told = found.into_iter().map(|(task, cause)| ToCome {
        task: Arc::clone(&plan.task(task).id),
        waiting: Waiting { cause, since, run: parent },
    });
    told.collect()
}

fn found(plan: &Plan, live: &Live, parent: Option<RunIndex>) -> Vec<(TaskIndex, Cause)> {
    let main = live.main_tasks(plan, parent).unwrap_or_default();
    let group = live.group(parent);
    let created = group.main.created as usize;
    let limited = |next: usize, running: u32, left: usize| {
        let task = main.get(next).filter(|_| left > 0);
        task.map(|task| (*task, Cause::LoopLimit { running, left: left as u32 }))
    };
    let limit = match parent.map(|index| &plan.task(live.node(index).task).kind) {
        Some(Kind::Dag { dag, .. }) => return of_dag(plan, live, parent, dag, main),
        Some(Kind::Parallel { .. }) => limited(created, group.main.open, main.len() - created),
        Some(Kind::Each(each)) => {
            let values = values(live, parent);
            match each.spread {
                Spread::All(_) if main.is_empty() => None,
                Spread::All(_) => {
                    limited(created % main.len(), group.main.open, values * main.len() - created)
                }
                Spread::Chains(_) => {
                    let running = group.chains_started - group.chains_done;
                    limited(0, running, values - group.chains_started as usize)
                }
            }
        }
        Some(Kind::Loop(_)) => {
            let total = parent.and_then(|index| live.run(index).detail.as_ref()?.children).unwrap_or(0);
            limited(0, group.main.open, total as usize - created)
        }
        Some(kind) if kind.is_executable() => None,
        _ => main.get(created).map(|next| (*next, depends_on(open_tasks(plan, live, parent)))),
    };
    limit.into_iter().collect()
}

/// The tasks of a Dag that wait for others, then the first of those that only wait for their turn.
fn of_dag(
    plan: &Plan,
    live: &Live,
    parent: Option<RunIndex>,
    dag: &Dag,
    main: &[TaskIndex],
) -> Vec<(TaskIndex, Cause)> {
    let group = live.group(parent);
    let absent = |place: &usize| group.marks[*place] == Mark::Absent;
    let needs = |place: usize| {
        let open = dag.needs[place].iter().filter(|need| group.marks[**need as usize] != Mark::Done);
        open.map(|need| Arc::clone(&plan.task(main[*need as usize]).id)).collect::<Box<[_]>>()
    };
    let blocked = (0..main.len()).filter(absent).map(|place| (place, needs(place)));
    let blocked = blocked.filter(|(_, needs)| !needs.is_empty());
    let mut found: Vec<_> = blocked.map(|(place, needs)| (main[place], depends_on(needs))).collect();
    if let Some(first) = group.ready.first() {
        let cause = Cause::LoopLimit { running: group.main.open, left: group.ready.len() as u32 };
        found.push((main[*first as usize], cause));
    }
    found
}

fn depends_on(tasks: Box<[Arc<str>]>) -> Cause {
    Cause::DependsOn { tasks }
}

fn values(live: &Live, parent: Option<RunIndex>) -> usize {
    let detail = parent.and_then(|index| live.run(index).detail.as_ref());
    detail.and_then(|detail| detail.values.as_ref()).map_or(0, |values| values.len())
}

/// The tasks of the main list of a group that have not ended.
fn open_tasks(plan: &Plan, live: &Live, parent: Option<RunIndex>) -> Box<[Arc<str>]> {
    let runs = live.execution().runs.iter().filter(|run| run.parent == parent);
    let open = runs.filter(|run| {
        let place = plan.task(live.node(run.index).task).place;
        matches!(place, Place::Main(_)) && !run.state().is_terminal()
    });
    open.map(|run| Arc::clone(&run.task)).collect()
}
