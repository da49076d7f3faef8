//! How far a mailbox was seen.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::{Map, Text, Value};

/// Messages of a mailbox without numbers that last, the newest ones, that are known.
pub(super) const KNOWN_MAX: usize = 10_000;

/// How far a mailbox was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Messages have numbers that grow.
    Numbers {
        /// Numbers are the same as long as this is.
        validity: i64,
        /// The first number that was not seen.
        next: i64,
        /// When the newest message that was seen came; what counts if numbers do not.
        latest: Timestamp,
    },
    /// Messages have names.
    Names(BTreeSet<String>),
}

/// A message of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// What it is called as long as it is there.
    pub(crate) id: Id,
    pub(crate) bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    Number { uid: i64, came: Option<Timestamp> },
    Name { name: String, place: u32 },
}

impl Mark {
    /// From what was kept for this mailbox. What is not understood counts as nothing.
    pub(crate) fn read(kept: Option<&Value>, mailbox: &str) -> Option<Self> {
        let Some(Value::Map(map)) = kept else { return None };
        if text(map.get("mailbox")?)? != mailbox {
            return None;
        }
        if let Some(Value::List(names)) = map.get("names") {
            return Some(Self::Names(names.iter().filter_map(text).map(str::to_owned).collect()));
        }
        let number = |key: &str| match map.get(key) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        Some(Self::Numbers {
            validity: number("validity")?,
            next: number("next")?,
            latest: Timestamp::from_second(number("latest")?).ok()?,
        })
    }

    pub(crate) fn value(&self, mailbox: &str) -> Value {
        let mut map = Map::from_iter([("mailbox".into(), Value::from(mailbox))]);
        match self {
            Self::Numbers { validity, next, latest } => {
                map.insert("validity".into(), Value::Int(*validity));
                map.insert("next".into(), Value::Int(*next));
                map.insert("latest".into(), Value::Int(latest.as_second()));
            }
            Self::Names(names) => {
                let names = names.iter().map(|name| Value::from(name.as_str())).collect();
                map.insert("names".into(), Value::List(Arc::new(names)));
            }
        }
        Value::Map(Arc::new(map))
    }

    /// This message was seen, and all before it.
    pub(crate) fn pass(&mut self, item: &Item) {
        match (self, &item.id) {
            (Self::Numbers { next, latest, .. }, Id::Number { uid, came }) => {
                *next = (*next).max(uid.saturating_add(1));
                *latest = came.unwrap_or(*latest).max(*latest);
            }
            (Self::Names(names), Id::Name { name, .. }) => {
                names.insert(name.clone());
            }
            (Self::Numbers { .. }, Id::Name { .. }) | (Self::Names(_), Id::Number { .. }) => {}
        }
    }

    /// What a message is called among all that ever were in the mailbox.
    pub(crate) fn name(&self, item: &Item) -> String {
        match (self, &item.id) {
            (Self::Numbers { validity, .. }, Id::Number { uid, .. }) => format!("{validity}.{uid}"),
            (_, Id::Number { uid, .. }) => uid.to_string(),
            (_, Id::Name { name, .. }) => name.clone(),
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Str(text) if !Text::has_secret(text) => Some(text.expose()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_only_for_its_mailbox() {
        let numbers = Mark::Numbers { validity: 7, next: 12, latest: Timestamp::from_second(99).unwrap() };
        let names = Mark::Names(["a".to_owned(), "b".to_owned()].into());
        for mark in [numbers, names] {
            let value = mark.value("box");
            assert_eq!(Mark::read(Some(&value), "box"), Some(mark));
            assert_eq!(Mark::read(Some(&value), "other"), None);
        }
        assert_eq!(Mark::read(Some(&Value::Int(1)), "box"), None);
        assert_eq!(Mark::read(None, "box"), None);
    }

    #[test]
    fn a_mark_passes_messages_and_never_goes_back() {
        let moment = |second| Timestamp::from_second(second).unwrap();
        let item = |uid, second| Item { id: Id::Number { uid, came: Some(moment(second)) }, bytes: 1 };
        let mut mark = Mark::Numbers { validity: 7, next: 3, latest: moment(50) };
        mark.pass(&item(9, 40));
        mark.pass(&item(4, 60));
        assert_eq!(mark, Mark::Numbers { validity: 7, next: 10, latest: moment(60) });
        assert_eq!(mark.name(&item(9, 40)), "7.9");
    }
}
