//! Chance, from the system.

use std::io;

use kapelle_model::ExecutionId;

/// Fills bytes with random ones.
pub(crate) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| io::Error::other(format!("the system has no random numbers: {error}")))
}

/// A name that nothing else has: 22 characters.
pub(crate) fn id() -> io::Result<String> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(ExecutionId(u128::from_be_bytes(bytes)).to_string())
}
