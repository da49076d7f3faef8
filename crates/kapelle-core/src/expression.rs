//! Expressions: the template language between `{{ … }}` and `{% … %}` (Pebble, as Kestra speaks it).
//!
//! [`lexer`] cuts a template text into text, prints, tags, comments, raw and verbatim blocks, and prints and tags into
//! tokens. [`scan`] follows the grammar over these tokens and says what a text reads and calls without evaluating it,
//! so that a check can compare it with what a flow declares. Nothing here knows which names or functions exist.
//!
//! Where the two language levels disagree about precedence, the grammar is that of level 1.

pub mod builtin;
pub mod environment;
mod equality;
pub mod error;
mod escape;
mod evaluate;
pub mod form;
pub mod lexer;
mod members;
pub mod memory;
mod numeric;
mod order;
pub mod output;
mod parse;
mod pattern;
pub mod plain;
mod precedence;
pub mod print;
pub mod reference;
mod rendering;
mod run;
mod scan;
pub mod services;
mod sink;
mod template;
mod token;
mod tree;
pub mod typed;

use std::ops::Range;

pub use error::{Category, Error, Outcome};
pub use precedence::reads_differently;
pub use rendering::render_structure;
pub use run::{Run, TRACED_MAX};
pub use scan::{Argument, Call, Dashed, Misfit, Read, Scan, Step, Unknown, scan};
pub use template::{Template, Traced};

/// Why a text is no template, and where; the range is bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub message: String,
    pub range: Range<usize>,
}

#[cfg(test)]
mod tests;
