//! The patterns that were used last, so that a loop does not compile the same again and again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::compile::Pattern;

/// Small patterns that are kept. They take some kilobytes each.
const SMALL_MAX: usize = 1_000;

/// Patterns that are kept though they may be large, up to some megabytes.
const LARGE_MAX: usize = 64;

/// Bytes of the longest pattern that is kept.
const SOURCE_BYTES_MAX: usize = 4 << 10;

#[derive(Default)]
struct Shelf {
    patterns: HashMap<Arc<str>, Arc<Pattern>>,
    /// Oldest first.
    order: VecDeque<Arc<str>>,
}

static SMALL: LazyLock<Mutex<Shelf>> = LazyLock::new(Mutex::default);
static LARGE: LazyLock<Mutex<Shelf>> = LazyLock::new(Mutex::default);

pub(super) fn get(source: &str) -> Option<Arc<Pattern>> {
    [&SMALL, &LARGE].into_iter().find_map(|shelf| {
        let shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.patterns.get(source).cloned()
    })
}

pub(super) fn put(pattern: &Arc<Pattern>) {
    if pattern.source().len() > SOURCE_BYTES_MAX {
        return;
    }
    let (shelf, most) = if pattern.is_small() { (&SMALL, SMALL_MAX) } else { (&LARGE, LARGE_MAX) };
    let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    let source: Arc<str> = pattern.source().into();
    if shelf.patterns.insert(Arc::clone(&source), Arc::clone(pattern)).is_some() {
        return;
    }
    shelf.order.push_back(source);
    if shelf.order.len() > most
        && let Some(oldest) = shelf.order.pop_front()
    {
        shelf.patterns.remove(&oldest);
    }
}
