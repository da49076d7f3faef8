//! Reads XML and makes values of elements.
//!
//! An element with attributes or elements is a map; what it has twice is a list. An element with nothing but text is that
//! text, as a number or a flag if it is one; beside other things the text is the entry `content`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};
use std::rc::Rc;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, RunContext};
use num_bigint::BigInt;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::query::{Open, Query};

/// Elements inside of each other.
const DEPTH_MAX: usize = 200;

/// Bytes of a row, and of what stands between two rows.
const ROW_BYTES_MAX: usize = 64 << 20;

/// The entry with the text of an element that has more.
const CONTENT: &str = "content";

pub(super) struct Elements<'c, R: Read> {
    cx: &'c RunContext,
    reader: Reader<BufReader<Metered<R>>>,
    left: Rc<Cell<usize>>,
    query: Option<Query>,
    lists: BTreeSet<String>,
    open: Vec<Open>,
    /// How many elements of each name the open elements have so far.
    counts: Vec<Map>,
    /// Elements that are being made, from the one that is a row on.
    making: Vec<Making>,
    buffer: Vec<u8>,
}

/// An element that is being made.
#[derive(Default)]
struct Making {
    name: String,
    entries: Map,
    texts: Vec<Value>,
    /// Text that has not ended.
    text: String,
}

