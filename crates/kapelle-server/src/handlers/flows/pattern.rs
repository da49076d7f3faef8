//! What is searched for in the sources of flows, and what is written in its place.

use regex::{Regex, RegexBuilder};

use crate::error::{ApiError, Outcome};

/// Bytes that a pattern may be compiled to.
const PATTERN_MAX: usize = 1 << 20;

/// Something that may stand in a line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'w> {
    pub(crate) text: &'w str,
    pub(crate) is_case_sensitive: bool,
    pub(crate) is_whole_word: bool,
    pub(crate) is_pattern: bool,
}

#[derive(Debug)]
pub(crate) struct Pattern {
    found: Regex,
    is_pattern: bool,
}

impl Pattern {
    pub(crate) fn of(wanted: &Wanted<'_>) -> Outcome<Self> {
        let text = if wanted.is_pattern { wanted.text.to_owned() } else { regex::escape(wanted.text) };
        let text = if wanted.is_whole_word { format!(r"\b(?:{text})\b") } else { text };
        let mut builder = RegexBuilder::new(&text);
        let built = builder.case_insensitive(!wanted.is_case_sensitive).size_limit(PATTERN_MAX).build();
        let wrong =
            |_| ApiError::invalid_entity(format!("query: `{}` is no regular expression", wanted.text));
        Ok(Self { found: built.map_err(wrong)?, is_pattern: wanted.is_pattern })
    }

    /// Where it stands in a line for the first time, in characters.
    pub(crate) fn column(&self, line: &str) -> Option<usize> {
        Some(line[..self.found.find(line)?.start()].chars().count())
    }

    /// The line with marks around it.
    pub(crate) fn marked(&self, line: &str) -> Option<String> {
        let range = self.found.find(line).filter(|found| !found.is_empty())?.range();
        Some(format!("{}[mark]{}[/mark]{}", &line[..range.start], &line[range.clone()], &line[range.end..]))
    }

    /// The line with something else in its place. Groups of a pattern may stand in it; nothing else has a meaning.
    pub(crate) fn replaced(&self, line: &str, with: &str) -> String {
        if self.is_pattern {
            return self.found.replace_all(line, with).into_owned();
        }
        self.found.replace_all(line, regex::NoExpand(with)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_depends_on_how_it_is_wanted() {
        let wanted = |text| Wanted { text, ..Wanted::default() };
        for (wanted, line, marked) in [
            (wanted("a.b"), "x A.B y", Some("x [mark]A.B[/mark] y")),
            (wanted("a.b"), "aXb", None),
            (Wanted { is_case_sensitive: true, ..wanted("a") }, "A", None),
            (Wanted { is_whole_word: true, ..wanted("log") }, "logs log", Some("logs [mark]log[/mark]")),
            (Wanted { is_pattern: true, ..wanted("a.b") }, "aXb", Some("[mark]aXb[/mark]")),
        ] {
            assert_eq!(Pattern::of(&wanted).unwrap().marked(line).as_deref(), marked, "{wanted:?}");
        }
        assert!(Pattern::of(&Wanted { is_pattern: true, ..wanted("(") }).is_err());
    }

    #[test]
    fn only_patterns_have_groups_in_what_is_written() {
        let plain = Pattern::of(&Wanted { text: "a", ..Wanted::default() }).unwrap();
        assert_eq!(plain.replaced("a-a", "$1"), "$1-$1");
        let pattern = Wanted { text: "a(.)", is_pattern: true, ..Wanted::default() };
        assert_eq!(Pattern::of(&pattern).unwrap().replaced("ax", "${1}y"), "xy");
    }
}
