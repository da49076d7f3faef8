//! The real binary.

mod lookup;
