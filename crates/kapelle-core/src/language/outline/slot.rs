//! What is being written at the cursor.

use std::ops::Range;

/// The word at the cursor. `written` is what of it stands in front of the cursor, `range` all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::language) enum Slot {
    /// Nothing that could be completed.
    #[default]
    Nothing,
    Key {
        written: String,
        range: Range<usize>,
        has_colon: bool,
    },
    Value {
        written: String,
        range: Range<usize>,
    },
    /// A key that has no colon yet, or a value on a line of its own: what may stand there decides.
    Either {
        written: String,
        range: Range<usize>,
    },
    /// In a text over several lines; `written` is what of its line stands in front of the cursor.
    Text {
        written: String,
        range: Range<usize>,
    },
}

impl Slot {
    /// A line inside a long text.
    pub(super) fn text(text: &str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        Self::Text { written: text[start..at].to_owned(), range: start..end }
    }

    pub(in crate::language) fn parts(&self) -> Option<(&str, Range<usize>)> {
        match self {
            Self::Nothing => None,
            Self::Key { written, range, .. }
            | Self::Value { written, range }
            | Self::Either { written, range }
            | Self::Text { written, range } => Some((written, range.clone())),
        }
    }
}
