//! The text that a rendering writes, with the parts of it that are secret.

use std::ops::Range;

use kapelle_model::Text;

use super::error::{Error, Outcome};

/// A growing text. Beyond its limit it takes nothing more; [`Output::check`] tells.
#[derive(Debug)]
pub struct Output {
    text: String,
    secret: Vec<Range<usize>>,
    bytes_max: usize,
    is_full: bool,
}

impl Output {
    pub fn new(bytes_max: usize) -> Self {
        Self { text: String::new(), secret: Vec::new(), bytes_max, is_full: false }
    }

    pub fn push_str(&mut self, text: &str) {
        if text.len() > self.bytes_max.saturating_sub(self.text.len()) {
            self.is_full = true;
        } else {
            self.text.push_str(text);
        }
    }

    pub fn push_char(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Writes a text with its secret parts.
    pub fn push(&mut self, text: &Text) {
        let start = self.text.len();
        self.push_str(text.expose());
        if !self.is_full {
            let ranges = text.secret_ranges().iter();
            self.secret.extend(ranges.map(|range| range.start + start..range.end + start));
        }
    }

    /// Writes items between two brackets and with a separator between them, until it is full.
    pub fn enclosed<T>(
        &mut self,
        [open, separator, close]: [&str; 3],
        items: impl Iterator<Item = T>,
        mut write: impl FnMut(T, &mut Self),
    ) {
        self.push_str(open);
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.push_str(separator);
            }
            write(item, self);
            if self.is_full {
                return;
            }
        }
        self.push_str(close);
    }

    /// Everything that `write` writes is secret if `is_secret`.
    pub fn marked(&mut self, is_secret: bool, write: impl FnOnce(&mut Self)) {
        let start = self.text.len();
        write(self);
        if is_secret {
            while self.secret.pop_if(|range| range.start >= start).is_some() {}
            self.secret.push(start..self.text.len());
        }
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The text so far, secrets included.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// An error if something did not fit.
    pub fn check(&self) -> Outcome<()> {
        if self.is_full {
            return Err(Error::limit(format!("the text would be longer than {} bytes", self.bytes_max))
                .help("write large texts to a file, or split them"));
        }
        Ok(())
    }

    pub fn into_text(self) -> Text {
        Text::with_secrets(self.text, self.secret)
    }

    pub fn into_string(self) -> String {
        self.text
    }
}
