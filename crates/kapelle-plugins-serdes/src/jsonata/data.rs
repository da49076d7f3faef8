//! What expressions give while they are evaluated.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::tree::{Expression, Lambda, Transform};

/// A result. Several results of a path are no list until they are kept: one of them is that one, none is nothing.
#[derive(Clone)]
pub(super) enum Data {
    Nothing,
    One(Value),
    Many { items: Vec<Value>, keeps_list: bool },
    Function(Rc<Function>),
}

pub(super) enum Function {
    BuiltIn(&'static super::functions::BuiltIn),
    Lambda {
        lambda: Arc<Lambda>,
        scope: Rc<Scope>,
        input: Value,
    },
    /// A function of which some arguments are given.
    Partial {
        function: Rc<Function>,
        given: Vec<Option<Data>>,
    },
    Transform {
        transform: Arc<Transform>,
        scope: Rc<Scope>,
    },
    /// A regular expression finds matches of a text.
    Regex(Arc<kapelle_core::pattern::Pattern>),
}

impl Data {
    pub(super) fn many(items: Vec<Value>) -> Self {
        Self::Many { items, keeps_list: false }.settled()
    }

    /// One of several is that one, none is nothing.
    pub(super) fn settled(self) -> Self {
        match self {
            Self::Many { items, keeps_list: false } if items.len() <= 1 => {
                items.into_iter().next().map_or(Self::Nothing, Self::One)
            }
            Self::Many { items, .. } if items.is_empty() => Self::Nothing,
            other => other,
        }
    }

    /// The plain value; a function has none.
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Self::Nothing | Self::Function(_) => None,
            Self::One(value) => Some(value),
            Self::Many { items, .. } => Some(Value::List(Arc::new(items))),
        }
    }

    /// The items of a list, or the one value as one.
    pub(super) fn items(self) -> Vec<Value> {
        match self {
            Self::Nothing | Self::Function(_) => Vec::new(),
            Self::One(Value::List(items)) => Arc::unwrap_or_clone(items),
            Self::One(value) => vec![value],
            Self::Many { items, .. } => items,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Nothing | Self::Function(_) => false,
            Self::One(value) => is_true(value),
            Self::Many { items, .. } => items.iter().any(is_true),
        }
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self::One(value)
    }
}

impl From<Option<Value>> for Data {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Nothing, Self::One)
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Str(text) => !text.expose().is_empty(),
        Value::List(items) => items.iter().any(is_true),
        Value::Map(map) => !map.is_empty(),
        other => {
            crate::numbers::decimal(other).is_none_or(|number| number != bigdecimal::BigDecimal::default())
        }
    }
}

/// Variables, with those around them.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) variables: std::cell::RefCell<BTreeMap<String, Data>>,
    pub(super) around: Option<Rc<Scope>>,
}

impl Scope {
    pub(super) fn within(around: &Rc<Scope>) -> Rc<Scope> {
        Rc::new(Self { variables: std::cell::RefCell::default(), around: Some(Rc::clone(around)) })
    }

    pub(super) fn set(&self, name: &str, data: Data) {
        self.variables.borrow_mut().insert(name.to_owned(), data);
    }

    pub(super) fn get(&self, name: &str) -> Option<Data> {
        let own = self.variables.borrow().get(name).cloned();
        own.or_else(|| self.around.as_ref().and_then(|around| around.get(name)))
    }
}

/// A field of a map, or of the maps of a list.
pub(super) fn lookup(value: &Value, name: &str) -> Data {
    match value {
        Value::Map(map) => map.get(name).cloned().into(),
        Value::List(items) => {
            let mut found = Vec::new();
            for item in items.iter() {
                match lookup(item, name) {
                    Data::One(Value::List(inner)) => found.extend(inner.iter().cloned()),
                    data => found.extend(data.items()),
                }
            }
            Data::many(found)
        }
        _ => Data::Nothing,
    }
}

/// The values of all fields.
pub(super) fn children(value: &Value) -> Vec<Value> {
    let flat = |values: &mut dyn Iterator<Item = &Value>| {
        let mut found = Vec::new();
        for value in values {
            match value {
                Value::List(items) => found.extend(items.iter().cloned()),
                other => found.push(other.clone()),
            }
        }
        found
    };
    match value {
        Value::Map(map) => flat(&mut map.values()),
        Value::List(items) => items.iter().flat_map(children).collect(),
        _ => Vec::new(),
    }
}

/// Everything within, with itself.
pub(super) fn descendants(value: &Value, found: &mut Vec<Value>) {
    if !matches!(value, Value::List(_)) {
        found.push(value.clone());
    }
    match value {
        Value::Map(map) => map.values().for_each(|inner| descendants(inner, found)),
        Value::List(items) => items.iter().for_each(|inner| descendants(inner, found)),
        _ => {}
    }
}

/// A map with one entry.
pub(super) fn entry(key: &str, value: Value) -> Value {
    Value::Map(Arc::new(Map::from_iter([(key.into(), value)])))
}

/// A list that is written stays one within a path.
pub(super) fn is_written_list(expression: &Expression) -> bool {
    matches!(expression, Expression::List(_))
}
