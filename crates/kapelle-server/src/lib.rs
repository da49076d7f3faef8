//! The HTTP API over a runtime: what clients of Kestra speak with.
//!
//! A request goes through one place, `dispatch`: its path becomes an [`address`], the address finds a route in the table
//! (`routes/`), the [`gate`] says who asks and whether they may, the body is read within the limits of the route, and only
//! then a handler runs. Handlers take apart, ask the runtime or the store, and put together; what answers look like is
//! told by the pure functions in `views/`. Every error leaves through `error` with the same body.
//!
//! Start with [`App`] for what is served, [`serve`] for how, and `routes` for the list.

mod access;
pub mod address;
mod answer;
mod app;
mod audit;
pub mod auth;
mod bare;
mod blueprints;
mod body;
mod call;
mod dashboards;
mod dependencies;
mod dispatch;
mod entry;
mod error;
mod filters;
mod form;
pub mod gate;
mod handlers;
mod hub;
mod interface;
mod jobs;
pub mod limits;
mod metrics;
mod openapi;
mod outlines;
mod paging;
mod patient;
mod pieces;
mod piecewise;
mod profile;
mod query;
mod recent;
mod route;
mod routes;
mod serve;
mod stream;
mod tls;
mod views;
mod zip;

pub use app::{AccessLog, App, Parts};
pub use bare::serve_bare;
pub use entry::{Entry, RateLimits};
pub use hub::Hub;
pub use openapi::openapi;
pub use profile::Profile;
pub use serve::{Doors, Server, serve};
pub use tls::{Tell, Tls};

#[cfg(test)]
mod tests;
