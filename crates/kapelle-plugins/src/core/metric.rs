//! Numbers that a flow reports itself.

pub(super) mod publish;
