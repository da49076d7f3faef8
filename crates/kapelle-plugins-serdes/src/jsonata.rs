//! JSONata: expressions that look into data and make other data of it.
//!
//! [`lexer`] cuts a text into tokens, [`parse`] makes a [`tree`] of them, [`evaluate`] walks it over data, with the
//! functions of [`functions`]. Where steps of a path keep something besides what they find, [`streams`] walks it; which
//! ones have to for a `%` is found out by [`parents`]. The numbers are those of rows: whole numbers and decimals stay exact.

mod arrange;
mod data;
mod evaluate;
mod functions;
mod lexer;
mod numbers;
mod parents;
mod parse;
mod runner;
mod signature;
mod streams;
#[cfg(test)]
mod tests;
pub(crate) mod transform_items;
pub(crate) mod transform_value;
mod tree;
mod update;
