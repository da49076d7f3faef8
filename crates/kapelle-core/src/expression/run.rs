//! The state of one rendering: what it may use, what it has used, and its local variables.

use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

use super::environment::{Environment, Settings};
use super::error::{Error, Outcome};
use super::services::Services;
use super::template::Traced;

/// Steps between two looks at the clock.
const STEPS_PER_LOOK: u64 = 1024;

/// Bytes that cost one step, so that work on large values counts as work.
const BYTES_PER_STEP: usize = 64;

/// Evaluations one inside the other: it bounds the stack of the host.
const DEPTH_MAX: usize = 200;

/// Levels of lists and maps that a value may have.
const VALUE_DEPTH_MAX: usize = 200;

/// Parts of a template whose values are told.
pub const TRACED_MAX: usize = 10_000;

/// Values in a value that anybody looks at, each as often as it is in there. Lists that hold the same list twice, which
/// holds another twice and so on, are small in memory and never end.
const PARTS_MAX: u64 = 1_000_000;

/// Parts looked at for one step.
const PARTS_PER_STEP: u64 = 32;

/// Bytes of a text that cost one step when somebody works on it.
const TEXT_BYTES_PER_STEP: usize = 1024;

/// How often all there is may have doubled before anybody looks how large and deep values have become.
const DOUBLINGS_UNCHECKED: u32 = 12;

/// Maps with integers as keys that one rendering remembers.
const INTEGER_KEYED_MAX: usize = 64;

pub struct Run<'e> {
    environment: Environment<'e>,
    steps_left: u64,
    bytes_left: usize,
    iterations_left: u64,
    depth: usize,
    doublings: u32,
    /// Calls of `render` one inside the other.
    pub(super) renders: usize,
    /// Raw blocks keep their tags, since the text will be rendered again.
    pub(super) keeps_raw: bool,
    pub(super) variables: Variables,
    /// Maps whose keys were written as integers: they can be read with integers, as no other map can.
    integer_keyed: Vec<Arc<Map>>,
    /// What every sub-expression gave, if somebody asked for it.
    pub(super) trace: Option<Vec<Traced>>,
}

impl<'e> Run<'e> {
    pub fn new(environment: Environment<'e>) -> Self {
        let limits = environment.settings.limits;
        Self {
            environment,
            steps_left: limits.steps,
            bytes_left: limits.memory_bytes,
            iterations_left: limits.iterations,
            depth: 0,
            doublings: 0,
            renders: 0,
            keeps_raw: false,
            integer_keyed: Vec::new(),
            variables: Variables::default(),
            trace: None,
        }
    }

