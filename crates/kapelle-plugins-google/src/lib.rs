//! Tasks and triggers of Google Cloud.
//!
//! Nothing of a kit of Google is in it: requests go over the one HTTP client ([`client`]). [`access`] says who one is and
//! where, [`credentials`] gives tokens, [`trouble`] what went wrong and what to do. [`store`] is all of Cloud Storage.

mod access;
mod client;
mod credentials;
mod environment;
mod gcs;
mod store;
mod trouble;

use kapelle_plugin::Registry;

pub use environment::{VARIABLES, setting};

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    gcs::register(registry);
}
