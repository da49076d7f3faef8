//! One case from its beginning to what is said of it.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::property::Property;
use kapelle_model::cause::Cause;
use kapelle_model::effect::Request;
use kapelle_model::execution::{Birth, Execution, Kind, Origin};
use kapelle_model::{ExecutionId, Map, Millis, Node, State, Value};
use kapelle_runtime::storage::{StoredPath, execution_folder};
use kapelle_store::issuer::Issuer;

use super::assertions;
use super::document::{Case, Suite};
use super::results::{Played, RunError};
use super::stand_ins::{StandIns, typed};
use super::world::{Ground, Stood, World, broken};
use crate::local::TENANT;

/// Ids of tests come from this shard, those of what they start from others.
const SHARD: u16 = 1_023;

/// Carries out a case.
pub(super) fn play(ground: &Ground<'_>, suite: &Suite, case: &Case, now: Millis) -> Played {
    let mut played = Played::default();
    let start = case.fixtures.now.unwrap_or(now);
    if let Err(error) = try_to_play(ground, suite, case, start, &mut played) {
        played.errors.push(error);
    }
    let alarms = ground.heard.take_alarms();
    played.errors.extend(alarms.into_iter().map(RunError::new));
    played
}

fn try_to_play(
    ground: &Ground<'_>,
    suite: &Suite,
    case: &Case,
    start: Millis,
    played: &mut Played,
) -> Result<(), RunError> {
    let id = fresh_id(start)?;
    let fixtures = &case.fixtures;
    let mut paths = Vec::with_capacity(fixtures.files.len());
    for (name, content) in &fixtures.files {
        let path = given_file(suite, id, name)
            .map_err(|reason| RunError::new(format!("the file `{name}` cannot be given: {reason}")))?;
        paths.push((name, path, content));
    }
    let addresses = paths.iter().map(|(name, path, _)| (Arc::from(name.as_str()), Value::from(&*path.uri())));
    let files = Value::Map(Arc::new(addresses.collect()));
    let mut variables = ground.installation.clone();
    if !paths.is_empty() {
        variables.insert("files".into(), files);
    }

    let language = ground.settings.language;
    let stand_ins = Arc::new(StandIns::new(&suite.namespace, &suite.flow, &fixtures.tasks, language));
    let world = World::begin(ground, stand_ins, variables.clone(), start)?;
    for (_, path, content) in paths {
        world.storage.put(path, content.as_bytes());
    }
    played.execution = Some(id.to_string());
    world.create(&request(&world, suite, case, id, &variables)?)?;
    let stood = world.pass(id)?;
    let Stood::Still(execution) = stood else {
        return Err(RunError::new("the time for all tests was over before it ended")
            .details("give the tests more time with `--max-time`, or tasks that take long a fixture"));
    };
    describe(&execution, played);
    judge(&world, case, &execution, played)
}

fn fresh_id(start: Millis) -> Result<ExecutionId, RunError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|error| RunError::new(format!("this machine gives no random numbers: {error}")))?;
    Ok(Issuer::new(SHARD, None).next(start, u64::from_le_bytes(random)))
}

/// Where a file that is given to an execution stands.
fn given_file(suite: &Suite, id: ExecutionId, name: &str) -> Result<StoredPath, String> {
    let folder = execution_folder(&suite.namespace, &suite.flow, &id.to_string());
    StoredPath::new(TENANT, &format!("{folder}/inputs/{name}"))
}

/// As much of the execution as expressions of its fixtures may look at.
fn birth(suite: &Suite, id: ExecutionId) -> Birth {
    Birth {
        id,
        tenant: TENANT.into(),
        namespace: suite.namespace.as_str().into(),
        flow: suite.flow.as_str().into(),
        revision: 1,
        inputs: Arc::default(),
        origin: None,
        parent: None,
        replay_of: None,
        original: id,
        original_created: Millis::default(),
        start: None,
        kind: Kind::Test,
        priority: 0,
        depth: 0,
        scope: None,
    }
}

