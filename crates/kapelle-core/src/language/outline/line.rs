//! One line of the outline after the other.

use super::{Entry, Frame, Level, Map, Reader, Skipped, Slot};

impl Reader<'_> {
    /// Reads a line; gives where reading goes on, which is behind it where something in braces goes over several lines.
    pub(super) fn line(&mut self, start: usize, end: usize, document_end: usize) -> usize {
        let line = &self.text[start..end];
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let is_empty = content.trim().is_empty();
        let is_cursor_here = (start..=end).contains(&self.at);
        if self.skip(content, indent, is_empty) {
            if is_cursor_here && is_empty && self.at - start < self.block_indent() {
                self.blank(start);
            } else if is_cursor_here {
                self.find(Slot::text(self.text, self.at));
            }
            return end;
        }
        if is_empty || content.starts_with('#') || content.starts_with("---") {
            if is_cursor_here && is_empty {
                self.blank(start);
            } else if is_cursor_here {
                self.find(Slot::Nothing);
            }
            return end;
        }
        self.content(start + indent, end, document_end, indent)
    }

    /// Whether a line belongs to a scalar that began before it.
    fn skip(&mut self, content: &str, indent: usize, is_empty: bool) -> bool {
        match self.skipped {
            Skipped::Nothing => false,
            Skipped::Block(above) => {
                let is_inside = is_empty || indent > above;
                if !is_inside {
                    self.skipped = Skipped::Nothing;
                }
                is_inside
            }
            Skipped::Quoted(quote) => {
                if content.contains(quote) {
                    self.skipped = Skipped::Nothing;
                }
                true
            }
        }
    }

    /// Columns that text of the block scalar has at least.
    fn block_indent(&self) -> usize {
        match self.skipped {
            Skipped::Block(above) => above + 1,
            _ => 0,
        }
    }

    /// What stands on a line: dashes, then a key, or a scalar.
    fn content(&mut self, mut start: usize, end: usize, document_end: usize, mut indent: usize) -> usize {
        let is_dash = |rest: &str| rest == "-" || rest.starts_with("- ");
        let is_item = is_dash(self.text[start..end].trim_end());
        self.close(indent, is_item);
        while is_dash(self.text[start..end].trim_end()) {
            if !matches!(self.frames.last(), Some(Frame::List { indent: known }) if *known == indent) {
                self.frames.push(Frame::List { indent });
            }
            let rest = &self.text[start + 1..end];
            let gap = 1 + rest.len() - rest.trim_start_matches(' ').len();
            if rest.trim().is_empty() {
                if self.is_cursor_in(start + 1, end) {
                    self.find_at(indent + gap);
                }
                return end;
            }
            start += gap;
            indent += gap;
        }
        match key_end(&self.text[start..end]) {
            Some(length) => self.entry(start..start + length, end, document_end, indent),
            None => self.scalar(start, end, document_end, indent),
        }
    }

    /// Closes what a line of this indentation ends.
    fn close(&mut self, indent: usize, is_item: bool) {
        while let Some(frame) = self.frames.last() {
            let is_over = match frame {
                Frame::Map { indent: own, .. } => *own > indent,
                Frame::List { indent: own } => *own > indent || (*own == indent && !is_item),
            };
            if !is_over {
                break;
            }
            self.frames.pop();
        }
    }

    fn entry(
        &mut self,
        key: std::ops::Range<usize>,
        end: usize,
        document_end: usize,
        indent: usize,
    ) -> usize {
        let map = match self.frames.last() {
            Some(Frame::Map { map, indent: own }) if *own == indent => *map,
            _ => self.open_map(key.start, indent),
        };
        let after = &self.text[key.end + 1..end];
        let gap = after.len() - after.trim_start().len();
        let value_start = key.end + 1 + gap;
        let value_end = value_start + without_comment(&self.text[value_start..end]).trim_end().len();
        self.outline.maps[map].entries.push(Entry { key: key.clone(), value: value_start..value_end });
        let entry = self.outline.maps[map].entries.len() - 1;
        let value = self.text[value_start..value_end].to_owned();
        if self.is_cursor_in(key.start, key.end) {
            let written = self.text[key.start..self.at].to_owned();
            self.find_in(map, None, Slot::Key { written, range: key, has_colon: true });
        } else if value.starts_with(['{', '[']) && !value.starts_with("{{") {
            return self.in_braces(map, entry, value_start, document_end).max(end);
        } else if self.is_cursor_in(key.end + 1, end) {
            let range = value_start.min(self.at)..value_end.max(self.at);
            let written = self.text[value_start.min(self.at)..self.at].to_owned();
            self.find_in(map, Some(entry), Slot::Value { written, range });
        }
        self.begin_scalar(&value, indent);
        end
    }

    /// Notes where a scalar goes on over the following lines.
    fn begin_scalar(&mut self, value: &str, indent: usize) {
        if value.starts_with(['|', '>']) {
            self.skipped = Skipped::Block(indent);
        } else if let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            let is_open = value.len() == 1 || !value[1..].contains(quote);
            // An expression that is being written has no closing quote yet.
            if is_open && !value.contains("{{") {
                self.skipped = Skipped::Quoted(quote);
            }
        }
    }

    /// A line without a colon: an item, or the beginning of a key, or the rest of a longer text.
    fn scalar(&mut self, start: usize, end: usize, document_end: usize, indent: usize) -> usize {
        let text = &self.text[start..end];
        if text.starts_with('{') && !text.starts_with("{{") {
            return self.item_in_braces(start, document_end).max(end);
        }
        if self.is_cursor_in(start, end) {
            self.find_at(indent);
            let range = start..start + text.trim_end().len().max(self.at - start);
            let written = self.text[start..self.at].to_owned();
            self.outline.slot = Slot::Either { written, range };
        }
        self.begin_scalar(text.trim_end(), indent.saturating_sub(1));
        end
    }

    pub(super) fn open_map(&mut self, start: usize, indent: usize) -> usize {
        self.outline.maps.push(Map { start, indent: Some(indent), entries: Vec::new() });
        let map = self.outline.maps.len() - 1;
        self.frames.push(Frame::Map { map, indent });
        map
    }

    fn is_cursor_in(&self, start: usize, end: usize) -> bool {
        !self.is_found && (start..=end).contains(&self.at)
    }

    /// The cursor stands on an empty line: its column says what it is about to continue.
    pub(super) fn blank(&mut self, line_start: usize) {
        self.find_at(self.at - line_start.min(self.at));
    }

    /// The cursor is about to write something of this indentation.
    fn find_at(&mut self, indent: usize) {
        if !self.is_found {
            self.outline.way = self.way_at(indent);
            self.outline.slot = Slot::Either { written: String::new(), range: self.at..self.at };
            self.is_found = true;
        }
    }

    /// The way to what a line of this indentation would belong to.
    fn way_at(&self, indent: usize) -> Vec<Level> {
        let mut way = Vec::new();
        for (at, frame) in self.frames.iter().enumerate() {
            let next = self.frames.get(at + 1);
            match frame {
                Frame::Map { indent: own, .. } if *own > indent && at > 0 => break,
                Frame::List { indent: own } if *own >= indent => break,
                Frame::List { .. } => way.push(Level::Item),
                Frame::Map { map, indent: own } => {
                    let goes_on = match next {
                        Some(Frame::Map { indent: next, .. }) => *next <= indent,
                        Some(Frame::List { indent: next }) => *next < indent,
                        None => false,
                    };
                    let last = self.outline.maps[*map].entries.len().checked_sub(1);
                    let is_below = *own < indent;
                    let entry = if goes_on || is_below { last } else { None };
                    way.push(Level::Map { map: *map, entry });
                }
            }
        }
        way
    }

    pub(super) fn find(&mut self, slot: Slot) {
        if self.is_found {
            return;
        }
        self.outline.way = self.way_at(usize::MAX);
        self.is_found = true;
        self.outline.slot = slot;
    }

    /// The cursor stands in the map on top.
    fn find_in(&mut self, map: usize, entry: Option<usize>, slot: Slot) {
        if self.is_found {
            return;
        }
        self.find(slot);
        if let Some(Level::Map { map: last, entry: place }) = self.outline.way.last_mut()
            && *last == map
        {
            *place = entry;
        }
    }
}

/// The length of a key that a colon follows.
fn key_end(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let from = match quote {
        Some(quote) => text[1..].find(quote)? + 2,
        None => 0,
    };
    if quote.is_none() && text.starts_with(['{', '[', '#', '&', '*', '!', '|', '>', '%']) {
        return None;
    }
    let rest = &text[from..];
    let mut colons = rest.match_indices(':');
    let found = colons.find(|(at, _)| rest[at + 1..].chars().next().is_none_or(char::is_whitespace));
    found.map(|(at, _)| from + at)
}

/// A value without the comment behind it.
fn without_comment(value: &str) -> &str {
    if value.starts_with(['"', '\'']) {
        return value;
    }
    value.find(" #").map_or(value, |at| &value[..at])
}
