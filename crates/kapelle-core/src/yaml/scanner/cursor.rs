//! A place in the text that knows its line and column.

/// What a byte may be. `WIDE` is the first byte of the line breaks beyond ASCII (NEL, LS, PS).
pub(super) const BLANK: u8 = 1;
pub(super) const BREAK: u8 = 2;
pub(super) const WIDE: u8 = 4;
/// Brackets, braces and the comma.
pub(super) const FLOW: u8 = 8;
pub(super) const COLON: u8 = 16;
pub(super) const HASH: u8 = 32;
pub(super) const SINGLE: u8 = 64;
/// Double quote and backslash.
pub(super) const DOUBLE: u8 = 128;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    classes[b' ' as usize] = BLANK;
    classes[b'\t' as usize] = BLANK;
    classes[b'\n' as usize] = BREAK;
    classes[b'\r' as usize] = BREAK;
    classes[0xC2] = WIDE;
    classes[0xE2] = WIDE;
    classes[b',' as usize] = FLOW;
    classes[b'[' as usize] = FLOW;
    classes[b']' as usize] = FLOW;
    classes[b'{' as usize] = FLOW;
    classes[b'}' as usize] = FLOW;
    classes[b':' as usize] = COLON;
    classes[b'#' as usize] = HASH;
    classes[b'\'' as usize] = SINGLE;
    classes[b'"' as usize] = DOUBLE;
    classes[b'\\' as usize] = DOUBLE;
    classes
}

pub(super) fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// Bytes, characters and lines are counted together, so that a column costs a subtraction.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// Byte of the text.
    pub(super) at: usize,
    pub(super) line: usize,
    /// Bytes before `at` that continue a character.
    continuations: usize,
    /// Character with which the line starts.
    line_start: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 0, continuations: 0, line_start: 0 }
    }

    /// The byte that stands so many bytes ahead.
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn character(&self) -> Option<char> {
        self.slice(self.at, self.text.len()).chars().next()
    }

    /// Number of characters before this place.
    pub(super) fn characters(&self) -> usize {
        self.at - self.continuations
    }

    /// The column, counted from 1: column 0 is the one outside of all blocks.
    pub(super) fn column(&self) -> usize {
        self.characters() - self.line_start + 1
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Length of the line break that stands so many bytes ahead, 0 if there is none.
    pub(super) fn break_length(&self, ahead: usize) -> usize {
        break_length(self.text.as_bytes().get(self.at + ahead..).unwrap_or_default())
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(|byte| class(byte) == BLANK)
    }

    /// Blank, line break or end.
    pub(super) fn is_gap(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            None => true,
            Some(byte) => match class(byte) {
                BLANK | BREAK => true,
                WIDE => self.break_length(ahead) > 0,
                _ => false,
            },
        }
    }

    /// Goes over ASCII that is no line break.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Goes to a byte of the same line.
    pub(super) fn skip_to(&mut self, end: usize) {
        let passed = self.text.as_bytes().get(self.at..end).unwrap_or_default();
        self.continuations += passed.iter().filter(|byte| (**byte & 0xC0) == 0x80).count();
        self.at += passed.len();
    }

    /// Goes over the line break that stands here.
    pub(super) fn skip_break(&mut self) {
        let end = self.at + self.break_length(0);
        self.skip_to(end);
        self.line += 1;
        self.line_start = self.characters();
    }

    /// Goes over blanks and line breaks, says whether there were line breaks.
    pub(super) fn skip_gap(&mut self) -> bool {
        let mut has_break = false;
        while let Some(byte) = self.peek(0) {
            match class(byte) {
                BLANK => self.skip(1),
                BREAK | WIDE if self.break_length(0) > 0 => {
                    self.skip_break();
                    has_break = true;
                }
                _ => break,
            }
        }
        has_break
    }

    /// The end of the run of bytes that starts at `from` and has none of `stops` in it. A line break of several
    /// bytes ends the run, other characters that start alike do not.
    pub(super) fn run_end(&self, from: usize, stops: u8) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            let class = class(*byte);
            if class & stops != 0 && (class != WIDE || break_length(bytes.get(at..).unwrap_or_default()) > 0)
            {
                break;
            }
            at += 1;
        }
        at
    }

    /// `---` or `...` alone at the start of a line.
    pub(super) fn is_document_marker(&self) -> bool {
        self.column() == 1
            && matches!(self.text.as_bytes().get(self.at..self.at + 3), Some(b"---" | b"..."))
            && self.is_gap(3)
    }

    /// The end of what was written before `end`, not before `from`, without trailing blanks.
    pub(super) fn written_end(&self, from: usize, end: usize) -> usize {
        from + self.slice(from, end).trim_end_matches([' ', '\t']).len()
    }
}

fn break_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// Appends the line breaks of a gap as they count: most are the same as `\n`, two are themselves.
pub(super) fn push_breaks(gap: &str, into: &mut String) {
    let mut rest = gap;
    while let Some(character) = rest.chars().next() {
        let length = break_length(rest.as_bytes());
        match character {
            '\u{2028}' | '\u{2029}' => into.push(character),
            _ if length > 0 => into.push('\n'),
            _ => {}
        }
        rest = rest.get(length.max(character.len_utf8())..).unwrap_or_default();
    }
}

/// Appends what a gap with line breaks stands for inside a text: a blank for one line break, and for several of
/// them all but the first.
pub(super) fn push_folded(gap: &str, into: &mut String) {
    let gap = gap.trim_start_matches([' ', '\t']);
    if gap.starts_with(['\u{2028}', '\u{2029}']) {
        return push_breaks(gap, into);
    }
    let length = into.len();
    push_breaks(gap.get(break_length(gap.as_bytes())..).unwrap_or_default(), into);
    if into.len() == length {
        into.push(' ');
    }
}
