//! What is durable, in the words of the engine.
//!
//! A [`Store`] takes [`Transaction`]s and tells, once they are safe from a power cut, that they are; it gives back what
//! was written, one by one or in lists. It knows nothing of what the engine decides. Everything that has to hold for
//! whatever keeps the rows is a suite of cases that each backend runs.
//!
//! Start with [`Transaction`] for what is written, [`Store`] for what is read.

pub mod audit;
pub mod blobs;
pub mod codec;
#[cfg(feature = "contract")]
pub mod contract;
pub mod document;
pub mod error;
#[cfg(feature = "contract")]
pub mod faulty;
pub mod filter;
pub mod flow;
pub mod issuer;
pub mod limits;
pub mod listing;
pub mod logs;
pub mod memory;
pub mod metrics;
pub mod namespace_file;
pub mod outline;
pub mod store;
pub mod transaction;

pub use document::{Document, DocumentKey};
pub use error::{Conflict, StoreError};
pub use filter::Filter;
pub use flow::FlowRevision;
pub use listing::{Header, Listing, Page, Total};
pub use memory::MemoryStore;
pub use store::{Done, Store};
pub use transaction::{CommitNumber, Epoch, Transaction, Write};
