//! A source text and the way from a byte to a line and a column.

use std::ops::Range;

use kapelle_model::Span;

/// A named text. The name is only for people: it need not be a file.
#[derive(Debug)]
pub struct Source {
    pub name: String,
    text: String,
    line_starts: Vec<u32>,
}

/// A place as people count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), line_starts: Vec::new() }.with_lines()
    }

    fn with_lines(mut self) -> Self {
        let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        self.line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        self
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; the nearest valid one if its borders lie outside or inside a character.
    pub fn slice(&self, span: Span) -> &str {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.ceil_char_boundary(span.end as usize).max(start);
        &self.text[start..end]
    }

    /// The place of a part of a scalar's text. Quotes, indentation and line folding stand between the two, so the part is
    /// looked up by its text; one that was folded is not found.
    pub fn part(&self, scalar: Span, text: &str, range: &Range<usize>) -> Option<Span> {
        let part = text.get(range.clone()).filter(|part| !part.is_empty())?;
        let earlier = text[..range.start].matches(part).count();
        let (at, _) = self.slice(scalar).match_indices(part).nth(earlier)?;
        let start = scalar.start + at as u32;
        Some(Span::new(start, start + part.len() as u32))
    }

    pub fn position(&self, byte: u32) -> Position {
        let byte = (byte as usize).min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start as usize <= byte);
        let start = self.line_starts[line - 1] as usize;
        let end = self.text.floor_char_boundary(byte).max(start);
        Position { line, column: self.text[start..end].chars().count() + 1 }
    }

    /// The byte at a place; the end of the line where it is shorter, the end of the text where there are fewer lines.
    pub fn byte(&self, at: Position) -> u32 {
        let start = self.line_start(at.line);
        let mut characters = self.line(at.line).char_indices();
        let within =
            characters.nth(at.column.saturating_sub(1)).map_or(self.line(at.line).len(), |(byte, _)| byte);
        start + within as u32
    }

    /// The text of a line, counted from 1, without its line break; empty beyond the end.
    pub fn line(&self, line: usize) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else {
            return "";
        };
        let rest = &self.text[*start as usize..];
        rest.split('\n').next().unwrap_or_default().trim_end_matches('\r')
    }

    /// The first byte of a line counted from 1; the end of the text beyond the last line.
    pub fn line_start(&self, line: usize) -> u32 {
        let start = line.checked_sub(1).and_then(|index| self.line_starts.get(index));
        start.copied().unwrap_or(self.text.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_any_break() {
        let source = Source::new("x", "a: 1\r\nä: 🚀x\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(6), Position { line: 2, column: 1 });
        let x = source.text().find('x').unwrap() as u32;
        assert_eq!(source.position(x), Position { line: 2, column: 5 });
        assert_eq!(source.line(1), "a: 1");
        assert_eq!(source.line(2), "ä: 🚀x");
        assert_eq!(source.line(9), "");
        assert_eq!(source.byte(Position { line: 2, column: 5 }), x);
        assert_eq!(source.byte(Position { line: 1, column: 9 }), 4);
        assert_eq!(source.byte(Position { line: 9, column: 1 }), source.text().len() as u32);
    }

    #[test]
    fn a_position_beyond_the_end_is_the_end() {
        let source = Source::new("x", "ab");
        assert_eq!(source.position(99), Position { line: 1, column: 3 });
        assert_eq!(source.slice(Span::new(1, 99)), "b");
    }
}
