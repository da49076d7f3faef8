//! Finds the line whose indentation is wrong.
//!
//! The scanner notices a wrong indentation only where it contradicts something, often lines later. Here the question
//! is turned round: which single line, moved by a few blanks, makes the whole document readable? That is nearly always
//! the line that somebody moved by mistake.

/// Lines before the one where the scanner stopped that may be the culprit.
const LINES_BEFORE_MAX: usize = 3;

/// How far a line is moved to try.
const SHIFT_MAX: usize = 4;

/// A line that would fit with another indentation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repair {
    /// The bytes of the line from its first to its last character that is not blank.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) indent: usize,
    pub(super) indent_right: usize,
}

/// Looks for the repair that fits best. `at` is where the scanner stopped; `reads` tells whether a text is YAML and is
/// called a few dozen times at most.
pub(super) fn indentation(text: &str, at: usize, reads: impl Fn(&str) -> bool) -> Option<Repair> {
    let lines: Vec<Line> = lines(text).collect();
    let stopped = lines.iter().rposition(|line| line.start <= at)?;
    let mut best: Option<(i32, Repair)> = None;
    for index in (stopped.saturating_sub(LINES_BEFORE_MAX)..=stopped).rev() {
        let line = &lines[index];
        for indent in line.indent.saturating_sub(SHIFT_MAX)..=line.indent + SHIFT_MAX {
            let score = score(&lines, index, indent);
            let is_better = best.as_ref().is_none_or(|(least, _)| score > *least);
            if indent != line.indent && is_better && reads(&moved(text, line, indent)) {
                let end = line.start + line.text.len();
                best = Some((
                    score,
                    Repair { start: line.start, end, indent: line.indent, indent_right: indent },
                ));
            }
        }
    }
    best.map(|(_, repair)| repair)
}

/// How well a line fits with an indentation: to its neighbours, like many others, even, and not far from where it is.
fn score(lines: &[Line], index: usize, indent: usize) -> i32 {
    let line = &lines[index];
    let count = |indent: usize| lines.iter().filter(|other| other.indent == indent).count();
    let above = index.checked_sub(1).map(|index| &lines[index]);
    let below = lines.get(index + 1);
    let fits_above = above.is_some_and(|above| line.follows(indent, above, above.indent));
    let fits_below = below.is_some_and(|below| below.follows(below.indent, line, indent));
    let shift = line.indent.abs_diff(indent);
    20 * (i32::from(fits_above) + i32::from(fits_below))
        + if count(indent) > count(line.indent) { 10 } else { 0 }
        + if indent.is_multiple_of(2) { 5 } else { 0 }
        - i32::try_from(shift).unwrap_or(0)
}

fn moved(text: &str, line: &Line, indent: usize) -> String {
    let before = &text[..line.start - line.indent];
    format!("{before}{:indent$}{}", "", &text[line.start..])
}

/// A line with content, without its indentation.
struct Line<'a> {
    start: usize,
    indent: usize,
    text: &'a str,
}

impl Line<'_> {
    /// Whether the line, so indented, goes on below another one as nearly everybody writes it: on the same level, or
    /// two blanks further after a key without a value.
    fn follows(&self, indent: usize, above: &Line, indent_above: usize) -> bool {
        let dashes = above.text.len() - above.text.trim_start_matches(['-', ' ']).len();
        let is_item = self.text.starts_with('-');
        if above.text.ends_with(':') {
            indent == indent_above + dashes + 2
        } else if is_item {
            indent == indent_above && dashes > 0
        } else {
            indent == indent_above + dashes
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let content = content.trim_end();
        let is_comment = content.starts_with('#');
        (!content.is_empty() && !is_comment).then_some(Line { start: start + indent, indent, text: content })
    })
}
