//! Namespaces and their secrets.

use hyper::Method;

use crate::gate::Action::{Create, Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::{dependencies, namespaces, secrets};
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let needs = |action| Needs::Right(Resource::Namespace, action);
    let get = |pattern, handler| Route::reads(Method::GET, pattern, needs(View), handler);
    let mut routes = vec![
        get("namespaces/search", namespaces::search),
        Route::reads(Method::POST, "namespaces/autocomplete", needs(View), namespaces::autocomplete),
        Route::reads(Method::POST, "namespaces", needs(Create), namespaces::create),
        get("namespaces/{id}", namespaces::read),
        Route::reads(Method::PUT, "namespaces/{id}", needs(Update), namespaces::update),
        Route::reads(Method::DELETE, "namespaces/{id}", needs(Delete), namespaces::delete),
        get("namespaces/{id}/inherited-variables", namespaces::variables),
        get("namespaces/{id}/inherited-plugindefaults", namespaces::plugin_defaults),
        get("namespaces/{namespace}/dependencies", dependencies::of_namespace),
        Route::reads(
            Method::GET,
            "flows/{namespace}/{id}/dependencies",
            Needs::Right(Resource::Flow, View),
            dependencies::of_flow,
        ),
    ];
    routes.extend(secrets());
    routes
}

fn secrets() -> Vec<Route> {
    let needs = |action| Needs::Right(Resource::Secret, action);
    vec![
        Route::reads(Method::GET, "secrets", needs(View), secrets::search),
        Route::reads(Method::GET, "namespaces/{namespace}/secrets", needs(View), secrets::list),
        Route::reads(
            Method::GET,
            "namespaces/{namespace}/inherited-secrets",
            needs(View),
            secrets::inherited,
        ),
        Route::reads(Method::PUT, "namespaces/{namespace}/secrets", needs(Update), secrets::put),
        Route::reads(Method::PATCH, "namespaces/{namespace}/secrets/{key}", needs(Update), secrets::describe),
        Route::reads(Method::DELETE, "namespaces/{namespace}/secrets/{key}", needs(Delete), secrets::delete),
    ]
}
