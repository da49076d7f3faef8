//! The instance itself: whether it works, and what it is.

use hyper::Method;

use crate::address::Level;
use crate::gate::{Action, Needs, Resource};
use crate::handlers::{api, instance as handlers, metrics};
use crate::route::Route;

/// Names of flows are among the numbers.
const WATCHES: Needs = Needs::Right(Resource::Instance, Action::View);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::reads(Method::GET, "ping", Needs::Nothing, handlers::ping).at(Level::Root),
        Route::reads(Method::GET, "health", Needs::Nothing, handlers::health).at(Level::Root),
        Route::reads(Method::GET, "health", Needs::Nothing, handlers::health).at(Level::Instance),
        Route::reads(Method::GET, "configs", Needs::Login, handlers::configs).at(Level::Instance),
        Route::reads(Method::GET, "metrics", WATCHES, metrics::prometheus).at(Level::Root),
        Route::reads(Method::GET, "prometheus", WATCHES, metrics::prometheus).at(Level::Root),
        Route::reads(Method::GET, "api", Needs::Login, api::viewer).at(Level::Root),
        Route::reads(Method::GET, "swagger/kestra.yml", Needs::Login, api::swagger).at(Level::Root),
        Route::reads(Method::GET, "usages/all", Needs::Login, metrics::usages),
    ]
}

pub(super) fn management() -> Vec<Route> {
    let get = |pattern, handler| Route::reads(Method::GET, pattern, Needs::Nothing, handler).at(Level::Root);
    // The gate is not asked for who watches from this machine.
    let watch = |pattern, handler| Route::reads(Method::GET, pattern, WATCHES, handler).at(Level::Root);
    vec![
        get("health", handlers::health),
        get("health/liveness", handlers::health),
        get("health/readiness", handlers::health),
        watch("version", handlers::version),
        watch("info", handlers::version),
        get("ping", handlers::ping),
        watch("prometheus", metrics::prometheus),
        watch("metrics", metrics::names),
        watch("metrics/{name}", metrics::one),
        watch("env", metrics::env),
        watch("loggers", metrics::loggers),
    ]
}
