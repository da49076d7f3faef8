//! Flows to begin with, under the addresses of Kestra's community blueprints.

use hyper::Method;

use crate::gate::{Action, Needs, Resource};
use crate::handlers::blueprints as handlers;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let needs = Needs::Right(Resource::Blueprint, Action::View);
    let get = |pattern, handler| Route::reads(Method::GET, pattern, needs, handler);
    vec![
        get("blueprints/community", handlers::list),
        get("blueprints/community/tags", handlers::tags),
        get("blueprints/community/{kind}", handlers::list_or_one),
        get("blueprints/community/{kind}/tags", handlers::tags),
        get("blueprints/community/{kind}/{id}", handlers::one_or_part),
        get("blueprints/community/{kind}/{id}/graph", handlers::graph),
        get("blueprints/community/{kind}/{id}/source", handlers::source),
    ]
}
