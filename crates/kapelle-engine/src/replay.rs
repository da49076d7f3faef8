//! New executions that repeat old ones.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_model::effect::Request;
use kapelle_model::execution::{Birth, Breakpoint, Execution, Head, Labels, Slot, Start};
use kapelle_model::task_run::{Fence, Hold, RunIndex};
use kapelle_model::{ExecutionId, History, Map, Millis, State};

use crate::labels::merged;
use crate::live::Live;
use crate::plan::{Kind, Place, Plan, Spread};
use crate::step::{Creation, Outcome, Refused, Reopening, create, go_on, restartable};
use crate::world::World;

/// How an execution is repeated.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// From this task run on; from the start without one.
    pub from: Option<RunIndex>,
    /// Only from what failed, as a restart does.
    pub restarts: bool,
    /// Other inputs than those of the execution, ready to use.
    pub inputs: Option<Arc<Map>>,
    pub breakpoints: Arc<[Breakpoint]>,
}

/// Repeats an execution as a new one. The plan is that of the revision to run.
pub fn replay(
    plan: &Plan,
    old: &Execution,
    replay: &Replay,
    id: ExecutionId,
    world: &World<'_>,
) -> Result<(Live, Outcome), Refused> {
    let birth = Birth {
        id,
        revision: plan.revision,
        inputs: replay.inputs.clone().unwrap_or_else(|| Arc::clone(&old.birth.inputs)),
        parent: None,
        replay_of: Some(old.birth.id),
        start: None,
        ..(*old.birth).clone()
    };
    let mark = if replay.restarts { "system.restarted" } else { "system.replay" };
    let labels = relabeled(&old.head.labels, mark);
    let attempt = old.head.attempt + 1;
    if replay.from.is_none() && !replay.restarts {
        let variables = Arc::clone(&plan.variables);
        let breakpoints = Arc::clone(&replay.breakpoints);
        let creation = Creation { birth, labels, variables, attempt, breakpoints, ends: None };
        return Ok(create(plan, creation, world));
    }
    let before = Live::restore(plan, old.clone()).map_err(Refused::Invalid)?;
    let reopening = reopening(plan, &before, replay.from.filter(|_| !replay.restarts))?;
    let mut execution = Execution {
        birth: Arc::new(birth),
        head: Head {
            history: reopened(&old.head.history, world.now),
            version: 0,
            generation: 0,
            opened: world.now,
            attempt,
            labels,
            outputs: None,
            slot: Slot::None,
            breakpoints: Arc::clone(&replay.breakpoints),
            strays: Arc::default(),
            successor: None,
            violated: 0,
            waiting: None,
            fence: Fence::default(),
            ..old.head.clone()
        },
        ..old.clone()
    };
    for run in &mut execution.runs {
        (run.hold, run.fence) = (Hold::Free, Fence::default());
    }
    // Those that were started belong to the old one, and tell it of their ends. Who begins again starts its own.
    execution.children.clear();
    let mut live = Live::restore(plan, execution).map_err(Refused::Invalid)?;
    reopening.apply(plan, &mut live, world.now);
    let outcome = go_on(plan, &mut live, &reopening, world);
    Ok((live, outcome))
}

/// What begins again.
fn reopening(plan: &Plan, before: &Live, from: Option<RunIndex>) -> Result<Reopening, Refused> {
    let Some(from) = from else {
        let starts = restartable(plan, before);
        if starts.is_empty() {
            return Err(Refused::Invalid("No task found to restart execution from!".into()));
        }
        return Ok(Reopening::of(plan, before, starts));
    };
    if before.position(from).is_none() {
        return Err(Refused::Invalid("the execution has no such task run".into()));
    }
    // Whoever is open by itself, and not only because of what is open below it.
    let is_open = |run: RunIndex| !before.run(run).state().is_terminal();
    let runs = before.execution().runs.iter().map(|run| run.index);
    let mut starts: BTreeSet<RunIndex> =
        runs.filter(|run| is_open(*run) && !before.children(*run).any(is_open)).collect();
    starts.insert(from);
    let mut reopening = Reopening::of(plan, before, starts);
    reopening.drop(before, later(plan, before, from));
    Ok(reopening)
}

/// The states of the old execution with the mark of the new beginning: what came before is a part of its story, too.
/// What was killed, or is open, cannot go on, so that its story begins anew.
fn reopened(old: &History, now: Millis) -> History {
    let state = old.current();
    if !state.is_terminal() || state == State::Killed {
        return History::new(State::Created, now);
    }
    let mut history = old.clone();
    history.push(State::Restarted, now);
    history
}

/// What is tried again as a whole after a failure: the same flow with the same inputs and labels.
pub(crate) fn retry_request(live: &Live, start: Start, world: &World<'_>) -> Request {
    let execution = live.execution();
    let birth = &execution.birth;
    Request {
        revision: Some(birth.revision),
        inputs: Arc::clone(&birth.inputs),
        resolves: false,
        labels: Arc::clone(&execution.head.labels),
        origin: birth.origin.clone(),
        parent: birth.parent,
        start: Some(start),
        kind: birth.kind,
        priority: birth.priority,
        depth: birth.depth,
        scope: birth.scope.clone(),
        replay_of: Some(birth.id),
        original: Some(birth.original),
        original_created: Some(birth.original_created),
        attempt: execution.head.attempt + 1,
        ..Request::new(world.chance.execution(), Arc::clone(&birth.namespace), Arc::clone(&birth.flow))
    }
}

/// Labels with a mark of the system that says what became of the execution.
pub fn relabeled(labels: &Labels, mark: &str) -> Labels {
    merged(labels, &[(Arc::from(mark), Arc::from("true"))])
}

/// The task runs that come after one: behind it in its list, and behind each of those around it in theirs.
fn later(plan: &Plan, live: &Live, from: RunIndex) -> BTreeSet<RunIndex> {
    let mut later = BTreeSet::new();
    let path = std::iter::once(from).chain(live.ancestors(from).map(|run| run.index));
    for run in path {
        let parent = live.run(run).parent;
        let siblings = live.execution().runs.iter().filter(|other| other.parent == parent);
        later.extend(siblings.map(|other| other.index).filter(|other| comes_after(plan, live, *other, run)));
    }
    later
}

/// Whether one child of a group waits for another one.
fn comes_after(plan: &Plan, live: &Live, one: RunIndex, other: RunIndex) -> bool {
    let place = |run: RunIndex| plan.task(live.node(run).task).place;
    let (Place::Main(one_place), Place::Main(other_place)) = (place(one), place(other)) else { return false };
    let parent = live.run(one).parent.map(|parent| &plan.task(live.node(parent).task).kind);
    match parent {
        Some(Kind::Parallel { .. }) => false,
        Some(Kind::Dag { dag, .. }) => {
            let mut next = vec![other_place];
            let mut seen = BTreeSet::new();
            while let Some(place) = next.pop() {
                for wanting in &dag.wanted_by[place as usize] {
                    if seen.insert(*wanting) {
                        next.push(*wanting);
                    }
                }
            }
            seen.contains(&one_place)
        }
        Some(Kind::Each(each)) => {
            let (one_value, other_value) = (live.run(one).place, live.run(other).place);
            match each.spread {
                Spread::All(_) => false,
                Spread::Chains(1) => (one_value, one_place) > (other_value, other_place),
                Spread::Chains(_) => one_value == other_value && one_place > other_place,
            }
        }
        _ => one_place > other_place,
    }
}
