//! Groups, and the flags that they set.

use super::super::Fault;
use super::super::group::take_name;
use super::{Atom, Flags, Translator};

/// A group that is not closed yet, with what is to be as it was behind it.
pub(super) struct Open {
    start: usize,
    flags: Flags,
    comments: bool,
    is_empty: bool,
}

impl Translator {
    /// What stands behind `(`.
    pub(super) fn open_group(&mut self, at: usize) -> Result<(), Fault> {
        let before = (self.flags, self.scan.comments);
        let (opening, is_empty) = self.opening(at)?;
        self.atom = None;
        let Some(opening) = opening else {
            return Ok(());
        };
        let (flags, comments) = before;
        self.open.push(Open { start: self.out.len(), flags, comments, is_empty });
        self.out.push_str(opening);
        Ok(())
    }

    /// How the group starts, none if there are only flags, and whether it just looks.
    fn opening(&mut self, at: usize) -> Result<(Option<&'static str>, bool), Fault> {
        if !self.scan.take('?') {
            self.groups += 1;
            return Ok((Some("("), false));
        }
        let kind = self.scan.next().map_or(':', |token| token.character);
        let opening = match kind {
            ':' => return Ok((Some("(?:"), false)),
            '=' => "(?=",
            '!' => "(?!",
            '>' => {
                self.backtracking = true;
                return Ok((Some("(?>"), false));
            }
            '<' if self.scan.take('=') => "(?<=",
            '<' if self.scan.take('!') => "(?<!",
            '<' => {
                let name = take_name(&mut self.scan, at)?;
                self.groups += 1;
                self.names.push((name, self.groups));
                return Ok((Some("("), false));
            }
            _ => {
                self.scan.go_back(self.scan.place().saturating_sub(1));
                let is_group = self.take_flags();
                return Ok((is_group.then_some("(?:"), false));
            }
        };
        self.backtracking = true;
        Ok((Some(opening), true))
    }

    pub(super) fn close_group(&mut self) {
        self.out.push(')');
        if let Some(open) = self.open.pop() {
            self.flags = open.flags;
            self.scan.comments = open.comments;
            self.atom = Some(Atom { start: open.start, is_empty: open.is_empty });
        }
    }

    /// Takes flags such as `i-x` with what ends them; true if a group follows.
    fn take_flags(&mut self) -> bool {
        let mut on = true;
        while let Some(token) = self.scan.next_significant() {
            match token.character {
                'i' => self.flags.ignore_case = on,
                'm' => self.flags.lines = on,
                's' => self.flags.dot_all = on,
                'd' => self.flags.line_feeds = on,
                'u' => self.flags.unicode_case = on,
                'U' => {
                    self.flags.unicode = on;
                    self.flags.unicode_case = on;
                }
                'x' => self.scan.comments = on,
                '-' => on = false,
                ':' => return true,
                ')' => return false,
                _ => {}
            }
        }
        false
    }
}
