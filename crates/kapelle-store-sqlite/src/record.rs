//! Changes of executions as bytes: how they lie in the journal until they are worked into the tables.
//!
//! Whoever submits a transaction makes its bytes; the one who writes only appends them. The same bytes are read again to
//! work them in, at once or after a crash, so there is one way for both. They live for seconds and are never read by
//! another version of the program than one that knows their form, whose number is kept with them. Numbers are in little
//! endian; what has a length has it in front.

mod read;
mod write;

pub(crate) use read::{Birth, Change, Child, Entry, Label, Reader, Slice};
pub(crate) use write::write;

/// The first byte of what is appended by one commit.
pub(crate) const FORM: u8 = 1;

/// What an entry tells of.
mod tag {
    pub(super) const EXECUTION: u8 = 1;
    pub(super) const WAKE: u8 = 2;
    pub(super) const WOKEN: u8 = 3;
    pub(super) const ORDER: u8 = 4;
    pub(super) const ORDER_DONE: u8 = 5;
}

/// Bits that tell what a change of an execution has.
mod flag {
    pub(super) const IS_BORN: u8 = 1;
    pub(super) const HAS_ENDED: u8 = 2;
    pub(super) const IS_AT_REST: u8 = 4;
    pub(super) const HAS_PARENT: u8 = 8;
    pub(super) const HAS_CAUSE: u8 = 16;
}

#[cfg(test)]
mod tests;
