//! A nested map that is filled by dotted ids.

use std::collections::HashSet;
use std::sync::Arc;

use kapelle_model::{Map, Value};

/// Values by their ids, of which each dot is a level. One id cannot lie below another.
#[derive(Default)]
pub(super) struct Nested {
    map: Arc<Map>,
    /// Ids that have a value.
    values: HashSet<Arc<str>>,
    /// Beginnings of ids, before a dot.
    levels: HashSet<Arc<str>>,
}

impl Nested {
    /// Starts with what is there already, which gives way.
    pub(super) fn over(map: Arc<Map>) -> Self {
        Self { map, ..Self::default() }
    }

    pub(super) fn map(&self) -> &Arc<Map> {
        &self.map
    }

    pub(super) fn into_map(self) -> Map {
        Arc::unwrap_or_clone(self.map)
    }

    /// Adds a value. One whose id conflicts with another that came before is dropped.
    pub(super) fn insert(&mut self, id: &Arc<str>, value: Value) {
        let levels = || id.match_indices('.').map(|(at, _)| &id[..at]);
        if self.values.contains(id)
            || self.levels.contains(id)
            || levels().any(|level| self.values.contains(level))
        {
            return;
        }
        self.values.insert(Arc::clone(id));
        self.levels.extend(levels().map(Arc::from));
        put(Arc::make_mut(&mut self.map), id, value);
    }
}

/// Sets a value at a dotted path; what is in the way and no map is replaced.
pub(super) fn put(map: &mut Map, path: &str, value: Value) {
    let mut level = map;
    let mut rest = path;
    while let Some((first, behind)) = rest.split_once('.') {
        let entry = level.entry(Arc::from(first)).or_default();
        if !matches!(entry, Value::Map(_)) {
            *entry = Value::Map(Arc::default());
        }
        let Value::Map(inner) = entry else { return };
        level = Arc::make_mut(inner);
        rest = behind;
    }
    level.insert(Arc::from(rest), value);
}

/// The value at a dotted path, if its last level is there. A whole secret map hides its parts.
pub(super) fn get<'m>(map: &'m Map, path: &str) -> Option<&'m Value> {
    let mut level = map;
    let mut rest = path;
    while let Some((first, behind)) = rest.split_once('.') {
        level = match level.get(first)? {
            Value::Map(inner) => inner,
            other => return Some(other),
        };
        rest = behind;
    }
    level.get(rest)
}
