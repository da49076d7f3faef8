//! Dashboards, and what their charts show.

use hyper::Method;

use crate::gate::Action::{Create, Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::dashboards::{self as handlers, data};
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let needs = |action| Needs::Right(Resource::Dashboard, action);
    let get = |pattern, handler| Route::reads(Method::GET, pattern, needs(View), handler);
    let post = |pattern, handler| Route::reads(Method::POST, pattern, needs(View), handler);
    vec![
        get("dashboards", handlers::search),
        get("dashboards/{id}", handlers::get),
        get("dashboards/settings/default-dashboards", handlers::defaults),
        Route::reads(Method::POST, "dashboards", needs(Create), handlers::create),
        Route::reads(Method::PUT, "dashboards/{id}", needs(Update), handlers::update),
        Route::reads(Method::DELETE, "dashboards/{id}", needs(Delete), handlers::delete),
        post("dashboards/validate", handlers::validate),
        post("dashboards/validate/chart", handlers::validate_chart),
        post("dashboards/charts/preview", data::preview),
        post("dashboards/charts/export", data::export_preview),
        post("dashboards/charts/export/to-csv", data::export_preview),
        post("dashboards/{id}/charts/{chart}", data::chart),
        post("dashboards/{id}/charts/{chart}/export", data::export),
        post("dashboards/{id}/charts/{chart}/export/to-csv", data::export),
    ]
}
