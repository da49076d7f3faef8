//! The web interface. Everybody may have its files; what it shows comes through the API.

use hyper::Method;

use crate::address::Level;
use crate::gate::Needs;
use crate::handlers::interface as handlers;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let get = |pattern, handler| Route::reads(Method::GET, pattern, Needs::Nothing, handler).at(Level::Root);
    vec![get("", handlers::root), get("ui/{path*}", handlers::show)]
}
