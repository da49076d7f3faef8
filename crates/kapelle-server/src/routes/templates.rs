//! Templates, where the configuration switches them on.

use hyper::Method;

use crate::gate::Action::{Create, Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::templates::{self as one, archive, bulk};
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let route = |method, pattern, action, handler| {
        Route::reads(method, pattern, Needs::Right(Resource::Flow, action), handler)
    };
    vec![
        route(Method::POST, "templates", Create, one::create),
        route(Method::GET, "templates/search", View, one::search),
        route(Method::GET, "templates/distinct-namespaces", View, one::namespaces),
        route(Method::POST, "templates/validate", View, one::validate),
        route(Method::POST, "templates/import", Create, archive::import).with_form(),
        route(Method::POST, "templates/export/by-ids", View, archive::export_listed),
        route(Method::GET, "templates/export/by-query", View, archive::export_matching),
        route(Method::DELETE, "templates/delete/by-ids", Delete, bulk::delete_listed),
        route(Method::DELETE, "templates/delete/by-query", Delete, bulk::delete_matching),
        route(Method::POST, "templates/{namespace}", Update, bulk::update),
        route(Method::GET, "templates/{namespace}/{id}", View, one::read),
        route(Method::PUT, "templates/{namespace}/{id}", Update, one::update),
        route(Method::DELETE, "templates/{namespace}/{id}", Delete, one::delete),
    ]
}
