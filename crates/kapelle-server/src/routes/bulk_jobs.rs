//! Jobs on many executions.

use hyper::Method;

use crate::gate::Action::{Execute, View};
use crate::gate::{Needs, Resource};
use crate::handlers::bulk_jobs as handlers;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let (views, runs) = (Needs::Right(Resource::Execution, View), Needs::Right(Resource::Execution, Execute));
    vec![
        Route::reads(Method::GET, "bulk-jobs", views, handlers::list),
        Route::waits(Method::POST, "bulk-jobs", runs, handlers::create),
        Route::waits(Method::POST, "bulk-jobs/preview", runs, handlers::preview),
        Route::reads(Method::GET, "bulk-jobs/{id}", views, handlers::read),
        Route::reads(Method::GET, "bulk-jobs/{id}/report", views, handlers::report),
        Route::reads(Method::POST, "bulk-jobs/{id}/pause", runs, handlers::pause),
        Route::waits(Method::POST, "bulk-jobs/{id}/resume", runs, handlers::resume),
        Route::reads(Method::POST, "bulk-jobs/{id}/cancel", runs, handlers::cancel),
    ]
}
