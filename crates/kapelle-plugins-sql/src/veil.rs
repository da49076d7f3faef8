//! Secrets in what a database says: it repeats values in its messages, and does not know which of them are secret.

use kapelle_model::{Text, Value};

/// Shorter secrets would hide half of every message.
const WORD_BYTES_MIN: usize = 4;

/// What no message may show.
#[derive(Clone, Default)]
pub(crate) struct Veil(Vec<String>);

impl Veil {
    /// The secret parts of a text.
    pub(crate) fn add(&mut self, text: &Text) {
        for range in text.secret_ranges() {
            if let Some(part) = text.expose().get(range.clone()) {
                self.add_word(part);
            }
        }
    }

    pub(crate) fn add_word(&mut self, word: &str) {
        if word.len() < WORD_BYTES_MIN {
            return;
        }
        self.0.push(word.to_owned());
        // As it stands in a statement, with and without `\` as a sign of its own.
        let doubled = word.replace('\'', "''");
        let escaped = doubled.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        self.0.extend([doubled, escaped].into_iter().filter(|written| written != word));
    }

    /// The secret parts of a value.
    pub(crate) fn add_value(&mut self, value: &Value) {
        match value {
            Value::Str(text) => self.add(text),
            Value::Secret(inner) => {
                if let Ok(text) = kapelle_core::property::text_of(inner) {
                    self.add_word(text.expose());
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Map(map) => map.values().for_each(|item| self.add_value(item)),
            _ => {}
        }
    }

    /// A message with what is secret in it marked.
    pub(crate) fn over(&self, message: &str) -> Text {
        let found = self.0.iter().flat_map(|word| message.match_indices(word.as_str()));
        let mut ranges: Vec<_> = found.map(|(at, word)| at..at + word.len()).collect();
        ranges.sort_by_key(|range| range.start);
        let mut joined: Vec<std::ops::Range<usize>> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Text::with_secrets(message, joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_marked_wherever_it_stands() {
        let mut veil = Veil::default();
        veil.add(&Text::concat(&Text::from("jdbc:x?password="), &Text::from("canary").into_secret()));
        veil.add_value(&Value::Int(123_456).into_secret());
        veil.add_word("ary!");
        veil.add_word("ab'cd\nef");
        let told = veil.over("user canary! has no 123456; jdbc");
        assert_eq!(told.masked(), "user ****** has no ******; jdbc");
        assert_eq!(veil.over(r"near 'ab''cd\nef'").masked(), "near '******'");
    }
}
