//! Tasks and a trigger over files of other machines, written once for all protocols.
//!
//! A [`Protocol`] logs in and gives a [`Place`], which knows eight verbs. What lies in a folder is looked at in one way
//! for all ([`listing`]), and so files are taken over ([`keeping`]), written and moved ([`putting`]).

mod action;
mod delete;
mod download;
mod downloads;
mod file;
mod keeping;
pub(crate) mod list;
mod listing;
mod path;
mod place;
mod protocol;
mod putting;
mod relocate;
mod trigger;
pub(crate) mod upload;
mod uploads;

use kapelle_plugin::Registry;

pub(crate) use file::Entry;
pub(crate) use path::Paths;
pub(crate) use place::{Kind, Place, unable};
pub(crate) use protocol::{Address, Protocol};

/// The tasks and the trigger of a protocol.
pub(crate) fn register<P: Protocol>(r: &mut Registry) {
    r.task::<delete::Delete<P>>();
    r.task::<download::Download<P>>();
    r.task::<downloads::Downloads<P>>();
    r.task::<list::List<P>>();
    r.task::<relocate::Move<P>>();
    r.task::<upload::Upload<P>>();
    r.task::<uploads::Uploads<P>>();
    r.polling::<trigger::Trigger<P>>();
}

#[cfg(test)]
pub(crate) mod tests;
