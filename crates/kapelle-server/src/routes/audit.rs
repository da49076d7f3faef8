//! The record of who did what.

use hyper::Method;

use crate::address::Level;
use crate::gate::{Action, Needs, Resource};
use crate::handlers::audit as handlers;
use crate::route::Route;

const READS: Needs = Needs::Right(Resource::AuditLog, Action::View);

pub(super) fn routes() -> Vec<Route> {
    let each = [Level::Tenant, Level::Instance].into_iter();
    each.flat_map(|level| {
        [
            Route::waits(Method::GET, "auditlogs/search", READS, handlers::search).at(level),
            Route::waits(Method::GET, "auditlogs/export", READS, handlers::export).at(level),
        ]
    })
    .collect()
}
