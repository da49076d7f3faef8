//! SSH: sessions, and the task that runs commands over one.
//!
//! A session ([`session`]) comes of a connection, a host key that is trusted ([`host_key`]) and somebody who may log in
//! ([`key`]). What OpenSSH's own configuration says is in [`config`].

mod command;
mod config;
mod exec;
mod host_key;
mod key;
mod preferred;
mod session;

pub(crate) use command::Command;
pub(crate) use host_key::Checking;
pub(crate) use key::private_key;
pub(crate) use session::{Identity, Route, Session, Target, words};

#[cfg(test)]
mod tests;
