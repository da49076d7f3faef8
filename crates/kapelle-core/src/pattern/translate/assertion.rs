//! Starts and ends of lines and words.

use super::Translator;

impl Translator {
    /// `^`
    pub(super) fn line_start(&mut self) {
        if !self.flags.lines {
            self.write_empty(r"\A");
            return;
        }
        // Unlike elsewhere there is no line behind the last line end.
        if self.manner.exact {
            self.backtracking = true;
            self.write_empty(if self.flags.line_feeds {
                r"(?:(?!\z)(?:\A|(?<=\n)))"
            } else {
                r"(?:(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n)))"
            });
        } else {
            self.needs.something = true;
            self.needs.open_end = true;
            self.needs.line_feeds |= !self.flags.line_feeds;
            self.write_empty("(?m:^)");
        }
    }

    /// `$`, or `\Z` without `lines`.
    pub(super) fn line_end(&mut self, lines: bool) {
        let line_feeds = self.flags.line_feeds;
        if lines && line_feeds {
            self.write_empty("(?m:$)");
        } else if self.manner.exact {
            self.backtracking = true;
            self.write_empty(match (lines, line_feeds) {
                (false, false) => r"(?:\z|(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])\z)|(?<!\r)(?=\n\z))",
                (false, true) => r"(?:\z|(?=\n\z))",
                (true, _) => r"(?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n))",
            });
        } else if lines {
            self.needs.line_feeds = true;
            self.write_empty("(?m:$)");
        } else {
            self.needs.open_end = true;
            self.write_empty(r"\z");
        }
    }

    /// `\b`, or `\B` if negated. Words are of ASCII unless the flag `U` is on.
    pub(super) fn word_boundary(&mut self, negated: bool) {
        let text = match (self.flags.unicode, self.manner.backtracking, negated) {
            (true, _, false) => r"(?:\b)",
            (true, _, true) => r"(?:\B)",
            (false, false, false) => r"(?-u:\b)",
            (false, false, true) => r"(?-u:\B)",
            (false, true, false) => "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))",
            (false, true, true) => "(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))",
        };
        self.write_empty(text);
    }
}
