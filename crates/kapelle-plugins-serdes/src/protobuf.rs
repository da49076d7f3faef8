//! Protobuf: messages in binary form, read with the descriptor of their types.

mod descriptor;
mod message;
pub(crate) mod protobuf_to_ion;
#[cfg(test)]
mod tests;
mod wire;
