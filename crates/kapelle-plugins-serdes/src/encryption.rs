//! Files that are encrypted with a password.
//!
//! [`derivation`] makes a key of a password, [`form`] says how a file begins, and [`cipher`] works through its content part by
//! part, so that files may be of any size.

mod cipher;
mod derivation;
pub(crate) mod file_decrypt;
pub(crate) mod file_encrypt;
mod form;
#[cfg(test)]
mod tests;
