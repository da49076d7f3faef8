//! Plugin types, and what expressions can do.

use hyper::Method;

use crate::address::Level;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::gate::Action::{Update, View};
use crate::gate::{Needs, Resource};
use crate::handlers::plugins as handlers;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    let get = |pattern: &'static str, handler: fn(&Call) -> Outcome<Answer>| {
        Route::reads(Method::GET, pattern, Needs::Login, handler).at(Level::Instance)
    };
    let post = |pattern: &'static str, needs, handler: fn(&Call) -> Outcome<Answer>| {
        Route::reads(Method::POST, pattern, needs, handler).at(Level::Instance)
    };
    vec![
        get("plugins", handlers::list),
        get("plugins/{cls}", handlers::documentation),
        get("plugins/{cls}/versions", handlers::versions),
        get("plugins/{cls}/versions/{version}", handlers::of_version),
        get("plugins/groups/subgroups", handlers::subgroups),
        get("plugins/icons", handlers::icons),
        get("plugins/icons/groups", handlers::group_icons),
        get("plugins/icons/{cls}", handlers::icon),
        get("plugins/icons/{cls}/icon.svg", handlers::svg),
        get("plugins/inputs", handlers::inputs),
        get("plugins/inputs/{type}", handlers::input),
        get("plugins/schemas/{type}", handlers::schema),
        get("plugins/properties/{type}", handlers::properties),
        get("plugins/triggers", handlers::triggers),
        get("plugins/install/{job}", handlers::job),
        get("plugins/{group}/pluginUi/{path*}", handlers::ui),
        post("plugins/install", Needs::Right(Resource::Instance, Update), handlers::install),
        post("plugins/auto-install/detect", Needs::Right(Resource::Flow, View), handlers::detect),
        post("plugins/pluginUiManifest", Needs::Login, handlers::ui_manifest),
        get("pebble/functions", handlers::functions),
        get("pebble/filters", handlers::filters),
    ]
}
