//! What a trigger knows of files from one look to the next, on this machine and elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kapelle_model::{Failure, Map, Value};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::convert::Word;

/// Files that are known. They are written with each execution, so that there must not be too many.
pub const KNOWN_MAX: usize = 10_000;

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub path: String,
    pub bytes: u64,
    pub modified: Timestamp,
    /// When its content, name or rights changed, where that is known; else when its content changed.
    pub changed: Timestamp,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Change {
    Create,
    Update,
}

/// Which changes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum On {
    Create,
    Update,
    CreateOrUpdate,
}

impl Word for On {}

impl On {
    pub fn counts(self, change: Change) -> bool {
        match self {
            Self::Create => change == Change::Create,
            Self::Update => change == Change::Update,
            Self::CreateOrUpdate => true,
        }
    }
}

/// What a trigger knows of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Under which name it is kept; with another one everything is new.
    key: String,
    files: BTreeMap<String, Mark>,
    /// Files that executions started for and that are to be taken away, with the moment of their last change.
    due: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    modified: i64,
    bytes: i64,
    /// Since when it is not there.
    gone: Option<i64>,
}

impl Mark {
    fn of(file: &Seen) -> Self {
        Self { modified: nanos(file.modified), bytes: file.bytes as i64, gone: None }
    }
}

/// Moments of files lie within the years that this can say; others become the last one.
fn nanos(moment: Timestamp) -> i64 {
    i64::try_from(moment.as_nanosecond()).unwrap_or(i64::MAX)
}

impl Known {
    /// From what was kept under this name. What is not understood counts as nothing.
    pub fn read(cursor: Option<&Value>, key: &str) -> Self {
        let nothing = Self { key: key.to_owned(), ..Self::default() };
        let Some(Value::Map(map)) = cursor else { return nothing };
        let is_same =
            matches!(map.get("key"), Some(Value::Str(text)) if !text.has_secret() && text.expose() == key);
        if !is_same {
            return nothing;
        }
        let marks = entries(map, "files").filter_map(|(path, value)| Some((path, mark(value)?)));
        let due = entries(map, "due").filter_map(|(path, value)| Some((path, number(Some(value))?)));
        Self { files: marks.collect(), due: due.collect(), ..nothing }
    }

    pub fn into_value(self) -> Value {
        let files = self.files.into_iter().map(|(path, mark)| {
            let numbers = [Some(mark.modified), Some(mark.bytes), mark.gone];
            let numbers = numbers.into_iter().flatten().map(Value::Int).collect();
            (Arc::from(path), Value::List(Arc::new(numbers)))
        });
        let due = self.due.into_iter().map(|(path, changed)| (Arc::from(path), Value::Int(changed)));
        let map = |entries| Value::Map(Arc::new(entries));
        map(Map::from_iter([
            ("key".into(), Value::from(self.key.as_str())),
            ("files".into(), map(files.collect())),
            ("due".into(), map(due.collect())),
        ]))
    }

    /// Takes note of which files are there and which are not, and forgets those that have been away for so long.
    pub fn meet<'s>(
        &mut self,
        present: impl IntoIterator<Item = &'s Seen>,
        now: Timestamp,
        time_to_live: Option<SignedDuration>,
    ) {
        let present: BTreeMap<&str, &Seen> =
            present.into_iter().map(|file| (file.path.as_str(), file)).collect();
        let end = |gone: i64| {
            let limit = time_to_live.and_then(|limit| i64::try_from(limit.as_nanos()).ok());
            limit.is_some_and(|limit| gone.saturating_add(limit) < nanos(now))
        };
        self.files.retain(|path, mark| {
            match present.get(path.as_str()) {
                // One that changed while it was away is new; that is decided when it is taken.
                Some(file) if (Mark { gone: mark.gone, ..Mark::of(file) }) != *mark => {}
                Some(_) => mark.gone = None,
                None => mark.gone = mark.gone.or(Some(nanos(now))),
            }
            !mark.gone.is_some_and(end)
        });
    }

    /// What happened to a file since it was noted.
    pub fn change(&self, file: &Seen) -> Option<Change> {
        match self.files.get(&file.path) {
            None => Some(Change::Create),
            Some(mark) if (mark.modified, mark.bytes) == (nanos(file.modified), file.bytes as i64) => None,
            Some(mark) if mark.gone.is_some() => Some(Change::Create),
            Some(_) => Some(Change::Update),
        }
    }

    pub fn note(&mut self, file: &Seen) {
        self.files.insert(file.path.clone(), Mark::of(file));
    }

    /// Remembers that a file is to be taken away.
    pub fn owe(&mut self, file: &Seen) {
        self.due.insert(file.path.clone(), nanos(file.changed));
    }

    /// The files that are to be taken away.
    pub fn owed(&self) -> Vec<String> {
        self.due.keys().cloned().collect()
    }

    /// Whether a file is the one that is to be taken away, and not another one in its place.
    pub fn is_owed(&self, file: &Seen) -> bool {
        self.due.get(&file.path) == Some(&nanos(file.changed))
    }

    /// It is away; a file of its name is a new one.
    pub fn settle(&mut self, path: &str) {
        self.due.remove(path);
        self.files.remove(path);
    }

    /// Forgets files that are not there, those that left first before others, until what is known is not too much.
    pub fn bounded(mut self) -> Result<Self, Failure> {
        let too_many = self.files.len().saturating_sub(KNOWN_MAX);
        let gone = self.files.iter().filter_map(|(path, mark)| Some((mark.gone?, path.clone())));
        let mut gone: Vec<(i64, String)> = gone.collect();
        gone.sort();
        for (_, path) in gone.iter().take(too_many) {
            self.files.remove(path);
        }
        if self.files.len() > KNOWN_MAX {
            return Err(Failure::new(format!(
                "more than {KNOWN_MAX} files cannot be watched: choose some with `regExp`, or take them away with `action`"
            )));
        }
        Ok(self)
    }
}

fn entries<'m>(map: &'m Map, name: &str) -> impl Iterator<Item = (String, &'m Value)> {
    let inner = match map.get(name) {
        Some(Value::Map(inner)) => Some(inner.iter()),
        _ => None,
    };
    inner.into_iter().flatten().map(|(path, value)| (path.to_string(), value))
}

fn number(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

fn mark(value: &Value) -> Option<Mark> {
    let Value::List(numbers) = value else { return None };
    let at = |place: usize| number(numbers.get(place));
    Some(Mark { modified: at(0)?, bytes: at(1)?, gone: at(2) })
}

#[cfg(test)]
mod tests;