    pub fn settings(&self) -> &'e Settings {
        self.environment.settings
    }

    pub fn services(&self) -> &'e dyn Services {
        self.environment.services
    }

    /// The value of a name of the context; local variables are not looked at.
    pub fn context(&self, name: &str) -> Option<&'e Value> {
        self.environment.context.get(name)
    }

    /// Every variable there is, those of the template hiding those of the context.
    pub fn all_variables(&mut self) -> Outcome<Map> {
        let context = self.environment.context;
        let known = context
            .names()
            .into_iter()
            .filter_map(|name| Some((Arc::from(name), context.get(name)?.clone())));
        let mut all: Map = known.collect();
        for variable in self.variables.visible() {
            all.insert(Arc::clone(&variable.name), variable.value());
        }
        self.allocate(all.len() * size_of::<Value>())?;
        Ok(all)
    }

    /// The names that can be read where the evaluation stands.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.variables.visible().iter().map(|variable| &*variable.name).collect();
        if !self.variables.is_closed() {
            names.extend(self.environment.context.names());
        }
        names
    }

    /// Takes `count` steps from the budget. Loops of builtins over their input need none: [`Run::allocate`] counts them.
    pub fn step(&mut self, count: u64) -> Outcome<()> {
        let before = self.steps_left;
        self.steps_left = before.checked_sub(count).ok_or_else(|| {
            Error::limit(format!("the expression takes more than {} steps", self.settings().limits.steps))
                .help("do less in one expression: loop over less, or leave the work to a task")
        })?;
        if before / STEPS_PER_LOOK != self.steps_left / STEPS_PER_LOOK && self.services().is_late() {
            return Err(Error::limit("the expression takes too long").help("leave the work to a task"));
        }
        Ok(())
    }

    /// Takes the bytes of a value about to be made from the budget.
    pub fn allocate(&mut self, bytes: usize) -> Outcome<()> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or_else(|| {
            let limit = self.settings().limits.memory_bytes;
            Error::limit(format!("the values of the expression take more than {limit} bytes"))
                .help("work on smaller values, or leave the work to a task")
        })?;
        self.step((bytes / BYTES_PER_STEP) as u64)
    }

    /// The most bytes that the next value may have.
    pub fn bytes_left(&self) -> usize {
        self.bytes_left
    }

    /// Counts an iteration of a loop.
    pub(super) fn iterate(&mut self) -> Outcome<()> {
        self.iterations_left = self.iterations_left.checked_sub(1).ok_or_else(|| {
            let limit = self.settings().limits.iterations;
            Error::limit(format!("the loops take more than {limit} iterations"))
                .help("loop over less, or let tasks do it (`ForEach`)")
        })?;
        self.step(1)
    }

    /// Goes one evaluation deeper; every way back passes [`Run::leave`].
    pub(super) fn enter(&mut self) -> Outcome<()> {
        if self.depth == DEPTH_MAX {
            return Err(Error::limit(format!("evaluated more than {DEPTH_MAX} levels deep"))
                .help("a macro or `render` that calls itself needs a condition that ends it"));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Remembers a map whose keys were written as integers.
    pub(super) fn note_integer_keys(&mut self, map: &Arc<Map>) {
        if self.integer_keyed.len() < INTEGER_KEYED_MAX {
            self.integer_keyed.push(Arc::clone(map));
        }
    }

    pub(super) fn has_integer_keys(&self, map: &Arc<Map>) -> bool {
        self.integer_keyed.iter().any(|other| Arc::ptr_eq(other, map))
    }

    /// Whether any part of a value is secret. After that it is known to be of a size and depth that can be walked through.
    pub(super) fn inspect(&mut self, value: &Value) -> Outcome<bool> {
        if let Value::Str(text) = value {
            let length = text.expose().len();
            if length >= TEXT_BYTES_PER_STEP {
                self.step((length / TEXT_BYTES_PER_STEP) as u64)?;
            }
            return Ok(text.has_secret());
        }
        let mut parts = 0;
        let found = look(value, VALUE_DEPTH_MAX, &mut parts);
        self.step(parts / PARTS_PER_STEP)?;
        found.map_err(|unfit| match unfit {
            Unfit::TooDeep => {
                Error::limit(format!("the value is nested more than {VALUE_DEPTH_MAX} levels deep"))
            }
            Unfit::TooLarge => Error::limit(format!("the value has more than {PARTS_MAX} parts"))
                .help("work on a part of it, or leave the work to a task"),
        })
    }

    /// Passes a collection that was made of other values, unless it is too deep or too large for those who walk through it.
    pub(super) fn nested(&mut self, value: Value) -> Outcome {
        let collections = match &value {
            Value::List(items) => items.iter().filter(|item| is_collection(item)).count(),
            Value::Map(map) => map.values().filter(|item| is_collection(item)).count(),
            Value::Secret(inner) => usize::from(is_collection(inner)),
            _ => 0,
        };
        if collections > 0 {
            self.doublings += usize::BITS - collections.leading_zeros();
            if self.doublings > DOUBLINGS_UNCHECKED {
                self.inspect(&value)?;
            }
        }
        Ok(value)
    }
}

fn is_collection(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) => true,
        Value::Secret(inner) => matches!(**inner, Value::List(_) | Value::Map(_)),
        _ => false,
    }
}

/// Why a value is not to be looked at.
enum Unfit {
    TooDeep,
    TooLarge,
}

/// Whether any part of the value is secret.
fn look(value: &Value, levels: usize, parts: &mut u64) -> Result<bool, Unfit> {
    *parts += 1;
    if *parts > PARTS_MAX {
        return Err(Unfit::TooLarge);
    }
    let mut is_secret = false;
    match value {
        Value::List(_) | Value::Map(_) if levels == 0 => return Err(Unfit::TooDeep),
        Value::List(items) => {
            for item in items.iter() {
                is_secret |= look(item, levels - 1, parts)?;
            }
        }
        Value::Map(map) => {
            for item in map.values() {
                is_secret |= look(item, levels - 1, parts)?;
            }
        }
        Value::Secret(inner) => {
            look(inner, levels, parts)?;
            is_secret = true;
        }
        Value::Str(text) => is_secret = text.has_secret(),
        _ => {}
    }
    Ok(is_secret)
}

/// The variables that a template gives values to, in scopes.
#[derive(Clone, Default)]
pub(super) struct Variables {
    all: Vec<Variable>,
    /// Where the current scope starts.
    scope: usize,
    /// Where the innermost macro starts; nothing before it is visible, nor is the context.
    floor: Option<usize>,
}

#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: Arc<str>,
    bound: Bound,
}

