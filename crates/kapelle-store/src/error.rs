//! What can go wrong, sorted by what whoever asked does next.

use std::fmt;

use kapelle_model::ExecutionId;

use crate::document::DocumentKey;
use crate::transaction::Epoch;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The world is not as the transaction took for granted. Read again, and decide anew.
    Conflict(Conflict),
    /// Somebody else owns the data now. Stop working for it.
    Fenced { own: Epoch, current: Epoch },
    /// There is no room: too much is on its way, or the disk is full. Nothing was written; try again later.
    Full(String),
    /// It may have been written or not, but not in part. Ask what is there before it is repeated.
    Unknown(String),
    /// It cannot be reached, and nothing was written. Try again later.
    Unavailable(String),
    /// What is asked for cannot be done at all.
    Invalid(String),
    /// What was written cannot be read. Stop what depends on it, and call a person.
    Corrupt { what: String, why: String },
}

/// What a transaction took for granted, and is not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The change does not follow the version that is kept; nothing is kept of an execution that is new.
    Version { execution: ExecutionId, kept: Option<u64>, written: u64 },
    /// The document has another version, or is not there.
    Document { key: DocumentKey, kept: Option<u64> },
    /// It happened before, and this came of it then.
    Happened { result: Vec<u8> },
    /// It may not be deleted: it is not over, or something refers to it.
    Held { execution: ExecutionId, why: &'static str },
    /// The revision of the flow is not the next one.
    Revision { flow: String, kept: Option<u32>, written: u32 },
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::Fenced { own, current } => {
                write!(
                    f,
                    "the data has another owner: epoch {} is over, epoch {} has begun",
                    own.0, current.0
                )
            }
            Self::Full(why) => write!(f, "no room: {why}"),
            Self::Unknown(why) => write!(f, "nobody knows whether it was written: {why}"),
            Self::Unavailable(why) => write!(f, "the store cannot be reached: {why}"),
            Self::Invalid(why) => f.write_str(why),
            Self::Corrupt { what, why } => write!(f, "{what} cannot be read: {why}"),
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { execution, kept: Some(kept), written } => {
                write!(f, "version {written} of execution {execution} does not follow version {kept}")
            }
            Self::Version { execution, kept: None, written } => {
                write!(f, "version {written} of execution {execution}, of which nothing is kept")
            }
            Self::Document { key, kept: Some(kept) } => write!(f, "{key} has version {kept} already"),
            Self::Document { key, kept: None } => write!(f, "{key} is not there"),
            Self::Happened { .. } => f.write_str("this happened before"),
            Self::Held { execution, why } => write!(f, "execution {execution} cannot be deleted: {why}"),
            Self::Revision { flow, kept, written } => {
                let kept = kept.unwrap_or(0);
                write!(f, "revision {written} of flow {flow} does not follow revision {kept}")
            }
        }
    }
}

impl std::error::Error for StoreError {}
