//! Keys and their values.

use hyper::Method;

use crate::gate::Action::{Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::keys;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let needs = |action| Needs::Right(Resource::Key, action);
    vec![
        Route::reads(Method::GET, "kv", needs(View), keys::search),
        Route::reads(Method::GET, "namespaces/{namespace}/kv", needs(View), keys::list),
        Route::reads(Method::DELETE, "namespaces/{namespace}/kv", needs(Delete), keys::delete_many),
        Route::reads(Method::GET, "namespaces/{namespace}/kv/inheritance", needs(View), keys::inherited),
        Route::reads(Method::GET, "namespaces/{namespace}/kv/{key}", needs(View), keys::read),
        Route::reads(Method::PUT, "namespaces/{namespace}/kv/{key}", needs(Update), keys::set),
        Route::reads(Method::DELETE, "namespaces/{namespace}/kv/{key}", needs(Delete), keys::delete),
    ]
}
