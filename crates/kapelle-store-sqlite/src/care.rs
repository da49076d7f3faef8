//! What keeps a store healthy: looking for damage, saving it, making it smaller, and refusing what has no room.
//!
//! Everything here goes in steps and tells of each; whoever asked may stop it between two of them. `check` looks,
//! `backup` and `restore` save, `compact` and `purge` make room, `space` watches it.

pub mod backup;
pub mod check;
pub mod compact;
mod files;
pub(crate) mod kept_values;
mod manifest;
pub mod purge;
pub mod restore;
pub mod retention;
pub(crate) mod space;
pub(crate) mod spare;
pub mod stats;
#[cfg(test)]
mod tests;

pub use space::Size;

use kapelle_store::StoreError;
use kapelle_store::error::Result;

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'s> {
    /// What is being done, such as `task runs`.
    pub what: &'s str,
    pub done: u64,
    /// How much there is to do, if that is known.
    pub all: Option<u64>,
}

/// Hears of each step, and says whether to go on.
pub type Progress<'p> = dyn FnMut(Step<'_>) -> bool + 'p;

/// Tells of a step; an error if it was the last one that is wanted.
pub(crate) fn tell(progress: &mut Progress<'_>, what: &str, done: u64, all: Option<u64>) -> Result<()> {
    if progress(Step { what, done, all }) {
        return Ok(());
    }
    Err(StoreError::Unavailable("it was stopped before its end; what was done so far is whole".to_owned()))
}
