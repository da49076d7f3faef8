//! Maps and lists in braces and brackets.

use super::{Entry, Level, Reader, Slot};

/// What is open between braces.
enum Open {
    Map { map: usize, key: Option<usize> },
    List,
}

impl Reader<'_> {
    /// The value of an entry in braces; gives where it ends.
    pub(super) fn in_braces(&mut self, map: usize, entry: usize, start: usize, end: usize) -> usize {
        let mut before = self.open_levels();
        if let Some(Level::Map { map: last, entry: place }) = before.last_mut()
            && *last == map
        {
            *place = Some(entry);
        }
        self.braces(&before, start, end)
    }

    /// An item of a list in braces.
    pub(super) fn item_in_braces(&mut self, start: usize, end: usize) -> usize {
        let before = self.open_levels();
        self.braces(&before, start, end)
    }

    fn open_levels(&self) -> Vec<Level> {
        let level = |frame: &super::Frame| match frame {
            super::Frame::List { .. } => Level::Item,
            super::Frame::Map { map, .. } => {
                Level::Map { map: *map, entry: self.outline.maps[*map].entries.len().checked_sub(1) }
            }
        };
        self.frames.iter().map(level).collect()
    }

    /// Follows braces until they are closed, or until what cannot stand in them any more.
    fn braces(&mut self, before: &[Level], start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut open: Vec<Open> = Vec::new();
        let mut word = start;
        let mut at = start;
        let mut quote: Option<u8> = None;
        while at < end {
            if !self.is_found && at == self.at && at > start {
                self.found_in_braces(before, &open, word);
            }
            let byte = bytes[at];
            if let Some(closing) = quote {
                if byte == closing {
                    quote = None;
                }
                at += 1;
                continue;
            }
            match byte {
                b'"' | b'\'' if self.text[word..at].trim().is_empty() => quote = Some(byte),
                b'{' | b'[' if bytes.get(at + 1) != Some(&b'{') && self.text[word..at].trim().is_empty() => {
                    open.push(self.opened(byte, at));
                    word = at + 1;
                }
                b'}' | b']' => {
                    self.end_value(&open, word, at);
                    open.pop();
                    word = at + 1;
                    if open.is_empty() {
                        return self.text[at..end].find('\n').map_or(end, |length| at + length);
                    }
                }
                b',' => {
                    self.end_value(&open, word, at);
                    if let Some(Open::Map { key, .. }) = open.last_mut() {
                        *key = None;
                    }
                    word = at + 1;
                }
                b':' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {
                    if let Some(Open::Map { map, key }) = open.last_mut()
                        && key.is_none()
                    {
                        let name = trimmed(self.text, word, at);
                        self.outline.maps[*map].entries.push(Entry { key: name, value: at + 1..at + 1 });
                        *key = Some(self.outline.maps[*map].entries.len() - 1);
                        word = at + 1;
                    }
                }
                b'\n' => {
                    // Braces that nobody closed: a key of the text around them begins anew.
                    self.end_value(&open, word, at);
                    let next = &self.text[at + 1..end];
                    if next.trim_start_matches(' ').starts_with("- ") {
                        return at;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        if !self.is_found && self.at == end {
            self.found_in_braces(before, &open, word);
        }
        at
    }

    fn opened(&mut self, byte: u8, start: usize) -> Open {
        if byte == b'[' {
            return Open::List;
        }
        self.outline.maps.push(super::Map { start, indent: None, entries: Vec::new() });
        Open::Map { map: self.outline.maps.len() - 1, key: None }
    }

    fn end_value(&mut self, open: &[Open], word: usize, at: usize) {
        if let Some(Open::Map { map, key: Some(key) }) = open.last() {
            let entry = &mut self.outline.maps[*map].entries[*key];
            if entry.value.is_empty() {
                entry.value = trimmed(self.text, word, at);
            }
        }
    }

    fn found_in_braces(&mut self, before: &[Level], open: &[Open], word: usize) {
        let mut way = before.to_vec();
        for one in open {
            way.push(match one {
                Open::Map { map, key } => Level::Map { map: *map, entry: *key },
                Open::List => Level::Item,
            });
        }
        let rest = &self.text[self.at..];
        let length = rest.find([',', '}', ']', '\n', ':']).unwrap_or(rest.len());
        let start = word + self.text[word..self.at].len() - self.text[word..self.at].trim_start().len();
        let range = start..self.at + rest[..length].trim_end().len();
        let written = self.text[start..self.at].to_owned();
        let slot = match open.last() {
            Some(Open::Map { key: None, .. }) => {
                Slot::Key { written, range, has_colon: rest[length..].starts_with(':') }
            }
            _ => Slot::Value { written, range },
        };
        self.outline.way = way;
        self.outline.slot = slot;
        self.is_found = true;
    }
}

fn trimmed(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let inner = &text[start..end];
    let from = start + inner.len() - inner.trim_start().len();
    from..from.max(start + inner.trim_end().len())
}
