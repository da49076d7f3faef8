//! Files of namespaces.

use hyper::Method;

use crate::gate::Action::{Create, Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::files;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let needs = |action| Needs::Right(Resource::NamespaceFile, action);
    let get = |pattern, handler| Route::reads(Method::GET, pattern, needs(View), handler);
    vec![
        Route::waits(Method::GET, "namespaces/{namespace}/files", needs(View), files::content),
        Route::reads(Method::POST, "namespaces/{namespace}/files", needs(Create), files::upload).with_form(),
        Route::reads(Method::PUT, "namespaces/{namespace}/files", needs(Update), files::rename).patient(),
        Route::reads(Method::DELETE, "namespaces/{namespace}/files", needs(Delete), files::delete),
        get("namespaces/{namespace}/files/directory", files::list),
        Route::reads(
            Method::POST,
            "namespaces/{namespace}/files/directory",
            needs(Create),
            files::make_folder,
        ),
        get("namespaces/{namespace}/files/stats", files::stats),
        get("namespaces/{namespace}/files/search", files::search),
        get("namespaces/{namespace}/files/revisions", files::revisions),
        get("namespaces/{namespace}/files/export", files::export).patient(),
    ]
}
