//! Reads TOON.

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};

use super::scalar::{read, read_quoted};

/// Maps and lists inside of each other.
const DEPTH_MAX: usize = 100;

/// Blanks of a level.
const INDENT: usize = 2;

struct Line<'t> {
    number: usize,
    depth: usize,
    text: &'t str,
}

struct Reader<'t> {
    lines: Vec<Line<'t>>,
    at: usize,
}

/// What stands in front of the values of a list.
struct Head<'t> {
    count: usize,
    separator: char,
    columns: Option<Vec<String>>,
    /// Behind the colon.
    rest: &'t str,
}

type Read<T> = Result<T, Failure>;

/// The value of a document.
pub(crate) fn decode(text: &str) -> Read<Value> {
    let mut lines = Vec::new();
    for (place, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let number = place + 1;
        if line[blanks..].starts_with('\t') || blanks % INDENT != 0 {
            return Err(wrong(number, &format!("lines are indented by {INDENT} blanks for each level")));
        }
        lines.push(Line { number, depth: blanks / INDENT, text: line.trim() });
    }
    let mut reader = Reader { lines, at: 0 };
    let value = reader.root()?;
    match reader.lines.get(reader.at) {
        None => Ok(value),
        Some(line) => Err(wrong(line.number, "this line belongs to nothing")),
    }
}

fn wrong(line: usize, reason: &str) -> Failure {
    Failure::new(format!("it is no TOON: at line {line}: {reason}"))
}

impl<'t> Reader<'t> {
    fn root(&mut self) -> Read<Value> {
        let Some(first) = self.lines.first() else { return Ok(Value::Map(Arc::default())) };
        let (number, text) = (first.number, first.text);
        if text.starts_with('[')
            && let Some(head) = head(text, number)?
        {
            self.at += 1;
            return self.list(&head, number, 0, 0);
        }
        if self.lines.len() == 1 && name(text, number)?.is_none() {
            self.at += 1;
            return read(text).map_err(|reason| wrong(number, &reason));
        }
        let mut map = Map::new();
        self.fields(0, &mut map, 0)?;
        Ok(Value::Map(Arc::new(map)))
    }

    /// The fields of the lines at this depth.
    fn fields(&mut self, depth: usize, map: &mut Map, level: usize) -> Read<()> {
        while let Some(line) = self.lines.get(self.at).filter(|line| line.depth == depth) {
            let (number, text) = (line.number, line.text);
            if text == "-" || text.starts_with("- ") {
                return Ok(());
            }
            self.at += 1;
            self.field(text, number, depth, map, level)?;
        }
        Ok(())
    }

    /// A field; what it has within stands one level below this depth.
    fn field(&mut self, text: &'t str, number: usize, depth: usize, map: &mut Map, level: usize) -> Read<()> {
        if level > DEPTH_MAX {
            return Err(wrong(number, "too many maps and lists are inside of each other"));
        }
        let (name, rest) =
            name(text, number)?.ok_or_else(|| wrong(number, "a field with `:` is expected"))?;
        let value = if rest.starts_with('[') {
            let head =
                head(rest, number)?.ok_or_else(|| wrong(number, "a list with its length is expected"))?;
            self.list(&head, number, depth, level + 1)?
        } else {
            let rest = rest[1..].trim();
            if rest.is_empty() {
                let mut inner = Map::new();
                self.fields(depth + 1, &mut inner, level + 1)?;
                Value::Map(Arc::new(inner))
            } else {
                read(rest).map_err(|reason| wrong(number, &reason))?
            }
        };
        map.insert(name.into(), value);
        Ok(())
    }

