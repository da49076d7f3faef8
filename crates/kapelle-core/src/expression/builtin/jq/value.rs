//! The values of jq. Each knows how large and how deep it is, so that no program can build one that is too large to be
//! walked or dropped: a list that holds another one twice is small in memory, but not for whoever walks it.

use std::sync::Arc;

use indexmap::IndexMap;
use kapelle_model::{Map, Value};

use super::meter::{Failure, Fallible, Meter};
use crate::expression::Error;
use crate::expression::form;
use crate::expression::output::Output;

/// Lists and maps inside of each other.
pub(super) const DEPTH_MAX: usize = 200;

/// Bytes of one value, counting what it shares with itself as often as it is there.
const WEIGHT_MAX: usize = 64 << 20;

/// What a value takes at least.
pub(super) const CELL: usize = 32;

#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A number that is passed on exactly, but computed with as a float.
    Exact(Arc<(Value, f64)>),
    Text(Arc<str>),
    List(Arc<List>),
    Map(Arc<Object>),
}

#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) items: Vec<Json>,
    weight: usize,
    depth: usize,
}

pub(super) type Entries = IndexMap<Arc<str>, Json>;

#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) entries: Entries,
    weight: usize,
    depth: usize,
}

impl Json {
    pub(super) fn list(items: Vec<Self>) -> Fallible {
        let weight = items.iter().fold(0, |sum: usize, item| sum.saturating_add(item.weight()));
        let depth = items.iter().map(Self::depth).max().unwrap_or(0) + 1;
        check(weight, depth)?;
        Ok(Self::List(Arc::new(List { items, weight, depth })))
    }

    pub(super) fn map(entries: Entries) -> Fallible {
        let weight = entries.iter().fold(0, |sum: usize, (key, value)| {
            sum.saturating_add(key.len()).saturating_add(value.weight()).saturating_add(CELL)
        });
        let depth = entries.values().map(Self::depth).max().unwrap_or(0) + 1;
        check(weight, depth)?;
        Ok(Self::Map(Arc::new(Object { entries, weight, depth })))
    }

    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A computed number: an integer if it is whole.
    pub(super) fn number(number: f64) -> Self {
        const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() < EXACT_MAX {
            Self::Int(number as i64)
        } else {
            Self::Float(number)
        }
    }

