//! Patterns with names become regular expressions, and what they match becomes fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::{Failure, Map, Value};

use super::library::PATTERNS;

/// Bytes of a regular expression, and names inside of each other.
const BYTES_MAX: usize = 32 << 10;
const DEPTH_MAX: usize = 30;

/// A pattern that is ready.
pub(super) struct Grok {
    pattern: Arc<Pattern>,
    fields: Vec<Field>,
}

/// What a group of the regular expression is for.
struct Field {
    group: String,
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    Float,
    Boolean,
}

/// Patterns by name: those of the library, and those that a flow adds.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn new() -> Self {
        Self(PATTERNS.iter().map(|(name, pattern)| ((*name).to_owned(), (*pattern).to_owned())).collect())
    }

    pub(super) fn add(&mut self, name: &str, pattern: &str) {
        self.0.insert(name.to_owned(), pattern.to_owned());
    }

    /// Adds the patterns of a file: a name, a blank and a pattern on each line, and comments after `#`.
    pub(super) fn add_file(&mut self, content: &str) {
        for line in content.lines().filter(|line| !line.trim_start().starts_with('#')) {
            if let Some((name, pattern)) = line.split_once(char::is_whitespace) {
                self.add(name.trim(), pattern.trim());
            }
        }
    }

    pub(super) fn compile(&self, pattern: &str, only_named: bool) -> Result<Grok, Failure> {
        let told = |reason: String| Failure::new(format!("the pattern `{pattern}` is wrong: {reason}"));
        let mut writing = Writing { names: self, only_named, out: String::new(), fields: Vec::new() };
        writing.write(pattern, 0).map_err(told)?;
        let compiled = Pattern::compile(&writing.out).map_err(|failure| told(failure.to_string()))?;
        Ok(Grok { pattern: compiled, fields: writing.fields })
    }
}

struct Writing<'w> {
    names: &'w Names,
    only_named: bool,
    out: String,
    fields: Vec<Field>,
}

impl Writing<'_> {
    fn write(&mut self, pattern: &str, depth: usize) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err("names are too deep inside of each other, or name themselves".to_owned());
        }
        let mut rest = pattern;
        while let Some(start) = next_mark(rest) {
            self.plain(&rest[..start])?;
            if let Some(after) = rest[start..].strip_prefix("%{") {
                let end = after.find('}').ok_or("`%{` has no `}`")?;
                self.reference(&after[..end], depth)?;
                rest = &after[end + 1..];
            } else {
                // `(?<name>`: Java allows fewer names than people write.
                let after = &rest[start + 3..];
                let end = after.find('>').ok_or("`(?<` has no `>`")?;
                let group = self.group(&after[..end], Kind::Text);
                self.plain(&format!("(?<{group}>"))?;
                rest = &after[end + 1..];
            }
        }
        self.plain(rest)
    }

    /// `NAME`, `NAME:field` or `NAME:field:type`.
    fn reference(&mut self, reference: &str, depth: usize) -> Result<(), String> {
        let mut parts = reference.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let field = parts.next().filter(|field| !field.is_empty());
        let kind = match parts.next() {
            None | Some("string") => Kind::Text,
            Some("int" | "integer" | "long" | "short" | "byte") => Kind::Whole,
            Some("float" | "double") => Kind::Float,
            Some("boolean") => Kind::Boolean,
            Some(other) => {
                return Err(format!(
                    "there is no type `{other}`: there are int, long, float, double, boolean, string"
                ));
            }
        };
        let inner = self.names.0.get(name).ok_or_else(|| format!("there is no pattern `{name}`"))?.clone();
        let wanted = field.or_else(|| (!self.only_named).then_some(name));
        match wanted {
            Some(field) => {
                let group = self.group(field, kind);
                self.plain(&format!("(?<{group}>"))?;
            }
            None => self.plain("(?:")?,
        }
        self.write(&inner, depth + 1)?;
        self.plain(")")
    }

    fn group(&mut self, field: &str, kind: Kind) -> String {
        let group = format!("g{}", self.fields.len());
        self.fields.push(Field { group: group.clone(), name: field.to_owned(), kind });
        group
    }

    fn plain(&mut self, text: &str) -> Result<(), String> {
        self.out.push_str(text);
        if self.out.len() > BYTES_MAX {
            return Err(format!("it becomes longer than {BYTES_MAX} bytes"));
        }
        Ok(())
    }
}

/// Where the next name is: `%{`, or `(?<` of a group that has one.
fn next_mark(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find(['%', '(']).map(|at| at + from) {
        let rest = &text[at..];
        let is_escaped = text[..at].len() - text[..at].trim_end_matches('\\').len();
        let is_group = rest.starts_with("(?<")
            && rest[3..].starts_with(|first: char| first.is_alphabetic() || first == '_');
        if is_escaped.is_multiple_of(2) && (rest.starts_with("%{") || is_group) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

impl Grok {
    /// The fields of a text; nothing if the pattern does not match it.
    pub(super) fn fields(&self, text: &str, keeps_empty: bool) -> Result<Option<Map>, Failure> {
        let found = self.pattern.first_match(text).map_err(|failure| Failure::new(failure.to_string()))?;
        let Some(groups) = found else { return Ok(None) };
        let mut map = Map::new();
        for field in &self.fields {
            let range =
                self.pattern.group_named(&field.group).and_then(|group| groups.get(group).cloned().flatten());
            let value = match range.and_then(|range| text.get(range)) {
                None | Some("") if keeps_empty => Value::from(""),
                None | Some("") => continue,
                Some(text) => typed(text, field.kind),
            };
            put(&mut map, &field.name, value);
        }
        Ok(Some(map))
    }
}

/// A field that comes several times is a list; `[a][b]` is a field within a field.
fn put(map: &mut Map, name: &str, value: Value) {
    let inner = name.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((outer, rest)) = inner
        && !rest.is_empty()
    {
        let entry = map.entry(outer.into()).or_insert_with(|| Value::Map(Arc::default()));
        if let Value::Map(inner) = entry {
            put(Arc::make_mut(inner), rest, value);
        }
        return;
    }
    let name = inner.map_or(name, |(name, _)| name);
    let is_empty = |value: &Value| matches!(value, Value::Str(text) if text.expose().is_empty());
    match map.get_mut(name) {
        None => drop(map.insert(name.into(), value)),
        Some(first) if is_empty(first) => *first = value,
        Some(_) if is_empty(&value) => {}
        Some(Value::List(items)) => Arc::make_mut(items).push(value),
        Some(first) => {
            let before = std::mem::take(first);
            *first = if before == value { before } else { Value::List(Arc::new(vec![before, value])) };
        }
    }
}

/// What cannot be its type stays text.
fn typed(text: &str, kind: Kind) -> Value {
    let typed = match kind {
        Kind::Text => None,
        Kind::Whole => text.parse().ok().map(Value::Int),
        Kind::Float => text.parse().ok().map(Value::Float),
        Kind::Boolean => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
    };
    typed.unwrap_or_else(|| Value::from(text))
}
