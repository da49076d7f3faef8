//! Cutting documents into segments.

use kapelle_model::Failure;
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

/// Characters of a segment where a flow says nothing.
const SIZE: u64 = 1_000;

/// How documents are cut into segments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentSplitter {
    /// Where they are cut: at paragraphs, lines, sentences or words, or (RECURSIVE) at the first of them that is fine enough.
    splitter: Option<Expr<Splitter>>,
    /// Characters that a segment may have.
    max_segment_size_in_chars: Option<Expr<u64>>,
    /// Characters of a segment that stand at the beginning of the next one too.
    max_overlap_size_in_chars: Option<Expr<u64>>,
}

/// Where documents are cut.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Splitter {
    #[default]
    Recursive,
    Paragraph,
    Line,
    Sentence,
    Word,
}

impl Word for Splitter {}

/// Where and how finely documents are cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    at: Splitter,
    size: usize,
    overlap: usize,
}

impl DocumentSplitter {
    pub(super) fn cut(&self, cx: &RunContext) -> Result<Cut, Failure> {
        let size = cx.filled(self.max_segment_size_in_chars.as_ref())?.unwrap_or(SIZE);
        let overlap = cx.filled(self.max_overlap_size_in_chars.as_ref())?.unwrap_or(0);
        if size == 0 || overlap >= size {
            return Err(Failure::new(
                "`documentSplitter` has no room: `maxSegmentSizeInChars` has to be larger than `maxOverlapSizeInChars`, and both from 0 on",
            ));
        }
        let limited = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Cut {
            at: cx.filled(self.splitter.as_ref())?.unwrap_or_default(),
            size: limited(size),
            overlap: limited(overlap),
        })
    }
}

/// Ends of pieces, from the coarsest to the finest.
const LEVELS: [&[&str]; 4] =
    [&["\n\n"], &["\n"], &[". ", "! ", "? ", ".\n", "!\n", "?\n"], &[" ", "\t", "\n"]];

impl Cut {
    /// The segments of a text. What is too long for a segment is cut more finely, at last between any characters.
    pub(super) fn segments(self, text: &str) -> Vec<String> {
        let level = match self.at {
            Splitter::Recursive | Splitter::Paragraph => 0,
            Splitter::Line => 1,
            Splitter::Sentence => 2,
            Splitter::Word => 3,
        };
        let mut segments = Vec::new();
        cut_into(text, level, self.size - self.overlap, &mut segments);
        let plain: Vec<&str> =
            segments.iter().map(|segment| segment.trim()).filter(|text| !text.is_empty()).collect();
        let before = std::iter::once("").chain(plain.iter().copied());
        plain
            .iter()
            .zip(before)
            .map(|(segment, before)| format!("{}{segment}", end_of(before, self.overlap)))
            .collect()
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Segments that are not longer than this. Pieces that fit stand together; one that does not is cut more finely, apart from
/// the others.
fn cut_into(text: &str, level: usize, size: usize, segments: &mut Vec<String>) {
    if length(text.trim()) <= size {
        segments.push(text.to_owned());
        return;
    }
    let Some(ends) = LEVELS.get(level) else {
        let mut rest = text;
        while let Some((end, _)) = rest.char_indices().nth(size) {
            segments.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
        segments.push(rest.to_owned());
        return;
    };
    let (mut rest, mut together) = (text, String::new());
    while !rest.is_empty() {
        let cut = ends.iter().filter_map(|end| rest.find(end).map(|at| at + end.len())).min();
        let (piece, after) = rest.split_at(cut.unwrap_or(rest.len()));
        rest = after;
        if length(&together) + length(piece.trim_end()) > size {
            segments.push(std::mem::take(&mut together));
        }
        if length(piece.trim()) > size {
            cut_into(piece, level + 1, size, segments);
        } else {
            together.push_str(piece);
        }
    }
    segments.push(together);
}

/// The last words of a text, up to so many characters, with a blank behind them.
fn end_of(text: &str, size: usize) -> String {
    if size == 0 || text.is_empty() {
        return String::new();
    }
    let words: Vec<&str> = text.split_whitespace().rev().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut used = 0;
    for word in words {
        used += length(word) + 1;
        if used > size {
            break;
        }
        kept.push(word);
    }
    kept.iter().rev().flat_map(|word| [*word, " "]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(at: Splitter, size: usize, overlap: usize, text: &str) -> Vec<String> {
        Cut { at, size, overlap }.segments(text)
    }

    #[test]
    fn texts_are_cut_where_it_hurts_least() {
        let text = "One. Two.\n\nThree is a long one. Four.\nFive";
        assert_eq!(segments(Splitter::Recursive, 100, 0, text), [text]);
        assert_eq!(
            segments(Splitter::Recursive, 20, 0, text),
            ["One. Two.", "Three is a long one.", "Four.", "Five"]
        );
        assert_eq!(
            segments(Splitter::Recursive, 9, 0, text),
            ["One. Two.", "Three is", "a long", "one.", "Four.", "Five"]
        );
        assert_eq!(segments(Splitter::Word, 4, 0, "äöüßx"), ["äöüß", "x"]);
        assert_eq!(segments(Splitter::Recursive, 4, 0, " \n "), Vec::<String>::new());
    }

    #[test]
    fn the_end_of_a_segment_begins_the_next_one() {
        assert_eq!(
            segments(Splitter::Word, 14, 6, "one two three four"),
            ["one two", "two three", "three four"]
        );
        for segment in segments(Splitter::Word, 10, 4, &"ab ".repeat(50)) {
            assert!(length(&segment) <= 10, "{segment}");
        }
    }
}