impl<'c, R: Read> Elements<'c, R> {
    pub(super) fn new(cx: &'c RunContext, from: R, query: Option<Query>, lists: BTreeSet<String>) -> Self {
        let left = Rc::new(Cell::new(ROW_BYTES_MAX));
        let from = Metered { from, left: Rc::clone(&left) };
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, from));
        reader.config_mut().expand_empty_elements = true;
        Self {
            cx,
            reader,
            left,
            query,
            lists,
            open: Vec::new(),
            counts: vec![Map::new()],
            making: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Value>, Broken> {
        self.left.set(ROW_BYTES_MAX);
        loop {
            self.cx.go_on()?;
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.wrong(&error.to_string()).into()),
            };
            let row = match event {
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => {
                    let name = &self.open[self.open.len() - 1].name;
                    return Err(self.wrong(&format!("the file ends within the element `{name}`")).into());
                }
                Event::Start(start) => self.start(&start)?,
                Event::End(_) => self.end(),
                Event::Text(text) => {
                    self.text(&text.xml10_content());
                    None
                }
                Event::CData(text) => {
                    self.text(&text.xml10_content());
                    None
                }
                Event::GeneralRef(reference) => {
                    let character =
                        reference.resolve_char_ref().map_err(|error| self.wrong(&error.to_string()))?;
                    let name: &str = &reference;
                    match (character, resolve_xml_entity(name)) {
                        (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4])),
                        (None, Some(text)) => self.text(text),
                        (None, None) => {
                            let reason = format!(
                                "the entity `&{name};` is not known: entities of a file are not read"
                            );
                            return Err(self.wrong(&reason).into());
                        }
                    }
                    None
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => {
                    None
                }
            };
            self.buffer = buffer;
            if row.is_some() {
                return Ok(row);
            }
            if self.making.is_empty() {
                self.left.set(ROW_BYTES_MAX);
            }
        }
    }

    /// An element begins. An attribute of it may be a row.
    fn start(&mut self, start: &BytesStart<'_>) -> Result<Option<Value>, Failure> {
        let name = start.name().0.to_owned();
        if self.open.len() >= DEPTH_MAX {
            return Err(self.wrong(&format!("more than {DEPTH_MAX} elements are inside of each other")));
        }
        let place = if let Some(Value::Int(count)) =
            self.counts.last_mut().and_then(|counts| counts.get_mut(&*name))
        {
            *count += 1;
            usize::try_from(*count).unwrap_or(0)
        } else {
            if let Some(counts) = self.counts.last_mut() {
                counts.insert(name.as_str().into(), Value::Int(0));
            }
            0
        };
        self.open.push(Open { name: name.clone(), place });
        self.counts.push(Map::new());
        let is_row =
            self.making.is_empty() && self.query.as_ref().is_none_or(|query| query.is_met(&self.open));
        let attribute = self.query.as_ref().and_then(|query| query.attribute(&self.open));
        let attribute = attribute.filter(|_| self.making.is_empty()).map(str::to_owned);
        if !is_row && self.making.is_empty() && attribute.is_none() {
            return Ok(None);
        }
        let mut making = Making { name, ..Making::default() };
        let mut row = None;
        for found in start.attributes() {
            let found = found.map_err(|error| self.wrong(&error.to_string()))?;
            let text = found.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            let text = text.map_err(|error| self.wrong(&error.to_string()))?;
            let key = found.key.0;
            if attribute.as_deref() == Some(key) {
                row = Some(typed(&text));
            }
            making.put(key, typed(&text), self.lists.contains(key));
        }
        if let Some(around) = self.making.last_mut() {
            around.end_text();
        }
        if is_row || !self.making.is_empty() {
            self.making.push(making);
        }
        Ok(row)
    }

    /// An element ends. It may be a row.
    fn end(&mut self) -> Option<Value> {
        self.open.pop();
        self.counts.pop();
        let made = self.making.pop()?;
        let name = made.name.clone();
        let value = made.value();
        let is_list = self.lists.contains(&name);
        match self.making.last_mut() {
            Some(around) => {
                around.put(&name, value, is_list);
                None
            }
            None if self.query.is_some() => Some(value),
            None => {
                // Without a query the document is one row, with its root in it.
                let mut root = Making::default();
                root.put(&name, value, is_list);
                Some(Value::Map(root.entries.into()))
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(making) = self.making.last_mut() {
            making.text.push_str(text);
        }
    }

    fn wrong(&self, reason: &str) -> Failure {
        let at = self.reader.buffer_position();
        let names: Vec<&str> = self.open.iter().map(|open| open.name.as_str()).collect();
        let within = if names.is_empty() { String::new() } else { format!(" in `/{}`", names.join("/")) };
        Failure::new(format!("it is no XML that can be read: at byte {at}{within}: {reason}"))
    }
}

impl Making {
    /// Adds an entry; a second one of the same name makes a list of both.
    fn put(&mut self, name: &str, value: Value, is_list: bool) {
        match self.entries.get_mut(name) {
            Some(Value::List(items)) => Arc::make_mut(items).push(value),
            Some(first) => {
                let first_value = std::mem::take(first);
                *first = Value::List(Arc::new(vec![first_value, value]));
            }
            None => {
                let value = if is_list { Value::List(Arc::new(vec![value])) } else { value };
                self.entries.insert(name.into(), value);
            }
        }
    }

    fn end_text(&mut self) {
        let text = self.text.trim();
        if !text.is_empty() {
            self.texts.push(typed(text));
        }
        self.text.clear();
    }

    fn value(mut self) -> Value {
        self.end_text();
        let mut texts = self.texts;
        let text = match texts.len() {
            0 => None,
            1 => texts.pop(),
            _ => Some(Value::List(texts.into())),
        };
        match text {
            text if self.entries.is_empty() => text.unwrap_or_else(|| Value::from("")),
            None => Value::Map(self.entries.into()),
            Some(text) => {
                self.entries.insert(CONTENT.into(), text);
                Value::Map(self.entries.into())
            }
        }
    }
}

/// What a text says: a number that would be written again as it is, a flag, null, or text.
fn typed(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    number(text).unwrap_or_else(|| Value::from(text))
}

/// Digits of a number; what has more is text.
const DIGITS_MAX: usize = 100;

/// Numbers with zeros in front are names of things, not numbers.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = is_digits(whole)
        && fraction.is_none_or(is_digits)
        && (whole == "0" || !whole.starts_with('0'))
        && text.len() <= DIGITS_MAX
        && text != "-0";
    if !is_number {
        return None;
    }
    if fraction.is_some() {
        return text.parse::<BigDecimal>().ok().map(|number| Value::Decimal(Arc::new(number)));
    }
    match text.parse::<i64>() {
        Ok(number) => Some(Value::Int(number)),
        Err(_) => text.parse::<BigInt>().ok().map(|number| Value::BigInt(Arc::new(number))),
    }
}

/// A file of which only so much is read until more is allowed.
struct Metered<R> {
    from: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(to)?;
        let left = self.left.get().checked_sub(count).ok_or_else(|| {
            let most = ROW_BYTES_MAX >> 20;
            io::Error::other(format!(
                "a row has more than {most} MB: set `query` to the path of smaller elements, such as `/catalog/book`"
            ))
        })?;
        self.left.set(left);
        Ok(count)
    }
}