    /// Bytes it takes, roughly.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + CELL,
            Self::List(list) => list.weight.saturating_add(CELL),
            Self::Map(map) => map.weight.saturating_add(CELL),
            _ => CELL,
        }
    }

    pub(super) fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::Float(_) | Self::Exact(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }

    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    pub(super) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Exact(number) => Some(number.1),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_items(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(&list.items),
            _ => None,
        }
    }

    pub(super) fn as_entries(&self) -> Option<&Entries> {
        match self {
            Self::Map(map) => Some(&map.entries),
            _ => None,
        }
    }

    /// The kind with the start of the value, as jq's errors have it: `number (5)`.
    pub(super) fn shown(&self) -> String {
        const SHOWN_BYTES_MAX: usize = 14;
        let mut out = Output::new(SHOWN_BYTES_MAX * 4);
        super::text::write(self, &mut out);
        let text = out.into_string();
        if text.len() <= SHOWN_BYTES_MAX {
            return format!("{} ({text})", self.kind());
        }
        // Short as it is, programs can see it: `catch` gives it to them.
        let end = text.floor_char_boundary(SHOWN_BYTES_MAX - 3);
        format!("{} ({}...)", self.kind(), text.get(..end).unwrap_or_default())
    }

    /// A value of the language, as its JSON is: entries with null are left out, dates are text.
    pub(super) fn from_value(value: &Value, meter: &mut Meter<'_, '_>) -> Fallible {
        meter.bytes(CELL)?;
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Float32(number) => {
                Self::Float(form::float32_text(*number).parse().unwrap_or(f64::from(*number)))
            }
            Value::BigInt(_) | Value::Decimal(_) => {
                let mut out = Output::new(usize::MAX);
                form::json(value, &meter.settings().zone, &mut out);
                let float = out.expose().parse().unwrap_or(f64::NAN);
                Self::Exact(Arc::new((value.clone(), float)))
            }
            Value::Str(text) => {
                meter.bytes(text.expose().len())?;
                Self::text(text.expose())
            }
            Value::List(items) => {
                let items: Result<_, _> = items.iter().map(|item| Self::from_value(item, meter)).collect();
                Self::list(items?)?
            }
            Value::Map(map) => {
                let mut entries = Entries::with_capacity(map.len());
                for (key, value) in map.iter().filter(|(_, value)| !matches!(value, Value::Null)) {
                    entries.insert(Arc::clone(key), Self::from_value(value, meter)?);
                }
                Self::map(entries)?
            }
            Value::Secret(inner) => Self::from_value(inner, meter)?,
            _ => {
                let mut out = Output::new(usize::MAX);
                form::json(value, &meter.settings().zone, &mut out);
                let json = out.into_string();
                match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) {
                    Some(text) => Self::text(text),
                    None => Self::Float(json.parse().unwrap_or(f64::NAN)),
                }
            }
        })
    }

    /// As [`Json::from_value`], for what was read from JSON text: entries with null stay.
    pub(super) fn from_parsed(value: Value, meter: &mut Meter<'_, '_>) -> Fallible {
        Ok(match value {
            Value::List(items) => {
                meter.bytes(items.len() * CELL)?;
                let items = Arc::unwrap_or_clone(items).into_iter();
                let items: Result<_, _> = items.map(|item| Self::from_parsed(item, meter)).collect();
                Self::list(items?)?
            }
            Value::Map(map) => {
                meter.bytes(map.len() * CELL)?;
                let mut entries = Entries::with_capacity(map.len());
                for (key, value) in Arc::unwrap_or_clone(map) {
                    entries.insert(key, Self::from_parsed(value, meter)?);
                }
                Self::map(entries)?
            }
            other => Self::from_value(&other, meter)?,
        })
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(number) => Value::Int(number),
            Self::Float(number) => Value::Float(number),
            Self::Exact(number) => number.0.clone(),
            Self::Text(text) => Value::Str(kapelle_model::Text::with_secrets(text, Vec::new())),
            Self::List(list) => {
                let items = Arc::try_unwrap(list).map_or_else(|list| list.items.clone(), |list| list.items);
                Value::List(Arc::new(items.into_iter().map(Self::into_value).collect()))
            }
            Self::Map(map) => {
                let entries = Arc::try_unwrap(map).map_or_else(|map| map.entries.clone(), |map| map.entries);
                let map: Map = entries.into_iter().map(|(key, value)| (key, value.into_value())).collect();
                Value::Map(Arc::new(map))
            }
        }
    }
}

impl List {
    /// Takes an item out, so that it has one owner while it is changed; null is in its place.
    pub(super) fn take(&mut self, index: usize) -> Json {
        let Some(item) = self.items.get_mut(index) else { return Json::Null };
        let item = std::mem::replace(item, Json::Null);
        self.weight = self.weight.saturating_sub(item.weight()).saturating_add(CELL);
        item
    }

    /// Replaces an item of the list, which is copied if somebody else has it.
    pub(super) fn replace(&mut self, index: usize, value: Json) -> Result<(), Failure> {
        if let Some(item) = self.items.get_mut(index) {
            self.weight = self.weight.saturating_sub(item.weight()).saturating_add(value.weight());
            self.depth = self.depth.max(value.depth() + 1);
            *item = value;
        }
        check(self.weight, self.depth)
    }
}

impl Object {
    pub(super) fn insert(&mut self, key: Arc<str>, value: Json) -> Result<(), Failure> {
        self.depth = self.depth.max(value.depth() + 1);
        self.weight = self.weight.saturating_add(value.weight());
        let key_weight = key.len() + CELL;
        match self.entries.insert(key, value) {
            Some(old) => self.weight = self.weight.saturating_sub(old.weight()),
            None => self.weight = self.weight.saturating_add(key_weight),
        }
        check(self.weight, self.depth)
    }
}

fn check(weight: usize, depth: usize) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        let message =
            format!("the jq program makes more than {DEPTH_MAX} lists and objects inside of each other");
        return Err(Failure::Refused(Error::limit(message)));
    }
    if weight > WEIGHT_MAX {
        let message = format!("the jq program makes a value of more than {WEIGHT_MAX} bytes");
        return Err(Failure::Refused(
            Error::limit(message).help("work on smaller values, or leave the work to a task"),
        ));
    }
    Ok(())
}
