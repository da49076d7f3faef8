//! Expressions: the template language between `{{ … }}` and `{% … %}` (Pebble, as Kestra speaks it).
//!
//! [`lexer`] cuts a template text into text, prints, tags, comments, raw and verbatim blocks, and prints and tags into
//! tokens.

pub mod lexer;
mod token;

use std::ops::Range;

/// Why a text is no template, and where; the range is bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub message: String,
    pub range: Range<usize>,
}

#[cfg(test)]
mod tests;
