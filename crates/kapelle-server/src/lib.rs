//! The HTTP API over a runtime: what clients of Kestra speak with.
//!
//! A request goes through one place, `dispatch`: its path becomes an [`address`], the address finds a route in the table
//! (`routes/`), the [`gate`] says who asks and whether they may, the body is read within the limits of the route, and only
//! then a handler runs. Handlers take apart, ask the runtime or the store, and put together; what answers look like is
//! told by the pure functions in `views/`. Every error leaves through `error` with the same body.
//!
//! Start with [`App`] for what is served, [`serve`] for how, and `routes` for the list.

pub mod address;
mod answer;
mod app;
pub mod auth;
mod bare;
mod blueprints;
mod body;
mod call;
mod dashboards;
mod dependencies;
mod dispatch;
mod error;
mod filters;
mod form;
pub mod gate;
mod handlers;
mod hub;
pub mod limits;
mod metrics;
mod openapi;
mod paging;
mod pieces;
mod query;
mod route;
mod routes;
mod serve;
mod stream;
mod views;
mod zip;

pub use app::{App, Parts};
pub use bare::serve_bare;
pub use hub::Hub;
pub use openapi::openapi;
pub use serve::{Doors, Server, serve};

#[cfg(test)]
mod tests;
