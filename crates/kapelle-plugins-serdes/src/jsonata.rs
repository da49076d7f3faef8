//! JSONata: expressions that look into data and make other data of it.
//!
//! [`lexer`] cuts a text into tokens, [`parse`] makes a [`tree`] of them, [`evaluate`] walks it over data, with the
//! functions of [`functions`]. The numbers are those of rows: whole numbers and decimals stay exact.

mod data;
mod evaluate;
mod functions;
mod lexer;
mod numbers;
mod parse;
mod runner;
#[cfg(test)]
mod tests;
pub(crate) mod transform_items;
pub(crate) mod transform_value;
mod tree;
