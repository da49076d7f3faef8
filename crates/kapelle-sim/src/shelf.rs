//! What flows can reach beside themselves, in memory: files, keys, the time, chance.

mod chance;
mod services;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::{ExecutionId, Value};

pub(crate) use chance::Chance;
pub use services::Desk;

/// One world. The same seed and the same calls give the same answers.
pub struct Shelf {
    now: Cell<Timestamp>,
    chance: Chance,
    keys: RefCell<BTreeMap<(String, String), Kept>>,
    files: RefCell<BTreeMap<String, Arc<[u8]>>>,
}

/// The value of a key, and when it is gone.
#[derive(Clone)]
struct Kept {
    value: Value,
    until: Option<Timestamp>,
}

impl Shelf {
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            now: Cell::new(now),
            chance: Chance::new(seed),
            keys: RefCell::default(),
            files: RefCell::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// Puts the hands of the clock.
    pub fn set_now(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// An id that was not there before.
    pub fn fresh_id(&self) -> ExecutionId {
        ExecutionId(self.chance.wide())
    }

    /// Puts a file under its whole URI.
    pub fn put_file(&self, uri: impl Into<String>, content: impl Into<Arc<[u8]>>) {
        self.files.borrow_mut().insert(uri.into(), content.into());
    }

    pub fn file(&self, uri: &str) -> Option<Arc<[u8]>> {
        self.files.borrow().get(uri).cloned()
    }

    /// Whether there was one.
    pub fn remove_file(&self, uri: &str) -> bool {
        self.files.borrow_mut().remove(uri).is_some()
    }

    pub fn put_key(&self, namespace: &str, key: &str, value: Value, until: Option<Timestamp>) {
        self.keys.borrow_mut().insert((namespace.to_owned(), key.to_owned()), Kept { value, until });
    }

    /// The value of a key in exactly this namespace, unless its time is over.
    pub fn key(&self, namespace: &str, key: &str) -> Option<Value> {
        self.kept(namespace, key).filter(|kept| !self.is_over(kept)).map(|kept| kept.value)
    }

    /// Whether there was one.
    pub fn remove_key(&self, namespace: &str, key: &str) -> bool {
        self.keys.borrow_mut().remove(&(namespace.to_owned(), key.to_owned())).is_some()
    }

    fn kept(&self, namespace: &str, key: &str) -> Option<Kept> {
        self.keys.borrow().get(&(namespace.to_owned(), key.to_owned())).cloned()
    }

    fn is_over(&self, kept: &Kept) -> bool {
        kept.until.is_some_and(|until| until <= self.now())
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::services::{File, Services};

    use super::*;

    fn shelf() -> Shelf {
        Shelf::new(Timestamp::UNIX_EPOCH, 1)
    }

    #[test]
    fn a_key_is_there_until_its_time_is_over() {
        let shelf = shelf();
        let until = Timestamp::from_second(10).unwrap();
        shelf.put_key("a", "k", Value::Int(1), Some(until));
        assert_eq!((shelf.key("a", "k"), shelf.key("a.b", "k")), (Some(Value::Int(1)), None));
        shelf.set_now(until);
        assert_eq!(shelf.key("a", "k"), None);
        assert_eq!(Services::kv(&shelf, "a", "k").unwrap_err().message, "The requested value has expired");
    }

    #[test]
    fn expressions_read_what_tasks_wrote() {
        let shelf = shelf();
        shelf.put_file("kestra:///a/f.txt", *b"text");
        let file = File::Internal("kestra:///a/f.txt");
        assert_eq!(shelf.read(&file).unwrap().as_deref(), Some(&b"text"[..]));
        assert_eq!(shelf.file_size(&file).unwrap(), Some(4));
        assert!(shelf.remove_file("kestra:///a/f.txt") && !shelf.remove_file("kestra:///a/f.txt"));
        assert_eq!(shelf.read(&file).unwrap(), None);
    }

    #[test]
    fn the_seed_decides_over_everything_random() {
        let (one, other) = (shelf(), Shelf::new(Timestamp::UNIX_EPOCH, 2));
        let first = one.fresh_id();
        assert_eq!(first, shelf().fresh_id());
        assert_ne!(first, one.fresh_id());
        assert_ne!(first, other.fresh_id());
    }
}
