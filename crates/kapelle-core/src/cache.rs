//! What was made of a text, kept in case the text comes again.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A bounded cache that all threads share. When it is full it starts anew: which texts come again nobody knows.
pub(crate) struct Cache<V> {
    kept: LazyLock<Mutex<HashMap<Box<str>, Arc<V>>>>,
    entries_max: usize,
    text_bytes_max: usize,
}

impl<V> Cache<V> {
    /// For so many texts; longer ones than this are rare and would fill the memory.
    pub(crate) const fn new(entries_max: usize, text_bytes_max: usize) -> Self {
        Self { kept: LazyLock::new(Mutex::default), entries_max, text_bytes_max }
    }

    pub(crate) fn get(&self, text: &str) -> Option<Arc<V>> {
        if text.len() > self.text_bytes_max {
            return None;
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(text).map(Arc::clone)
    }

    pub(crate) fn keep(&self, text: &str, value: &Arc<V>) {
        if text.len() > self.text_bytes_max {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.entries_max {
            kept.clear();
        }
        kept.insert(text.into(), Arc::clone(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_grows_beyond_its_bounds() {
        static CACHE: Cache<u8> = Cache::new(2, 3);
        for text in ["a", "b", "long"] {
            CACHE.keep(text, &Arc::new(1));
        }
        assert_eq!(
            [CACHE.get("a").is_some(), CACHE.get("b").is_some(), CACHE.get("long").is_some()],
            [true, true, false]
        );
        CACHE.keep("c", &Arc::new(2));
        assert_eq!([CACHE.get("a"), CACHE.get("c")], [None, Some(Arc::new(2))]);
    }
}
