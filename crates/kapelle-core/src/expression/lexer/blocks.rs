//! Pieces that are not read: comments, raw and verbatim blocks.

use std::ops::Range;

use super::{Lexer, Piece, dash_and_blanks, is_blank};
use crate::expression::Problem;

/// The next tag of one name, remembered so that a text full of openings is searched only once.
#[derive(Clone, Default)]
pub(super) enum NextTag {
    #[default]
    Unknown,
    At(Range<usize>),
    None,
}

impl<'a> Lexer<'a> {
    /// Skips the comment that starts here.
    pub(super) fn comment(&mut self) -> Result<Piece<'a>, Problem> {
        let start = self.at;
        let body = start + 2 + dash_and_blanks(&self.text[start + 2..]);
        let Some(length) = self.text[body..].find("#}") else {
            self.at = self.text.len();
            let message = "`{#` starts a comment that is never closed: `#}` is missing".to_owned();
            return Err(Problem { message, range: start..start + 2 });
        };
        // Unlike that of a print, the dash of a comment needs a blank before it.
        self.trims_next =
            self.text[body..body + length].strip_suffix('-').is_some_and(|rest| rest.ends_with(is_blank));
        self.at = body + length + 2;
        Ok(Piece::Comment)
    }

    /// The raw block that starts here, if one does.
    pub(super) fn raw(&mut self) -> Result<Option<Piece<'a>>, Problem> {
        let start = self.at;
        let Some(body) = raw_tag(self.text, start, "raw") else { return Ok(None) };
        let end = self.next_endraw(body);
        let last = end.as_ref().map_or(self.text.len(), |end| end.start);
        let is_one_line = !self.text[body..last].contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        let Some(end) = end else {
            self.at = self.text.len();
            let message = "`raw` is never closed: `{% endraw %}` is missing".to_owned();
            return Err(Problem { message, range: start..body });
        };
        self.at = end.end;
        if !is_one_line {
            let message =
                "`raw` has to end on the line it starts on; for several lines use `verbatim`".to_owned();
            self.problems.push(Problem { message, range: start..body });
        }
        Ok(Some(Piece::Raw(&self.text[body..end.start])))
    }

    fn next_endraw(&mut self, from: usize) -> Option<Range<usize>> {
        match &self.endraw {
            NextTag::At(range) if range.start >= from => return Some(range.clone()),
            NextTag::None => return None,
            _ => {}
        }
        let found = find_tag(self.text, from, |text, at| raw_tag(text, at, "endraw"));
        self.endraw = found.clone().map_or(NextTag::None, NextTag::At);
        found
    }

    /// The verbatim block whose tag was just entered, if it is one.
    pub(super) fn verbatim(&mut self) -> Result<Option<Piece<'a>>, Problem> {
        let Some(body) = verbatim_tag(self.text, self.at, "verbatim") else { return Ok(None) };
        self.closing = "";
        let Some(end) = find_tag(self.text, body, endverbatim_tag) else {
            self.at = self.text.len();
            let message = "`verbatim` is never closed: `{% endverbatim %}` is missing".to_owned();
            return Err(Problem { message, range: self.opened..body });
        };
        let mut text = self.text[body..end.start].trim_start_matches(is_blank);
        if self.text[end.start + 2..].starts_with('-') {
            text = text.trim_end_matches(is_blank);
        }
        self.trims_next = self.text[..end.end].ends_with("-%}");
        self.at = end.end;
        Ok(Some(Piece::Verbatim(text)))
    }

    /// Whether the delimiter at `open` removes the blanks before it.
    pub(super) fn trims_before(&self, open: usize) -> bool {
        let Some(rest) = self.text.get(open + 2..) else { return false };
        dash_and_blanks(rest) > 0 && raw_tag(self.text, open, "raw").is_none()
    }
}

/// The next raw block from `from` on: all of it, and what is between its tags.
pub(in crate::expression) fn raw_block(text: &str, from: usize) -> Option<(Range<usize>, Range<usize>)> {
    let open = find_tag(text, from, |text, at| raw_tag(text, at, "raw"))?;
    let close = find_tag(text, open.end, |text, at| raw_tag(text, at, "endraw"))?;
    Some((open.start..close.end, open.end..close.start))
}

fn find_tag(text: &str, mut from: usize, end: impl Fn(&str, usize) -> Option<usize>) -> Option<Range<usize>> {
    while let Some(ahead) = text[from..].find("{%") {
        let at = from + ahead;
        if let Some(end) = end(text, at) {
            return Some(at..end);
        }
        from = at + 2;
    }
    None
}

/// The end of the tag at `at` if it is `raw` or `endraw`, around which any number of dashes may stand.
fn raw_tag(text: &str, at: usize, name: &str) -> Option<usize> {
    let rest = text[at..].strip_prefix("{%")?.trim_start_matches('-');
    let rest = rest.trim_start_matches(is_ascii_blank).strip_prefix(name)?;
    let rest = rest.trim_start_matches(is_ascii_blank).trim_start_matches('-').strip_prefix("%}")?;
    Some(text.len() - rest.len())
}

fn endverbatim_tag(text: &str, at: usize) -> Option<usize> {
    let inside = text[at..].strip_prefix("{%")?;
    let inside = inside.strip_prefix('-').unwrap_or(inside);
    verbatim_tag(text, text.len() - inside.len(), "endverbatim")
}

/// The end of a tag whose content starts at `at`, if it is `name`.
fn verbatim_tag(text: &str, at: usize, name: &str) -> Option<usize> {
    let rest = text[at..].trim_start_matches(is_ascii_blank).strip_prefix(name)?;
    let rest = rest.trim_start_matches(is_ascii_blank);
    let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
    Some(text.len() - rest.len())
}

fn is_ascii_blank(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}
