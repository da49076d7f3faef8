//! The figures of the first page and of flows, and statistics of 0.21.

use hyper::Method;

use crate::gate::Action::View;
use crate::gate::{Needs, Resource};
use crate::handlers::stats as handlers;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let post = |pattern, resource, handler| {
        Route::reads(Method::POST, pattern, Needs::Right(resource, View), handler)
    };
    vec![
        Route::waits(
            Method::GET,
            "statistics/home",
            Needs::Right(Resource::Execution, View),
            crate::handlers::home::home,
        ),
        Route::waits(
            Method::POST,
            "statistics/flows",
            Needs::Right(Resource::Execution, View),
            crate::handlers::of_flows::of_flows,
        ),
        post("stats/executions/daily", Resource::Execution, handlers::executions_by_day),
        post("stats/executions/daily/group-by-flow", Resource::Execution, handlers::by_flow),
        post("stats/executions/daily/group-by-namespace", Resource::Execution, handlers::by_namespace),
        post("stats/executions/latest/group-by-flow", Resource::Execution, handlers::latest),
        post("stats/logs/daily", Resource::Log, handlers::logs_by_day),
        post("stats/summary", Resource::Flow, handlers::summary),
    ]
}
