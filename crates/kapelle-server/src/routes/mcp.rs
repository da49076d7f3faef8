//! Servers of the Model Context Protocol, each under both of its addresses.

use hyper::Method;

use crate::gate::Action::{Execute, Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::mcp::{self as handlers, speak};
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let runs = Needs::Right(Resource::Execution, Execute);
    let spoken = [
        Route::waits(Method::POST, "mcp/{id}", runs, speak::post).patient(),
        Route::reads(Method::GET, "mcp/{id}", runs, speak::no_stream),
        Route::reads(Method::DELETE, "mcp/{id}", runs, speak::end),
    ];
    [
        servers("mcp/servers", "mcp/servers/{id}", "mcp/servers/{id}/toggle", "mcp/servers/{id}/tools"),
        servers("mcp-servers", "mcp-servers/{id}", "mcp-servers/{id}/toggle", "mcp-servers/{id}/tools"),
    ]
    .into_iter()
    .flatten()
    .chain(spoken)
    .collect()
}

fn servers(all: &'static str, one: &'static str, toggle: &'static str, tools: &'static str) -> [Route; 7] {
    let sees = Needs::Right(Resource::Instance, View);
    let changes = Needs::Right(Resource::Instance, Update);
    [
        Route::reads(Method::GET, all, sees, handlers::list),
        Route::reads(Method::POST, all, changes, handlers::create),
        Route::reads(Method::GET, one, sees, handlers::get),
        Route::reads(Method::PUT, one, changes, handlers::update),
        Route::reads(Method::DELETE, one, changes, handlers::delete),
        Route::reads(Method::PATCH, toggle, changes, handlers::toggle),
        Route::reads(Method::GET, tools, sees, handlers::tools_of),
    ]
}