    /// The items of a list, which stand behind its head or one level below this depth.
    fn list(&mut self, head: &Head<'t>, number: usize, depth: usize, level: usize) -> Read<Value> {
        let mut items = Vec::new();
        if !head.rest.is_empty() {
            items = values(head.rest, head.separator, number)?;
        } else if let Some(columns) = &head.columns {
            while let Some(line) = self.lines.get(self.at).filter(|line| line.depth == depth + 1) {
                if items.len() == head.count {
                    break;
                }
                let row = values(line.text, head.separator, line.number)?;
                if row.len() != columns.len() {
                    let reason =
                        format!("the row has {} values where {} are expected", row.len(), columns.len());
                    return Err(wrong(line.number, &reason));
                }
                let row: Map = columns.iter().map(|column| column.as_str().into()).zip(row).collect();
                items.push(Value::Map(Arc::new(row)));
                self.at += 1;
            }
        } else {
            while let Some(line) = self.lines.get(self.at).filter(|line| line.depth == depth + 1) {
                let (number, text) = (line.number, line.text);
                if text != "-" && !text.starts_with("- ") {
                    break;
                }
                self.at += 1;
                items.push(self.item(text[1..].trim_start(), number, depth + 1, level)?);
            }
        }
        if items.len() != head.count {
            let reason = format!("the list has {} items where {} are announced", items.len(), head.count);
            return Err(wrong(number, &reason));
        }
        Ok(Value::List(Arc::new(items)))
    }

    /// An item behind its dash, which stands at this depth.
    fn item(&mut self, text: &'t str, number: usize, depth: usize, level: usize) -> Read<Value> {
        if level > DEPTH_MAX {
            return Err(wrong(number, "too many maps and lists are inside of each other"));
        }
        if text.is_empty() {
            return Ok(Value::Map(Arc::default()));
        }
        if text.starts_with('[')
            && let Some(head) = head(text, number)?
        {
            return self.list(&head, number, depth, level + 1);
        }
        if name(text, number)?.is_none() {
            return read(text).map_err(|reason| wrong(number, &reason));
        }
        let mut map = Map::new();
        self.field(text, number, depth + 1, &mut map, level + 1)?;
        self.fields(depth + 1, &mut map, level + 1)?;
        Ok(Value::Map(Arc::new(map)))
    }
}

/// The name that a line begins with, and the rest from its colon or bracket on.
fn name(text: &str, number: usize) -> Read<Option<(String, &str)>> {
    if text.starts_with('"') {
        let (name, rest) = read_quoted(text).map_err(|reason| wrong(number, &reason))?;
        return Ok(rest.starts_with([':', '[']).then_some((name, rest)));
    }
    let Some(end) = text.find([':', '[', '"', ' ', ',']) else { return Ok(None) };
    let rest = &text[end..];
    Ok((end > 0 && rest.starts_with([':', '['])).then(|| (text[..end].to_owned(), rest)))
}

/// `[3]:`, `[2]{a,b}:`, `[2|]:`
fn head(text: &str, number: usize) -> Read<Option<Head<'_>>> {
    let Some((inner, rest)) = text[1..].split_once(']') else { return Ok(None) };
    let (digits, separator) = match inner.char_indices().last() {
        Some((at, '|')) => (&inner[..at], '|'),
        Some((at, '\t')) => (&inner[..at], '\t'),
        _ => (inner, ','),
    };
    let Ok(count) = digits.trim_start_matches('#').parse::<usize>() else { return Ok(None) };
    let (columns, rest) = match rest.strip_prefix('{') {
        None => (None, rest),
        Some(inner) => {
            let end = inner.find('}').ok_or_else(|| wrong(number, "`{` has no `}`"))?;
            let names = values(&inner[..end], separator, number)?;
            let names = names.iter().map(|name| match name {
                Value::Str(name) => Ok(name.expose().to_owned()),
                other => kapelle_core::property::text_of(other)
                    .map(|text| text.expose().to_owned())
                    .map_err(|error| wrong(number, &error.text())),
            });
            (Some(names.collect::<Read<_>>()?), &inner[end + 1..])
        }
    };
    let Some(rest) = rest.strip_prefix(':') else { return Ok(None) };
    Ok(Some(Head { count, separator, columns, rest: rest.trim() }))
}

/// Values between separators.
fn values(text: &str, separator: char, number: usize) -> Read<Vec<Value>> {
    let mut values = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, character) in text.char_indices().chain([(text.len(), separator)]) {
        let is_end = at == text.len() || (character == separator && !is_quoted);
        if is_end {
            values.push(read(&text[start..at]).map_err(|reason| wrong(number, &reason))?);
            start = at + character.len_utf8();
        }
        match character {
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    Ok(values)
}
