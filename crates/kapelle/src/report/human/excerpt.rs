//! One line of source, cut to what fits, and where its carets go.

use super::width::{char_width, visible};

/// YAML forbids tabs where it matters; elsewhere they are rare and need no real tab stops.
const TAB: &str = "    ";
const CUT: &str = "…";

/// Everything in columns of the terminal.
#[derive(Debug)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) caret_column: usize,
    /// At least one, also below an empty span.
    pub(super) carets: usize,
}

impl Excerpt {
    /// The bytes from `start` to `end` of `line` stay in sight, or as many of them as fit.
    pub(super) fn cut(line: &str, start: usize, end: usize, columns: usize) -> Self {
        let mut cells = Vec::new();
        let (mut caret_start, mut caret_end) = (None, None);
        for (at, character) in line.char_indices() {
            if at >= start {
                caret_start.get_or_insert(cells.len());
            }
            if at >= end {
                caret_end.get_or_insert(cells.len());
            }
            push(&mut cells, character);
        }
        let caret_start = caret_start.unwrap_or(cells.len());
        let caret_end = caret_end.unwrap_or(cells.len()).max(caret_start + 1);

        let whole = cells.len().max(caret_end);
        let from = first_column(whole, caret_start, caret_end, columns);
        let to = whole.min(from + columns);
        if from > 0 {
            cut_at(&mut cells, from);
        }
        if to < whole {
            cut_at(&mut cells, to - 1);
        }
        Self {
            text: cells[from..to.min(cells.len())].concat(),
            caret_column: caret_start - from,
            carets: caret_end.min(to) - caret_start,
        }
    }
}

/// One cell for each column: a wide character fills its first, the others are empty.
fn push(cells: &mut Vec<String>, character: char) {
    if character == '\t' {
        cells.extend(TAB.chars().map(String::from));
        return;
    }
    let character = visible(character);
    match char_width(character) {
        0 => cells.iter_mut().rev().take(1).for_each(|cell| cell.push(character)),
        1 => cells.push(character.to_string()),
        _ => cells.extend([character.to_string(), String::new()]),
    }
}

/// Marks a border. A wide character that it runs through is left out as a whole.
fn cut_at(cells: &mut [String], column: usize) {
    if cells[column].is_empty() {
        " ".clone_into(&mut cells[column - 1]);
    }
    if let Some(next) = cells.get_mut(column + 1).filter(|next| next.is_empty()) {
        " ".clone_into(next);
    }
    CUT.clone_into(&mut cells[column]);
}

/// The start of a line is the best context. Only for carets beyond the border it is given up.
fn first_column(whole: usize, caret_start: usize, caret_end: usize, columns: usize) -> usize {
    if whole <= columns || caret_end < columns {
        return 0;
    }
    let with_context = caret_start.saturating_sub(columns / 4);
    let with_end = (caret_end + 1 - columns).min(caret_start.saturating_sub(1));
    with_context.max(with_end).min(whole - columns)
}

#[cfg(test)]
mod tests {
    use super::super::width::text_width;
    use super::*;

    /// The line and its carets, for a span from the first `<` to the `>` behind it.
    fn show(marked: &str, columns: usize) -> String {
        let start = marked.find('<').unwrap();
        let end = marked.find('>').unwrap() - 1;
        let line = marked.replace(['<', '>'], "");
        let excerpt = Excerpt::cut(&line, start, end, columns);
        assert!(text_width(&excerpt.text) <= columns, "{excerpt:?}");
        format!("{}\n{}{}", excerpt.text, " ".repeat(excerpt.caret_column), "^".repeat(excerpt.carets))
    }

    #[test]
    fn carets_stand_below_what_they_mean() {
        let cases = [
            ("a: <b>", "a: b\n   ^"),
            ("a: <>", "a: \n   ^"),
            ("<a: b>", "a: b\n^^^^"),
            ("ä: <öü> x", "ä: öü x\n   ^^"),
            ("日本: <語>x", "日本: 語x\n      ^^"),
            ("🚀 <x>", "🚀 x\n   ^"),
            ("e\u{301}: <x>", "e\u{301}: x\n   ^"),
            ("\t<x>", "    x\n    ^"),
            ("<\t>x", "    x\n^^^^"),
            ("a\u{1b}[<x>", "a␛[x\n   ^"),
            ("\u{feff}<x>", "x\n^"),
            ("<\u{200b}>", "\n^"),
        ];
        for (marked, expected) in cases {
            assert_eq!(show(marked, 40), expected, "{marked:?}");
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_span() {
        let cases = [
            ("abcdefgh", "ab<cd>efgh", "abcdefgh\n  ^^"),
            ("the start is kept", "ab<cd>efghijk", "abcdefg…\n  ^^"),
            ("the end is kept", "abcdefgh<ij>k", "…efghijk\n     ^^"),
            ("both are cut", "abcdefgh<ij>klmnopqrst", "…hijklm…\n  ^^"),
            ("too long a span", "ab<cdefghijklmn>op", "…cdefgh…\n ^^^^^^^"),
            ("an empty span at the end", "abcdefghijk<>", "…fghijk\n       ^"),
            ("no half characters", "日本語日本語<語>日本語", "… 語日 …\n  ^^"),
            ("nothing but the span", "<abcdefghijk>", "abcdefg…\n^^^^^^^^"),
        ];
        for (name, marked, expected) in cases {
            assert_eq!(show(marked, 8), expected, "{name}");
        }
    }
}
