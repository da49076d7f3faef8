//! Webhooks. Their keys are what callers show instead of a name.

use hyper::Method;

use crate::gate::Needs;
use crate::handlers::webhooks::{receive, receive_by_key};
use crate::route::Route;

/// What may be sent to a webhook.
const METHODS: [Method; 3] = [Method::GET, Method::POST, Method::PUT];

pub(super) fn routes() -> Vec<Route> {
    let patterns = [
        "executions/webhook/{namespace}/{flow}/{key}",
        "executions/webhook/{namespace}/{flow}/{key}/{path*}",
    ];
    let each = METHODS.into_iter().flat_map(|method| patterns.map(|pattern| (method.clone(), pattern)));
    let mut routes: Vec<Route> = each
        .map(|(method, pattern)| Route::waits(method, pattern, Needs::Nothing, receive).patient())
        .collect();
    routes.push(Route::waits(Method::POST, "executions/{key}", Needs::Nothing, receive_by_key).patient());
    routes
}
