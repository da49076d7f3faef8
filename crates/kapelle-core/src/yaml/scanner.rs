//! From text to the events of YAML: scalars, starts and ends of lists and maps, each with its bytes.
//!
//! The dialect is that of the `PyYAML` family, which Kestra's reader belongs to too: what that family accepts and
//! refuses is accepted and refused here (`docs/adr/0002-yaml-scanner.md`). Two layers do the work: [`tokens`] finds
//! indicators and scalars and watches the indentation, [`parser`] holds the grammar. Neither recurses, neither looks
//! at a byte more than a fixed number of times, and scalars that stand in the text as they are meant are borrowed.
//!
//! The input is one document without control characters.

mod block;
mod cursor;
mod error;
mod indent;
mod keys;
mod names;
mod parser;
mod plain;
mod quoted;
mod tokens;

use std::borrow::Cow;

pub(super) use error::{Error, Kind};
pub(super) use parser::Parser;

/// What the parser found. Anchors have no meaning in flows, they are read over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// `tag` is the whole name: `tag:yaml.org,2002:str` for `!!str`.
    Scalar {
        value: Cow<'a, str>,
        style: Style,
        tag: Option<Cow<'a, str>>,
    },
    Alias {
        name: &'a str,
    },
    ListStart,
    ListEnd,
    MapStart,
    MapEnd,
    /// The end of the document, again and again.
    End,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

#[cfg(test)]
mod tests;
