//! Grok: named patterns that make fields of lines of text.

mod library;
mod matching;
mod properties;
#[cfg(test)]
mod tests;
pub(crate) mod transform_items;
pub(crate) mod transform_value;