/// What asks for the execution.
fn request(
    world: &World<'_>,
    suite: &Suite,
    case: &Case,
    id: ExecutionId,
    variables: &Map,
) -> Result<Request, RunError> {
    let settings = &world.ground.settings;
    let services = world.reach.desk(&birth(suite, id));
    let environment = Environment { context: variables, services: &*services, settings };
    let map = |node: &Option<Node>| -> Result<Arc<Map>, RunError> {
        let Some(node) = node else { return Ok(Arc::default()) };
        match typed(&Property::read(node, settings.language), environment) {
            Ok(Value::Map(map)) => Ok(map),
            Ok(_) => Ok(Arc::default()),
            Err(error) => Err(RunError::new(error.text()).at(node.span)),
        }
    };
    let origin = match &case.fixtures.trigger {
        Some(trigger) => Some(Origin {
            id: trigger.id.as_str().into(),
            type_name: trigger.type_name.as_str().into(),
            variables: map(&trigger.variables)?,
        }),
        None => None,
    };
    Ok(Request {
        inputs: map(&case.fixtures.inputs)?,
        origin,
        kind: Kind::Test,
        ..Request::new(id, suite.namespace.as_str().into(), suite.flow.as_str().into())
    })
}

/// Notes what a person wants to know of an execution.
fn describe(execution: &Execution, played: &mut Played) {
    let history = &execution.head.history;
    played.state = Some(execution.state().name());
    played.passed_ms = history.since().since(execution.birth.original_created);
    let failed = execution.runs.iter().filter(|run| run.state() == State::Failed);
    played.failures = failed
        .filter_map(|run| {
            let value = run.value.as_deref().map(|value| format!("[{value}]")).unwrap_or_default();
            run.failure().map(|failure| format!("{}{value}: {failure}", run.task))
        })
        .collect();
}

/// Says whether everything is as it has to be.
fn judge(world: &World<'_>, case: &Case, execution: &Execution, played: &mut Played) -> Result<(), RunError> {
    let state = execution.state();
    if !state.is_terminal() {
        return Err(stuck(execution));
    }
    if let Some(expected) = case.expected_state {
        played.assertions.push(assertions::end(case, expected, state));
    }
    let is_bad = matches!(state, State::Failed | State::Killed | State::Cancelled);
    if is_bad && !assertions::tell_of_end(case) {
        let details = format!("if that is right, write `expectedState: {}`", state.name());
        return Err(RunError::new(format!("the execution ended as {}", state.name())).details(details));
    }
    let language = world.ground.settings.language;
    for assertion in &case.assertions {
        let of_task = |task: &String| execution.runs.iter().rev().find(|run| *run.task == **task);
        let run = assertion.task.as_ref().and_then(of_task).map(|run| run.index);
        let checked = world.runtime.with_variables(execution.birth.id, run, |all| {
            assertions::check(assertion, language, all.environment())
        });
        match checked.map_err(|error| broken(&error))? {
            Some(Ok(results)) => played.assertions.extend(results),
            Some(Err(error)) => played.errors.push(error),
            None => {}
        }
    }
    Ok(())
}

/// Why an execution that has not ended stands still.
fn stuck(execution: &Execution) -> RunError {
    let waiting = execution.head.waiting.as_ref();
    let task = waiting.and_then(|waiting| execution.run(waiting.run?)).map(|run| &run.task);
    let task = task.map(|task| format!(" at `{task}`")).unwrap_or_default();
    match waiting.map(|waiting| &waiting.cause) {
        Some(Cause::Paused { .. } | Cause::PausedByHand) => {
            RunError::new(format!("the execution is paused{task}, and nobody resumes it"))
                .details("a fixture with `state: SUCCESS` resumes a pause, a `timeout` of the pause ends it")
        }
        Some(cause) => {
            RunError::new(format!("the execution waits{task} ({}), and nothing more happens", cause.word()))
        }
        None => RunError::new("the execution has not ended, and nothing more happens"),
    }
}
