//! Executions, with their outputs and logs.

use hyper::Method;

use crate::call::Call;
use crate::gate::Action::{Create, Delete, Execute, View};
use crate::gate::{Needs, Resource};
use crate::handlers::executions::bulk::{self, Verb};
use crate::handlers::executions::{
    self as one, actions, changes, create, delete, files, follow, graph, related, rendered, search,
    statistics, task_runs, tree, validate,
};
use crate::handlers::{logs, measures, why};
use crate::route::Route;

const READS: Needs = Needs::Right(Resource::Execution, View);
const RUNS: Needs = Needs::Right(Resource::Execution, Execute);
const DELETES: Needs = Needs::Right(Resource::Execution, Delete);

pub(super) fn routes() -> Vec<Route> {
    let get = |pattern, handler| Route::reads(Method::GET, pattern, READS, handler);
    let mut routes = vec![
        Route::waits(Method::POST, "executions/{namespace}/{flow}", needs_create(), create::create)
            .with_form(),
        Route::waits(Method::POST, "executions/trigger/{namespace}/{flow}", needs_create(), create::create)
            .with_form(),
        Route::reads(Method::POST, "executions/{namespace}/{flow}/validate", READS, validate::inputs)
            .with_form(),
        get("executions", search::of_flow),
        get("executions/search", search::search),
        get("executions/export/by-query/csv", search::csv),
        Route::reads(Method::POST, "executions/latest", READS, search::latest),
        get("executions/distinct-field-values", statistics::distinct),
        get("executions/namespaces/{namespace}/flows/{flow}/average-duration", statistics::average_duration),
        get("taskruns/search", task_runs::search),
        get("taskruns/{id}/why", why::of_task_run),
        get("taskruns/maxTaskRunSetting", task_runs::most),
        get("concurrency-limit/search", statistics::limits),
        Route::reads(Method::PUT, "concurrency-limit/{namespace}/{flow}", RUNS, statistics::set_limit),
        Route::reads(Method::POST, "expressions/render", READS, rendered::render),
        Route::waits(Method::GET, "executions/{id}/follow-dependencies", READS, related::follow),
        get("executions/{id}", one::read),
        Route::reads(Method::DELETE, "executions/{id}", DELETES, delete::delete),
        get("executions/{id}/flow", one::flow),
        get("executions/{id}/graph", graph::of_execution),
        get("executions/{id}/why", why::of_execution),
        get("executions/{id}/tree", tree::read),
        get("executions/{id}/progress", tree::progress),
        get("executions/{id}/taskruns/{run}", tree::one),
        Route::waits(Method::GET, "executions/{id}/changes", READS, changes::changes),
        Route::waits(Method::GET, "executions/compare", READS, changes::compare),
        get("executions/{id}/file/metas", files::metas),
        get("executions/{id}/file/preview", files::preview),
        Route::waits(Method::GET, "executions/{id}/file", READS, files::download),
        Route::waits(Method::GET, "executions/{id}/follow", READS, follow::follow),
        get("outputs/executions/{id}", one::outputs),
        get("outputs/tasks/{id}", one::runs_with_outputs),
        get("outputs/tasks/{id}/{run}", one::outputs_of_run),
        get("outputs/{id}", one::runs_with_outputs),
        get("outputs/{id}/{run}", one::outputs_of_run),
    ];
    routes.extend(logs());
    routes.extend(metrics());
    routes.extend(actions_of_one());
    routes.extend(actions_of_many());
    routes
}

const fn needs_create() -> Needs {
    Needs::Right(Resource::Execution, Create)
}

fn logs() -> Vec<Route> {
    let needs = |action| Needs::Right(Resource::Log, action);
    vec![
        Route::reads(Method::GET, "logs/search", needs(View), logs::search),
        Route::reads(Method::DELETE, "logs/{namespace}/{flow}", needs(Delete), logs::delete_of_flow),
        Route::reads(Method::GET, "logs/histogram", needs(View), logs::histogram::histogram),
        Route::reads(Method::GET, "logs/{id}", needs(View), logs::read),
        Route::reads(Method::GET, "logs/{id}/window", needs(View), logs::windows::window),
        Route::reads(Method::GET, "logs/{id}/find", needs(View), logs::find::find),
        Route::waits(Method::GET, "logs/{id}/download", needs(View), logs::download::download),
        Route::reads(Method::DELETE, "logs/{id}", needs(Delete), logs::delete),
        Route::waits(Method::GET, "logs/{id}/follow", needs(View), logs::follow),
    ]
}

