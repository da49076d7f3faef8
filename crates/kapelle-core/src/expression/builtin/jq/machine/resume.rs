//! What gives the next value of a term that has several.

use super::Machine;
use super::state::{Fork, Next, Path, Resume, Store, computed};
use crate::expression::builtin::jq::meter::Fallible;
use crate::expression::builtin::jq::value::{CELL, Json};

impl Machine<'_, '_, '_, '_> {
    pub(super) fn resume(&mut self, fork: Fork) -> Fallible<Next> {
        self.kont = fork.kont;
        self.handler = fork.handler;
        let taken = match &fork.resume {
            Resume::Collected { cell, .. } | Resume::Reduced { cell } | Resume::Alternative { cell, .. } => {
                self.cells.get_mut(*cell)
            }
            _ => None,
        };
        let store = taken.map(|store| std::mem::replace(store, Store::Seen(false)));
        let seen = matches!(&store, Some(Store::Seen(true)));
        self.cut(fork.marks);
        Ok(match fork.resume {
            Resume::Evaluate(frame) => frame.start(),
            Resume::Items { value, index, path } => self.items(value, index, path)?,
            Resume::Range { next, to, path } => self.range(next, to, &path),
            Resume::Collected { path, .. } => match store {
                Some(Store::Items(items)) => {
                    self.meter.bytes(items.len() * CELL)?;
                    Next::Give { value: Json::list(items)?, path }
                }
                _ => Next::Back,
            },
            Resume::Reduced { .. } => match store {
                Some(Store::Reduce(Some((value, path)), _)) => Next::Give { value, path },
                _ => Next::Back,
            },
            Resume::ReduceStep { cell } => {
                if let Some(Store::Reduce(state, new)) = self.cells.get_mut(cell) {
                    // An update without a value makes null of the state.
                    *state = Some(new.take().unwrap_or((Json::Null, None)));
                }
                Next::Back
            }
            Resume::Alternative { otherwise, .. } => {
                if seen {
                    Next::Back
                } else {
                    otherwise.start()
                }
            }
            Resume::PathsFound { cell, update, env } => self.next_update(cell, Some((update, env)))?,
            Resume::UpdateStep { cell } => self.nothing_updated(cell)?,
        })
    }

    /// Gives the item at `index`; the fork for the next one is made first.
    pub(super) fn items(&mut self, value: Json, index: usize, path: Path) -> Fallible<Next> {
        let (item, key, count) = match &value {
            Json::List(list) => (list.items.get(index).cloned(), Json::Int(index as i64), list.items.len()),
            Json::Map(map) => match map.entries.get_index(index) {
                Some((key, item)) => (Some(item.clone()), Json::Text(key.clone()), map.entries.len()),
                None => (None, Json::Null, 0),
            },
            _ => (None, Json::Null, 0),
        };
        let Some(item) = item else { return Ok(Next::Back) };
        if index + 1 < count {
            self.fork(Resume::Items { value, index: index + 1, path: path.clone() });
        }
        let path = match path {
            Some(Json::List(keys)) => {
                self.meter.bytes((keys.items.len() + 1) * CELL)?;
                let mut keys = keys.items.clone();
                keys.push(key);
                Some(Json::list(keys)?)
            }
            other => other,
        };
        Ok(Next::Give { value: item, path })
    }

    pub(super) fn range(&mut self, next: f64, to: f64, path: &Path) -> Next {
        if next.is_nan() || next >= to {
            return Next::Back;
        }
        let path = computed(path);
        // At numbers so large that adding one changes nothing, the steps run out.
        self.fork(Resume::Range { next: next + 1.0, to, path: path.clone() });
        Next::Give { value: Json::number(next), path }
    }
}
