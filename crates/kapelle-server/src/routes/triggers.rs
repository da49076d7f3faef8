//! Triggers, and their backfills.

use hyper::Method;

use crate::gate::Action::{Delete, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::triggers::{self, delete, matching};
use crate::handlers::{times, why};
use crate::route::Route;

const READS: Needs = Needs::Right(Resource::Trigger, View);
const DELETES: Needs = Needs::Right(Resource::Trigger, Delete);
const CHANGES: Needs = Needs::Right(Resource::Trigger, Update);

pub(super) fn routes() -> Vec<Route> {
    let get = |pattern, handler| Route::reads(Method::GET, pattern, READS, handler);
    let put = |pattern, handler| Route::reads(Method::PUT, pattern, CHANGES, handler);
    let drop = |pattern, handler| Route::reads(Method::DELETE, pattern, DELETES, handler);
    let post = |pattern, handler| Route::reads(Method::POST, pattern, CHANGES, handler);
    vec![
        get("triggers/search", triggers::search),
        get("triggers/{namespace}/{flow}", triggers::of_flow),
        get("triggers/{namespace}/{flow}/{trigger}/why", why::of_trigger),
        get("triggers/{namespace}/{flow}/{trigger}/ticks", times::ticks),
        Route::reads(Method::POST, "triggers/preview", READS, times::preview),
        put("triggers", triggers::update),
        put("triggers/set-disabled", triggers::set_disabled),
        post("triggers/set-disabled/by-triggers", triggers::set_many_disabled),
        post("triggers/unlock/by-triggers", triggers::unlock_many),
        post("triggers/set-disabled/by-query", matching::set_disabled),
        post("triggers/unlock/by-query", matching::unlock),
        post("triggers/backfill/pause/by-query", matching::pause_backfills),
        post("triggers/backfill/unpause/by-query", matching::resume_backfills),
        post("triggers/backfill/delete/by-query", matching::cancel_backfills),
        get("triggers/export/by-query/csv", matching::csv),
        drop("triggers/delete/by-triggers", delete::listed),
        drop("triggers/delete/by-query", delete::matching),
        drop("triggers/{namespace}/{flow}/{trigger}", delete::one),
        post("triggers/{namespace}/{flow}/{trigger}/unlock", triggers::unlock),
        post("triggers/{namespace}/{flow}/{trigger}/restart", triggers::restart),
        put("triggers/backfill/create", triggers::create_backfill),
        put("triggers/backfill/pause", triggers::pause_backfill),
        put("triggers/backfill/unpause", triggers::resume_backfill),
        post("triggers/backfill/delete", triggers::cancel_backfill),
        post("triggers/backfill/pause/by-triggers", triggers::pause_backfills),
        post("triggers/backfill/unpause/by-triggers", triggers::resume_backfills),
        post("triggers/backfill/delete/by-triggers", triggers::cancel_backfills),
    ]
}
