//! Operators over records: they filter, map, select, aggregate, unnest and zip them.
//!
//! A record is a map of fields. Records come from a file of rows or from the flow itself ([`input`]), go through one by
//! one, and become a file or an output ([`output`]). What is done with their fields says an [`expression`]; [`values`]
//! knows what values are as numbers, moments or texts, [`definition`] how fields are written that are made of them.

pub(crate) mod aggregate;
mod aligned;
mod counts;
mod definition;
mod expression;
mod field_type;
pub(crate) mod filter;
mod input;
pub(crate) mod map;
mod output;
mod record;
pub(crate) mod select;
#[cfg(test)]
mod tests;
pub(crate) mod unnest;
mod values;
pub(crate) mod zip;
