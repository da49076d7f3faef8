//! Recorded executions of a real server: reading them, and comparing others with them.
//!
//! A [`case::Case`] has flows, the steps to drive them, and what a real server showed after each step. What differs
//! from run to run (ids, dates, places of files) is replaced by marks on both sides ([`marks`]); [`form`] makes what
//! was seen comparable; [`differences`] says what differs. Keys that begin with `~` are soft: a difference there is
//! told, but does not count.

pub mod case;
pub mod differences;
pub mod explained;
pub mod form;
pub mod marks;
pub mod replay;

#[cfg(test)]
mod tests;
