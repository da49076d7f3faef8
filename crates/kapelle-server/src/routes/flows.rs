//! Flows.

use hyper::Method;

use crate::gate::Action::{Create, Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::flows::{
    self as one, about, archive, bulk, draft, graph, many, revisions, source, validate,
};
use crate::handlers::language;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let get =
        |pattern, handler| Route::reads(Method::GET, pattern, Needs::Right(Resource::Flow, View), handler);
    let post = |pattern, action, handler| {
        Route::reads(Method::POST, pattern, Needs::Right(Resource::Flow, action), handler)
    };
    let delete = |pattern, handler| {
        Route::reads(Method::DELETE, pattern, Needs::Right(Resource::Flow, Delete), handler)
    };
    let update = |method, pattern, handler| {
        Route::reads(method, pattern, Needs::Right(Resource::Flow, Update), handler)
    };
    vec![
        post("flows", Create, one::create),
        get("flows/search", one::search),
        get("flows/source", source::search),
        post("flows/source/replace/preview", View, source::preview),
        post("flows/source/replace/apply", Update, source::apply),
        post("flows/source/replace/line", Update, source::line),
        get("flows/deprecated", about::deprecated),
        post("flows/expressions", View, about::expressions),
        post("flows/hashes/by-ids", View, about::hashes),
        get("flows/distinct-namespaces", one::namespaces),
        post("flows/bulk", Update, bulk::update),
        post("flows/import", Create, archive::import).with_form(),
        post("flows/validate", View, validate::flows).with_form(),
        post("flows/validate/task", View, validate::part),
        post("language/diagnostics", View, language::diagnostics),
        post("language/complete", View, language::complete),
        post("language/hover", View, language::hover),
        post("language/rename", View, language::rename),
        post("language/hints", View, language::hints),
        post("flows/validate/trigger", View, validate::trigger),
        get("flows/export/by-query", archive::export_matching),
        get("flows/export/by-query/csv", many::csv),
        post("flows/export/by-ids", View, archive::export_listed),
        post("flows/disable/by-ids", Update, many::disable_listed),
        post("flows/disable/by-query", Update, many::disable_matching),
        post("flows/enable/by-ids", Update, many::enable_listed),
        post("flows/enable/by-query", Update, many::enable_matching),
        delete("flows/delete/by-ids", many::delete_listed),
        delete("flows/delete/by-query", many::delete_matching),
        get("flows/{namespace}", one::of_namespace),
        post("flows/{namespace}", Update, bulk::update),
        get("flows/{namespace}/{id}", one::read),
        update(Method::PUT, "flows/{namespace}/{id}", one::update),
        delete("flows/{namespace}/{id}", one::delete),
        post("flows/graph", View, graph::of_source),
        get("flows/{namespace}/{id}/draft", draft::read),
        update(Method::PUT, "flows/{namespace}/{id}/draft", draft::keep),
        update(Method::DELETE, "flows/{namespace}/{id}/draft", draft::forget),
        get("flows/{namespace}/{id}/graph", graph::of_flow),
        get("flows/{namespace}/{id}/revisions", revisions::list),
        delete("flows/{namespace}/{id}/revisions", revisions::forget),
        get("flows/{namespace}/{id}/tasks/{task}", one::task),
        update(Method::PATCH, "flows/{namespace}/{id}/{task}", one::replace_task),
        get("executions/flows/{namespace}/{id}", one::for_execution),
        get("executions/namespaces", one::namespaces),
        get("executions/namespaces/{namespace}/flows", one::executable),
    ]
}
