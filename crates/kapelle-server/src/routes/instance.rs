//! The instance itself: whether it works, and what it is.

use hyper::Method;

use crate::address::Level;
use crate::gate::Needs;
use crate::handlers::instance as handlers;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::reads(Method::GET, "ping", Needs::Nothing, handlers::ping).at(Level::Root),
        Route::reads(Method::GET, "health", Needs::Nothing, handlers::health).at(Level::Root),
        Route::reads(Method::GET, "health", Needs::Nothing, handlers::health).at(Level::Instance),
        Route::reads(Method::GET, "configs", Needs::Login, handlers::configs).at(Level::Instance),
    ]
}

pub(super) fn management() -> Vec<Route> {
    let get = |pattern, handler| Route::reads(Method::GET, pattern, Needs::Nothing, handler).at(Level::Root);
    vec![
        get("health", handlers::health),
        get("health/liveness", handlers::health),
        get("health/readiness", handlers::health),
        get("version", handlers::version),
        get("info", handlers::version),
        get("ping", handlers::ping),
    ]
}
