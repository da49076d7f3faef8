//! Tasks and triggers over files of this machine, below folders that are open to flows ([`allowed`]).
//!
//! What lies in a folder is looked at in one way for all ([`listing`]), and so files are moved and written ([`moving`]).
//! What a trigger knows of files is data that decides by itself ([`kapelle_plugin::known`]).

mod action;
mod allowed;
mod copy;
mod delete;
mod download;
mod downloads;
mod file;
mod keeping;
mod list;
mod listing;
mod moving;
mod realtime_trigger;
mod relocate;
mod trigger;
mod upload;
mod uploads;
mod watch;

use std::fs::File;

use kapelle_model::Failure;
use kapelle_plugin::{Host, Registry};

pub(crate) fn register(r: &mut Registry) {
    r.task::<copy::Copy>();
    r.task::<delete::Delete>();
    r.task::<download::Download>();
    r.task::<downloads::Downloads>();
    r.task::<list::List>();
    r.task::<relocate::Move>();
    r.task::<upload::Upload>();
    r.task::<uploads::Uploads>();
    r.polling::<trigger::Trigger>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
}

/// Opens a file of this machine that is open to flows.
pub(crate) fn open(host: &dyn Host, path: &str) -> Result<File, Failure> {
    allowed::Allowed::of(host)?.open(path)
}

#[cfg(test)]
mod tests;
