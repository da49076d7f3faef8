//! What changes, for all tabs of a browser in one stream.

use hyper::Method;

use crate::gate::Needs;
use crate::handlers::events;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    // What is told needs a right for each topic; the handler asks for those.
    vec![Route::waits(Method::GET, "events", Needs::Login, events::follow)]
}
