//! TOON: JSON with less signs, for models of language. A list of maps that look alike is a table.

mod decode;
mod encode;
mod scalar;
#[cfg(test)]
mod tests;

pub(crate) use decode::decode;
pub(crate) use encode::encode;
