//! The language level, and what editors ask about a text that is being written.
//!
//! The questions are pure functions over a text and a place in it: [`complete`], [`hover`], [`rename`] and [`hints`].
//! While somebody types, the text is broken at the very place that is asked about. So where the cursor stands is told by
//! an [`outline`] that knows nothing but lines and indentation, and what the flow declares is read from the
//! [text without its broken lines](draft). What lies outside of the text comes in as [`material`].

pub mod complete;
mod draft;
pub mod hints;
pub mod hover;
pub mod material;
mod outline;
mod owner;
pub mod rename;
mod schedule;
mod template;
mod words;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// As Kestra 0.x and 1.x read it.
    #[default]
    One,
    /// As Kestra 2.0 reads it.
    Two,
}

#[cfg(test)]
mod tests;
