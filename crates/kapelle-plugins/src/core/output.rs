//! Outputs that a flow writes itself.

pub(super) mod output_values;
