//! Reads JSON straight into values, as strictly as Jackson does.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use num_bigint::BigInt;

use crate::expression::escape;

/// Lists and maps inside of each other.
const DEPTH_MAX: usize = 128;

/// Digits of an integer; more would take long to convert.
const DIGITS_MAX: usize = 1_000;

pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    values: usize,
    values_max: usize,
}

type Read<T = Value> = Result<T, String>;

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, values_max: usize) -> Self {
        Self { text, at: 0, values: 0, values_max }
    }

    /// How many values were read so far.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    /// The first value. A number or word has to end where it ends.
    pub(super) fn first(&mut self) -> Read {
        self.skip_blanks();
        if self.peek().is_none() {
            return Err("there is no JSON in it, only blanks".into());
        }
        self.value(0)
    }

    /// The only value.
    pub(super) fn only(&mut self) -> Read {
        let value = self.first()?;
        self.skip_blanks();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("the end of the text")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Read {
        self.values += 1;
        if self.values > self.values_max {
            return Err(format!("the JSON has more than {} values", self.values_max));
        }
        if depth > DEPTH_MAX {
            return Err(format!("the JSON has more than {DEPTH_MAX} lists and maps inside of each other"));
        }
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(|text| Value::Str(text.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn list(&mut self, depth: usize) -> Read {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(Arc::new(items)));
        }
        loop {
            self.skip_blanks();
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::List(Arc::new(items)));
                }
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Read {
        self.at += 1;
        let mut map = Map::new();
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Map(Arc::new(map)));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            self.skip_blanks();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            self.skip_blanks();
            // Of two entries with one key the last one counts, at the place of the first.
            let value = self.value(depth + 1)?;
            map.insert(key.into(), value);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Map(Arc::new(map)));
                }
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Read {
        let rest = &self.text[self.at..];
        let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_');
        if &rest[..end.unwrap_or(rest.len())] != word {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        self.digits()?;
        if self.text.as_bytes()[first] == b'0' && self.at > first + 1 {
            self.at = first;
            return Err(self.unexpected("a number without leading zeros"));
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if !matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}')) {
            return Err(self.unexpected("the end of the number"));
        }
        let written = &self.text[start..self.at];
        if !is_integer {
            return written.parse().map(Value::Float).map_err(|_| format!("`{written}` is no number"));
        }
        if let Ok(number) = written.parse() {
            return Ok(Value::Int(number));
        }
        if written.len() > DIGITS_MAX {
            return Err(format!("an integer of the JSON has more than {DIGITS_MAX} digits"));
        }
        let number: Result<BigInt, _> = written.parse();
        number.map(|number| Value::BigInt(Arc::new(number))).map_err(|_| format!("`{written}` is no number"))
    }

    /// Reads a string; the position is that of its opening quote.
    fn string(&mut self) -> Read<String> {
        let opening = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut text)?;
                }
                Some(_) => {
                    return Err(self.unexpected("`\\n`, `\\t` or `\\u…` instead of a control character"));
                }
                None => {
                    self.at = opening;
                    return Err(format!("the string that starts {} has no end", self.place()));
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Read<()> {
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let unit = self.hexadecimal()?;
                let (character, more) = escape::of_unit(unit, &self.text[self.at..]);
                text.push(character);
                self.at += more;
                return Ok(());
            }
            _ => return Err(self.unexpected("one of `\" \\ / b f n r t u` after the backslash")),
        };
        self.at += 1;
        text.push(character);
        Ok(())
    }

    fn hexadecimal(&mut self) -> Read<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("four hexadecimal digits"));
            };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    fn unexpected(&self, expected: &str) -> String {
        let found = match self.text[self.at..].chars().next() {
            None => "the text ends".to_owned(),
            Some(character) => format!("there is `{}`", character.escape_debug()),
        };
        format!("it is no JSON: {} {found}, but {expected} is expected", self.place())
    }

    fn place(&self) -> String {
        let before = &self.text[..self.at];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("at line {line}, column {column}")
    }
}
