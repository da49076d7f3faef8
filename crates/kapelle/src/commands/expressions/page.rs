//! The page about one entry, for people.

use std::fmt::Write;

use kapelle_core::expression::builtin::Levels;

use super::entry::{Entry, Kind};
use crate::report::{cut, text_width, wrap};

/// Columns that a sentence gets at least; on a narrow terminal it stands below the signature.
const SENTENCE_MIN: usize = 24;

pub(super) fn render(entry: &Entry, width: usize) -> String {
    let mut text = format!("{}\n", entry.signature);
    let _ = match entry.kind {
        Kind::Operator | Kind::Tag => writeln!(text, "{}\n", entry.kind.word()),
        kind => writeln!(text, "{}, group {}\n", kind.word(), entry.group),
    };
    for line in wrap(entry.summary, width) {
        text.push_str(&line);
        text.push('\n');
    }
    if entry.levels == Levels::One {
        text.push_str("Only at language level 1: Kestra 2.0 has it no more.\n");
    }
    let _ = match entry.binds {
        Some((one, two)) if one == two => writeln!(text, "Binds with {one}."),
        Some((one, two)) => writeln!(text, "Binds with {one} at language level 1, with {two} at level 2."),
        None => Ok(()),
    };
    let (template, result) = entry.example;
    let _ = write!(text, "\nExample\n{}", indented(template));
    if let Some(result) = result {
        let _ = write!(text, "gives\n{}", indented(result));
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}

/// A signature in a column of its own with a sentence beside it, or below it if it is too long.
pub(super) fn row(signature: &str, sentence: &str, left: usize, width: usize) -> String {
    let signature = cut(signature, width.saturating_sub(2));
    let used = text_width(&signature);
    let mut text = format!("  {signature}");
    if width < left + SENTENCE_MIN {
        text.push('\n');
        for line in wrap(sentence, width.saturating_sub(4)) {
            let _ = writeln!(text, "    {line}");
        }
        return text;
    }
    let indent = left + 4;
    let mut is_first = used <= left;
    if !is_first {
        text.push('\n');
    }
    for line in wrap(sentence, width.saturating_sub(indent)) {
        let blanks = if is_first { indent - used - 2 } else { indent };
        let _ = writeln!(text, "{}{line}", " ".repeat(blanks));
        is_first = false;
    }
    text
}
