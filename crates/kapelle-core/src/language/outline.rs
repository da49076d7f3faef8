//! Where a place in a text stands, told by indentation alone.
//!
//! A text that is being typed is no YAML at the cursor. The outline reads it line by line: dashes and keys open lists and
//! maps, a smaller indentation closes them. Maps in braces are followed character by character. It never fails, and of
//! what it takes for a key only that is used which the language knows.

mod flow_style;
mod line;
mod slot;

use std::ops::Range;

use kapelle_model::Span;

pub(super) use slot::Slot;

/// All maps of a document, and where the cursor stands among them.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) maps: Vec<Map>,
    /// From the document down to the cursor.
    pub(super) way: Vec<Level>,
    pub(super) slot: Slot,
}

/// A map with the keys that were found in it, also those after the cursor.
#[derive(Debug, Default)]
pub(super) struct Map {
    /// The byte of its first key.
    pub(super) start: usize,
    /// Columns in front of its keys; `None` between braces.
    pub(super) indent: Option<usize>,
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Range<usize>,
    /// What stands on the line behind the colon.
    pub(super) value: Range<usize>,
}

/// One step down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Through this entry of this map; no entry where the cursor is about to write a key.
    Map { map: usize, entry: Option<usize> },
    /// Into an item of a list.
    Item,
}

/// What is open at some line.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Map { map: usize, indent: usize },
    List { indent: usize },
}

/// Text that is not looked at.
#[derive(Clone, Copy, Debug)]
enum Skipped {
    Nothing,
    /// A block scalar below something of this indentation.
    Block(usize),
    /// Between quotes of this kind.
    Quoted(char),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    outline: Outline,
    frames: Vec<Frame>,
    skipped: Skipped,
    is_found: bool,
}

impl Outline {
    /// The outline of the document `span` with the cursor at the byte `at`.
    pub(super) fn of(text: &str, span: Span, at: usize) -> Self {
        let at = text.floor_char_boundary(at.clamp(span.start as usize, span.end as usize));
        let outline = Self { maps: Vec::new(), way: Vec::new(), slot: Slot::default() };
        let mut reader =
            Reader { text, at, outline, frames: Vec::new(), skipped: Skipped::Nothing, is_found: false };
        let mut start = span.start as usize;
        let end = span.end as usize;
        while start < end {
            let line_end = text[start..end].find('\n').map_or(end, |length| start + length);
            start = reader.line(start, line_end, end).max(line_end) + 1;
        }
        if !reader.is_found {
            // Behind the last line.
            reader.blank(text[..at].rfind('\n').map_or(0, |end| end + 1));
        }
        reader.outline
    }

    pub(super) fn key<'t>(&self, text: &'t str, map: usize, entry: usize) -> &'t str {
        self.maps[map].entries[entry].key(text)
    }

    /// What a map says for a key.
    pub(super) fn value_of<'t>(&self, text: &'t str, map: usize, key: &str) -> Option<&'t str> {
        let entry = self.maps[map].entries.iter().find(|entry| entry.key(text) == key)?;
        Some(unquoted(text[entry.value.clone()].trim()))
    }

    /// The maps from the document to the cursor.
    pub(super) fn open_maps(&self) -> impl DoubleEndedIterator<Item = (usize, Option<usize>)> {
        self.way.iter().filter_map(|level| match level {
            Level::Map { map, entry } => Some((*map, *entry)),
            Level::Item => None,
        })
    }
}

impl Entry {
    pub(super) fn key<'t>(&self, text: &'t str) -> &'t str {
        unquoted(&text[self.key.clone()])
    }
}

/// A scalar without the quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).map(|rest| rest.strip_suffix(quote).unwrap_or(rest));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
