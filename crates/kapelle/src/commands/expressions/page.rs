//! The page about one entry, for people.

use kapelle_core::expression::builtin::Levels;

use super::entry::{Entry, Kind};
use crate::report::{cut, text_width, wrap};

/// Columns that a sentence gets at least; on a narrow terminal it stands below the signature.
const SENTENCE_MIN: usize = 24;

pub(super) fn render(entry: &Entry, width: usize) -> String {
    let mut text = format!("{}\n", entry.signature);
    text.push_str(&match entry.kind {
        Kind::Operator | Kind::Tag => format!("{}\n\n", entry.kind.word()),
        kind => format!("{}, group {}\n\n", kind.word(), entry.group),
    });
    for line in wrap(entry.summary, width) {
        text.push_str(&line);
        text.push('\n');
    }
    if entry.levels == Levels::One {
        text.push_str("Only at language level 1: Kestra 2.0 has it no more.\n");
    }
    match entry.binds {
        Some((one, two)) if one == two => text.push_str(&format!("Binds with {one}.\n")),
        Some((one, two)) => {
            text.push_str(&format!("Binds with {one} at language level 1, with {two} at level 2.\n"));
        }
        None => {}
    }
    let (template, result) = entry.example;
    text.push_str(&format!("\nExample\n{}", indented(template)));
    if let Some(result) = result {
        text.push_str(&format!("gives\n{}", indented(result)));
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
            text.push_str(&format!("    {line}\n"));
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
        text.push_str(&format!("{}{line}\n", " ".repeat(blanks)));
        is_first = false;
    }
    text
}