fn metrics() -> Vec<Route> {
    let get = |pattern, handler| Route::reads(Method::GET, pattern, READS, handler);
    vec![
        get("metrics/{id}", measures::of_execution),
        get("metrics/names/{namespace}/{flow}", measures::names),
        get("metrics/names/{namespace}/{flow}/{task}", measures::names),
        get("metrics/tasks/{namespace}/{flow}", measures::tasks),
        get("metrics/aggregates/{namespace}/{flow}/{metric}", measures::aggregates),
        get("metrics/aggregates/{namespace}/{flow}/{task}/{metric}", measures::aggregates),
    ]
}

/// Each under both of its spellings.
fn actions_of_one() -> Vec<Route> {
    macro_rules! action {
        ($name:literal, $handler:expr) => {
            action!(Method::POST, $name, $handler)
        };
        ($method:expr, $name:literal, $handler:expr) => {
            [
                Route::waits($method, concat!("executions/{id:execution}/", $name), RUNS, $handler)
                    .with_form(),
                Route::waits($method, concat!("executions/{id:execution}/actions/", $name), RUNS, $handler)
                    .with_form(),
            ]
        };
    }
    macro_rules! question {
        ($name:literal, $handler:expr) => {
            [
                Route::reads(Method::POST, concat!("executions/{id:execution}/", $name), RUNS, $handler)
                    .with_form(),
                Route::reads(
                    Method::POST,
                    concat!("executions/{id:execution}/actions/", $name),
                    RUNS,
                    $handler,
                )
                .with_form(),
            ]
        };
    }
    [
        action!(Method::DELETE, "kill", actions::kill),
        action!("pause", actions::pause),
        action!("resume", actions::resume),
        action!("resume-from-breakpoint", actions::resume_from_breakpoint),
        action!("restart", actions::restart),
        action!("replay", actions::replay),
        action!("replay-with-inputs", actions::replay_with_inputs),
        action!("state", actions::change_state),
        action!("change-status", actions::change_status),
        action!("labels", actions::labels),
        action!("unqueue", actions::unqueue),
        action!("force-run", actions::force_run),
        question!("resume/validate", validate::resume),
        question!("eval", one::eval),
        question!("eval/{run}", one::eval),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn actions_of_many() -> Vec<Route> {
    let pair = |method: Method, ids: &'static str, query: &'static str, needs: Needs, verb: Verb| {
        [
            Route::waits(method.clone(), ids, needs, move |call: std::sync::Arc<Call>| {
                bulk::by_ids(call, verb)
            })
            .patient(),
            Route::waits(method, query, needs, move |call: std::sync::Arc<Call>| bulk::by_query(call, verb))
                .patient(),
        ]
    };
    macro_rules! posted {
        ($name:literal, $verb:expr) => {
            pair(
                Method::POST,
                concat!("executions/", $name, "/by-ids"),
                concat!("executions/", $name, "/by-query"),
                RUNS,
                $verb,
            )
        };
    }
    [
        pair(Method::DELETE, "executions/kill/by-ids", "executions/kill/by-query", RUNS, Verb::Kill),
        pair(Method::DELETE, "executions/by-ids", "executions/by-query", DELETES, Verb::Delete),
        posted!("restart", Verb::Restart),
        posted!("replay", Verb::Replay),
        posted!("resume", Verb::Resume),
        posted!("pause", Verb::Pause),
        posted!("force-run", Verb::ForceRun),
        posted!("unqueue", Verb::Unqueue),
        posted!("change-status", Verb::ChangeStatus),
        posted!("labels", Verb::Labels),
    ]
    .into_iter()
    .flatten()
    .collect()
}
