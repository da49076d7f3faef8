//! The client for requests over HTTP: what tasks and expressions use to talk to servers.
//!
//! A [`Client`] sends one [`Request`] over one connection, follows redirects, answers digest challenges, and gives a
//! [`Response`] whose body comes in chunks. Each name is looked up once, what it means is checked ([`egress`]), and the
//! connection goes to just that address; so does every redirect. Everything has a limit.
//!
//! Other protocols get a [`Line`] from the same client.
//!
//! Nothing is pooled: tasks are many and their servers too, and a connection that nobody else has cannot leak.

mod body;
mod client;
mod connect;
mod decoding;
mod digest;
pub mod egress;
mod error;
mod events;
mod exchange;
mod line;
mod names;
mod pem;
mod request;
mod response;
#[cfg(any(test, feature = "server"))]
pub mod server;
mod trust;
mod url;
mod verifier;

pub use body::{Open, Payload, Piece};
pub use client::{Client, ClientSettings};
pub use egress::Egress;
pub use error::{HttpError, Kind};
pub use events::{Event, Events};
pub use line::Line;
pub use pem::Pem;
pub use request::{Header, Login, Proxy, ProxyKind, Request, Timeouts};
pub use response::Response;
pub use trust::{Check, Sides, Trust};
pub use url::Url;

#[cfg(test)]
mod tests;
