//! Where values of Ion text end, line by line.

/// Looks at text as it comes and knows at the end of each line whether all values of it are whole.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Brackets that are open.
    depth: usize,
    within: Within,
    /// The last byte outside of blanks was the second colon of an annotation.
    is_annotated: bool,
    last: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    /// Between two of these.
    Quotes(u8),
    /// Between three quotes.
    LongText,
    Comment,
    /// Between `{{` and `}}`, where `/` is a digit of base64.
    Bytes,
    /// In a text between `{{` and `}}`.
    QuotesOfBytes,
}

impl Scan {
    /// Takes a line with its end. Whether everything so far is whole.
    pub(super) fn take(&mut self, line: &[u8]) -> bool {
        let mut at = 0;
        while at < line.len() {
            at += self.step(&line[at..]);
        }
        // A text in simple quotes ends with its line unless the end is escaped, or it is wrong.
        let is_escaped = line.ends_with(b"\\\n");
        if let Within::Quotes(_) | Within::QuotesOfBytes = self.within
            && !is_escaped
        {
            self.within = Within::Nothing;
        }
        self.within == Within::Nothing && self.depth == 0 && !self.is_annotated
    }

    /// How many bytes were taken.
    fn step(&mut self, rest: &[u8]) -> usize {
        let first = rest[0];
        match self.within {
            Within::Nothing => return self.plain(rest),
            Within::Quotes(_) | Within::LongText | Within::QuotesOfBytes if first == b'\\' => return 2,
            Within::Quotes(quote) if first == quote => self.within = Within::Nothing,
            Within::QuotesOfBytes if first == b'"' => self.within = Within::Bytes,
            Within::LongText if rest.starts_with(b"'''") => {
                self.within = Within::Nothing;
                return 3;
            }
            Within::Comment if rest.starts_with(b"*/") => {
                self.within = Within::Nothing;
                return 2;
            }
            Within::Bytes if first == b'"' => self.within = Within::QuotesOfBytes,
            Within::Bytes if rest.starts_with(b"}}") => {
                self.within = Within::Nothing;
                return 2;
            }
            _ => {}
        }
        1
    }

    fn plain(&mut self, rest: &[u8]) -> usize {
        let first = rest[0];
        if rest.starts_with(b"//") {
            return rest.len();
        }
        if rest.starts_with(b"/*") {
            self.within = Within::Comment;
            return 2;
        }
        if !first.is_ascii_whitespace() {
            self.is_annotated = first == b':' && self.last == b':';
            self.last = first;
        }
        match first {
            b'{' if rest.starts_with(b"{{") => {
                self.within = Within::Bytes;
                return 2;
            }
            b'{' | b'[' | b'(' => self.depth += 1,
            b'}' | b']' | b')' => self.depth = self.depth.saturating_sub(1),
            b'\'' if rest.starts_with(b"'''") => {
                self.within = Within::LongText;
                return 3;
            }
            b'"' | b'\'' => self.within = Within::Quotes(first),
            _ => {}
        }
        1
    }
}