#[derive(Clone)]
enum Bound {
    Value(Value),
    /// The `loop` of a loop, made into a map only if somebody wants it as a whole.
    Loop {
        index: usize,
        length: usize,
    },
    /// An entry of the map that a loop goes over.
    Entry {
        key: Text,
        value: Value,
    },
}

/// What has to be restored at the end of a scope.
pub(super) struct Scope {
    len: usize,
    start: usize,
    floor: Option<usize>,
}

/// The fields of `loop`.
const LOOP_FIELDS: [&str; 5] = ["index", "length", "first", "last", "revindex"];

/// The fields of an entry of a map.
const ENTRY_FIELDS: [&str; 2] = ["key", "value"];

impl Variable {
    pub(super) fn value(&self) -> Value {
        match &self.bound {
            Bound::Value(value) => value.clone(),
            Bound::Loop { .. } => self.all_fields(&LOOP_FIELDS),
            Bound::Entry { .. } => self.all_fields(&ENTRY_FIELDS),
        }
    }

    fn all_fields(&self, names: &[&str]) -> Value {
        let fields = names.iter().filter_map(|name| Some((Arc::from(*name), self.field(name)?)));
        Value::Map(Arc::new(fields.collect()))
    }

    /// An entry of a map as it prints: `key=value`.
    pub(super) fn entry(&self) -> Option<(&Text, &Value)> {
        match &self.bound {
            Bound::Entry { key, value } => Some((key, value)),
            _ => None,
        }
    }

    /// The value, if it does not have to be made first.
    pub(super) fn plain(&self) -> Option<&Value> {
        match &self.bound {
            Bound::Value(value) => Some(value),
            Bound::Loop { .. } | Bound::Entry { .. } => None,
        }
    }

    /// A field of `loop`, or of an entry.
    pub(super) fn field(&self, name: &str) -> Option<Value> {
        let (index, length) = match &self.bound {
            Bound::Loop { index, length } => (*index, *length),
            Bound::Entry { key, .. } if name == "key" => return Some(Value::Str(key.clone())),
            Bound::Entry { value, .. } if name == "value" => return Some(value.clone()),
            Bound::Entry { .. } | Bound::Value(_) => return None,
        };
        Some(match name {
            "index" => Value::Int(index as i64),
            "length" => Value::Int(length as i64),
            "first" => Value::Bool(index == 0),
            "last" => Value::Bool(index + 1 == length),
            "revindex" => Value::Int((length - index - 1) as i64),
            _ => return None,
        })
    }
}

impl Variables {
    fn visible(&self) -> &[Variable] {
        &self.all[self.floor.unwrap_or(0)..]
    }

    /// Whether the evaluation stands in a macro, which does not see the context.
    pub(super) fn is_closed(&self) -> bool {
        self.floor.is_some()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Variable> {
        if self.all.is_empty() {
            return None;
        }
        self.visible().iter().rev().find(|variable| &*variable.name == name)
    }

    /// Opens a scope; a closed one sees nothing of what is outside.
    pub(super) fn open(&mut self, closed: bool) -> Scope {
        let before = Scope { len: self.all.len(), start: self.scope, floor: self.floor };
        self.scope = before.len;
        if closed {
            self.floor = Some(before.len);
        }
        before
    }

    pub(super) fn close(&mut self, before: &Scope) {
        self.all.truncate(before.len);
        (self.scope, self.floor) = (before.start, before.floor);
    }

    /// Gives a value to a name of the current scope.
    pub(super) fn bind(&mut self, name: &Arc<str>, value: Value) {
        self.put(name, Bound::Value(value));
    }

    pub(super) fn bind_entry(&mut self, name: &Arc<str>, key: Text, value: Value) {
        self.put(name, Bound::Entry { key, value });
    }

    pub(super) fn bind_loop(&mut self, name: &Arc<str>, index: usize, length: usize) {
        self.put(name, Bound::Loop { index, length });
    }

    fn put(&mut self, name: &Arc<str>, bound: Bound) {
        match self.all[self.scope..].iter_mut().find(|variable| variable.name == *name) {
            Some(variable) => variable.bound = bound,
            None => self.all.push(Variable { name: Arc::clone(name), bound }),
        }
    }

    /// Gives a value to the innermost variable of this name, or to a new one of the current scope.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        let floor = self.floor.unwrap_or(0);
        match self.all[floor..].iter_mut().rev().find(|variable| &*variable.name == name) {
            Some(variable) => variable.bound = Bound::Value(value),
            None => self.all.push(Variable { name: name.into(), bound: Bound::Value(value) }),
        }
    }
}
