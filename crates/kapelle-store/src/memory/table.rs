//! A map that can take back what was changed since it was last kept.

use std::collections::BTreeMap;
use std::ops::Deref;

/// Rows by key. Reading goes through the map itself; every change is noted until it is kept or taken back.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// What was there before each change, the last change at the end.
    before: Vec<(K, Option<V>)>,
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn put(&mut self, key: K, value: V) {
        let old = self.rows.insert(key.clone(), value);
        self.before.push((key, old));
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some((key, old)) = self.rows.remove_entry(key) {
            self.before.push((key, Some(old)));
        }
    }

    pub(super) fn remove_all(&mut self, keys: impl IntoIterator<Item = K>) {
        keys.into_iter().for_each(|key| self.remove(&key));
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), before: Vec::new() }
    }
}

impl<K, V> Deref for Table<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.rows
    }
}

/// The end of a transaction, for tables of all kinds.
pub(super) trait Undo {
    fn keep(&mut self);
    fn take_back(&mut self);
}

impl<K: Ord, V> Undo for Table<K, V> {
    fn keep(&mut self) {
        self.before.clear();
    }

    fn take_back(&mut self) {
        while let Some((key, old)) = self.before.pop() {
            match old {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_was_never_there() {
        let mut table = Table::default();
        table.put(1, "one");
        table.put(2, "two");
        table.keep();
        let kept = table.rows.clone();
        table.put(1, "other");
        table.remove(&2);
        table.put(2, "again");
        table.put(3, "three");
        table.remove(&3);
        table.remove(&9);
        table.take_back();
        assert_eq!(table.rows, kept);
    }
}
