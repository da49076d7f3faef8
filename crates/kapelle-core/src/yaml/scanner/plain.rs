//! Scalars without quotes.

use std::borrow::Cow;

use super::cursor::{BREAK, COLON, FLOW, HASH, WIDE, class, push_folded};
use super::tokens::{Token, Tokens, What};
use super::{Error, Kind, Style};

impl<'a> Tokens<'a> {
    pub(super) fn plain(&mut self) -> Result<Token<'a>, Error> {
        let start = self.cursor.at;
        let mut text = Cow::Borrowed("");
        let mut end = start;
        loop {
            let from = self.cursor.at;
            let stop = self.plain_run();
            let written = self.cursor.written_end(from, stop);
            if written > from {
                if from == start {
                    text = Cow::Borrowed(self.cursor.slice(from, written));
                } else {
                    let joined = text.to_mut();
                    push_folded(self.cursor.slice(end, from), joined);
                    joined.push_str(self.cursor.slice(from, written));
                    self.key_allowed = false;
                }
                end = written;
            }
            self.cursor.skip_to(stop);
            if self.cursor.break_length(0) == 0 || !self.continues_below(start)? {
                break;
            }
        }
        Ok(Token::with_text(What::Scalar(Style::Plain), start, end, text))
    }

    /// The end of what the scalar has of this line.
    fn plain_run(&self) -> usize {
        let in_brackets = self.keys.is_in_brackets();
        let stops = BREAK | WIDE | COLON | HASH | if in_brackets { FLOW } else { 0 };
        let from = self.cursor.at;
        let mut at = from;
        loop {
            at = self.cursor.run_end(at, stops);
            let ahead = at - from;
            match self.cursor.peek(ahead) {
                Some(b':') if !self.cursor.is_gap(ahead + 1) => {
                    // Between brackets Kestra's reader takes `a:[` for a key, where its relatives refuse it.
                    let next = self.cursor.peek(ahead + 1);
                    if in_brackets && next.is_some_and(|byte| class(byte) == FLOW) {
                        return at;
                    }
                    at += 1;
                }
                Some(b'#') if ahead > 0 && !is_blank_before(self.cursor.slice(from, at)) => at += 1,
                _ => return at,
            }
        }
    }

    /// Goes to the next line with text. The scalar goes on there if it is indented and no comment.
    fn continues_below(&mut self, start: usize) -> Result<bool, Error> {
        let mut has_break = false;
        while let Some(byte) = self.cursor.peek(0) {
            if self.cursor.break_length(0) > 0 {
                self.cursor.skip_break();
                has_break = true;
                continue;
            }
            match byte {
                b'\t' if has_break && self.cursor.column() <= self.indent.column => {
                    return Err(Kind::Tab.at(self.cursor.at, start));
                }
                b' ' | b'\t' => self.cursor.skip(1),
                _ => break,
            }
        }
        let is_inside = self.keys.is_in_brackets() || self.cursor.column() > self.indent.column;
        let goes_on = is_inside
            && !self.cursor.is_document_marker()
            && self.cursor.peek(0).is_some_and(|byte| byte != b'#');
        // Unless this line belongs to the scalar, it may start with a key.
        self.key_allowed = true;
        Ok(goes_on)
    }
}

fn is_blank_before(written: &str) -> bool {
    written.ends_with([' ', '\t'])
}
