//! Stars in the place of secrets, in whatever a task says.
//!
//! A [`Masks`] belongs to an attempt and learns its secrets while it runs. Of each it knows the value and how it looks in
//! base64, hex, addresses, JSON, shells and XML ([`forms`]). One automaton finds all of them; [`Masker`] does so across the
//! borders of chunks.
//!
//! Not found is what somebody encrypts, spells out or cuts to pieces.

mod forms;
mod long;
mod masker;
mod patterns;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::{Text, Value};

pub use masker::Masker;
use patterns::Patterns;

/// How deep the parts of a value may be in each other; what is deeper came from nobody's hand.
const DEPTH_MAX: usize = 256;

/// The secrets of an attempt. Clones share them.
#[derive(Clone, Default)]
pub struct Masks {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    secrets: BTreeSet<String>,
    /// Made of the secrets when it is needed.
    patterns: Option<Arc<Patterns>>,
}

impl Masks {
    /// Hides a text from now on. One without anything to be seen is not hidden.
    pub fn add(&self, secret: &str) {
        if secret.trim().is_empty() {
            return;
        }
        let mut state = self.state();
        if !state.secrets.contains(secret) {
            state.secrets.insert(secret.to_owned());
            state.patterns = None;
        }
    }

    /// Hides the parts of a text that are marked.
    pub fn add_text(&self, text: &Text) {
        for range in text.secret_ranges() {
            self.add(text.expose().get(range.clone()).unwrap_or_default());
        }
    }

    /// Hides everything in a value that is marked.
    pub fn add_value(&self, value: &Value) {
        self.collect(value, false, DEPTH_MAX);
    }

    /// The text with stars where its own marks are, and where secrets are that it does not know of.
    pub fn text(&self, text: &Text) -> String {
        self.mask(&text.masked()).into_owned()
    }

    /// The text with stars where secrets are.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.patterns() {
            Some(patterns) => patterns.mask(text),
            None => Cow::Borrowed(text),
        }
    }

    /// Masks a stream. Secrets that are learned later count from then on.
    pub fn stream(&self) -> Masker {
        Masker::new(self.clone())
    }

    fn patterns(&self) -> Option<Arc<Patterns>> {
        let mut state = self.state();
        if state.patterns.is_none() && !state.secrets.is_empty() {
            state.patterns = Some(Arc::new(Patterns::new(state.secrets.iter().map(String::as_str))));
        }
        state.patterns.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn collect(&self, value: &Value, is_secret: bool, depth_left: usize) {
        let Some(depth_left) = depth_left.checked_sub(1) else { return };
        match value {
            Value::Secret(inner) => self.collect(inner, true, depth_left),
            Value::Str(text) if is_secret => self.add(text.expose()),
            Value::Str(text) => self.add_text(text),
            Value::List(items) => items.iter().for_each(|item| self.collect(item, is_secret, depth_left)),
            Value::Map(map) => map.values().for_each(|value| self.collect(value, is_secret, depth_left)),
            Value::Bytes(bytes) if is_secret => self.add(&String::from_utf8_lossy(bytes)),
            // Whether something is true is no text that could be hidden.
            Value::Null | Value::Bool(_) => {}
            scalar if is_secret => {
                if let Ok(text) = kapelle_core::property::text_of(scalar) {
                    self.add(text.expose());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
