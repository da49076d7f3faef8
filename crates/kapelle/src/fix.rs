//! Applying the fixes that diagnostics carry, as edits of single bytes: everything else stays as it was written.

use std::collections::BTreeMap;

use kapelle_core::check::{File, Options};
use kapelle_core::diagnostic::{Edit, Fix};
use kapelle_core::source::Source;

use crate::input::{self, Input};

/// A fix may bring to light what another can mend. One that brings back what it mended must not go on for ever.
const ROUNDS_MAX: usize = 5;

/// What came of mending.
pub(crate) struct Mended {
    /// Checked again after the last change.
    pub(crate) files: Vec<File>,
    /// For each file whether its text is another now.
    pub(crate) changed: Vec<bool>,
    pub(crate) applied: usize,
    /// Fixes that could not be applied beside others.
    pub(crate) left_out: usize,
}

/// Checks and fixes in turn until there is nothing to fix.
pub(crate) fn mend(inputs: &[Input], sources: Vec<Source>, options: Options) -> Mended {
    let files = input::check(inputs, sources, options);
    let mut mended = Mended { changed: vec![false; files.len()], files, applied: 0, left_out: 0 };
    for _ in 0..ROUNDS_MAX {
        let repairs: Vec<Repair> = mended.files.iter().map(repair).collect();
        mended.left_out = repairs.iter().map(|repair| repair.left_out).sum();
        let applied: usize = repairs.iter().map(|repair| repair.applied).sum();
        if applied == 0 {
            break;
        }
        mended.applied += applied;
        let mut sources = Vec::with_capacity(repairs.len());
        for (index, (file, repair)) in mended.files.into_iter().zip(repairs).enumerate() {
            mended.changed[index] |= repair.applied > 0;
            sources.push(match repair.text {
                Some(text) => Source::new(file.source.name, text),
                None => file.source,
            });
        }
        mended.files = input::check(inputs, sources, options);
    }
    mended
}

/// One round of fixes for one text.
struct Repair {
    /// `None` if nothing was applied.
    text: Option<String>,
    applied: usize,
    left_out: usize,
}

fn repair(file: &File) -> Repair {
    let found = file.documents.iter().flat_map(|document| &document.diagnostics);
    apply(file.source.text(), found.filter_map(|found| found.fix.as_ref()))
}

/// Applies each fix wholly or not at all; of two that touch the same bytes the first.
fn apply<'a>(text: &str, fixes: impl Iterator<Item = &'a Fix>) -> Repair {
    let mut accepted: BTreeMap<u32, &Edit> = BTreeMap::new();
    let (mut applied, mut left_out) = (0, 0);
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| is_inside(text, edit) && is_free(&accepted, edit));
        // Two findings may have one cure.
        let is_done = fix.edits.iter().all(|edit| accepted.get(&edit.span.start) == Some(&edit));
        if fits && !fix.edits.is_empty() && are_apart(&fix.edits) {
            accepted.extend(fix.edits.iter().map(|edit| (edit.span.start, edit)));
            applied += 1;
        } else if is_done && !fix.edits.is_empty() {
            applied += 1;
        } else {
            left_out += 1;
        }
    }
    let text = (applied > 0).then(|| write(text, accepted.values()));
    Repair { text, applied, left_out }
}

fn is_inside(text: &str, edit: &Edit) -> bool {
    edit.span.start <= edit.span.end && text.get(edit.span.range()).is_some()
}

fn is_free(accepted: &BTreeMap<u32, &Edit>, edit: &Edit) -> bool {
    let before = accepted.range(..=edit.span.start).next_back();
    let after = accepted.range(edit.span.start..).next();
    before.is_none_or(|(_, before)| !overlap(before, edit))
        && after.is_none_or(|(_, after)| !overlap(edit, after))
}

/// Of two insertions at the same place nobody knows which comes first, so they overlap too.
fn overlap(first: &Edit, second: &Edit) -> bool {
    second.span.start < first.span.end || first.span.start == second.span.start
}

fn are_apart(edits: &[Edit]) -> bool {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    sorted.windows(2).all(|pair| !overlap(pair[0], pair[1]))
}

fn write<'a>(text: &str, edits: impl Iterator<Item = &'a &'a Edit>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut copied_to = 0;
    for edit in edits {
        written.push_str(&text[copied_to..edit.span.start as usize]);
        written.push_str(&edit.text);
        copied_to = edit.span.end as usize;
    }
    written.push_str(&text[copied_to..]);
    written
}

#[cfg(test)]
mod tests {
    use kapelle_model::Span;

    use super::*;

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edits = edits
            .iter()
            .map(|(start, end, text)| Edit { span: Span::new(*start, *end), text: (*text).to_owned() });
        Fix { title: String::new(), edits: edits.collect() }
    }

    fn applied(text: &str, fixes: &[Fix]) -> (String, usize, usize) {
        let repair = apply(text, fixes.iter());
        (repair.text.unwrap_or_else(|| text.to_owned()), repair.applied, repair.left_out)
    }

    #[test]
    fn edits_of_several_fixes_are_applied_together() {
        let fixes = [fix(&[(4, 5, "ZZ")]), fix(&[(0, 1, "X"), (2, 2, "+")])];
        assert_eq!(applied("abcdef", &fixes), ("Xb+cdZZf".to_owned(), 2, 0));
    }

    #[test]
    fn a_fix_that_overlaps_an_earlier_one_is_left_out_wholly() {
        let fixes = [fix(&[(1, 4, "-")]), fix(&[(0, 1, "X"), (3, 5, "Y")]), fix(&[(4, 5, "Z")])];
        assert_eq!(applied("abcdef", &fixes), ("a-Zf".to_owned(), 2, 1));
        assert_eq!(applied("ab", &[fix(&[(1, 1, "x")]), fix(&[(1, 1, "y")])]), ("axb".to_owned(), 1, 1));
        assert_eq!(applied("abc", &[fix(&[(0, 2, "x"), (1, 3, "y")])]), ("abc".to_owned(), 0, 1));
    }

    #[test]
    fn two_findings_may_share_a_cure() {
        assert_eq!(applied("ab", &[fix(&[(0, 1, "x")]), fix(&[(0, 1, "x")])]), ("xb".to_owned(), 2, 0));
    }

    #[test]
    fn edits_outside_the_text_or_inside_a_character_are_left_out() {
        let fixes = [fix(&[(0, 9, "x")]), fix(&[(1, 2, "x")]), fix(&[(2, 1, "x")]), fix(&[])];
        assert_eq!(applied("ä", &fixes), ("ä".to_owned(), 0, 4));
    }
}
