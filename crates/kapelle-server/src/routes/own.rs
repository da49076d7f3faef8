//! What belongs to the person who asks: what they find, and how they have set things up.

use hyper::Method;

use crate::gate::Action::View;
use crate::gate::{Needs, Resource};
use crate::handlers::own::{bookmarks, me, views};
use crate::handlers::search;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    // Views and settings are the business of everybody who has a name.
    let own = |method, pattern, handler| Route::reads(method, pattern, Needs::Login, handler);
    vec![
        Route::reads(Method::GET, "search", Needs::Right(Resource::Flow, View), search::search),
        own(Method::GET, "views", views::list),
        own(Method::POST, "views", views::create),
        own(Method::GET, "views/{id}", views::read),
        own(Method::PUT, "views/{id}", views::update),
        own(Method::DELETE, "views/{id}", views::delete),
        own(Method::GET, "bookmarks", bookmarks::list),
        own(Method::POST, "bookmarks", bookmarks::create),
        own(Method::PUT, "bookmarks/{id}", bookmarks::update),
        own(Method::DELETE, "bookmarks/{id}", bookmarks::delete),
        own(Method::GET, "me", me::read),
        own(Method::PUT, "me/settings", me::set),
    ]
}
