//! Reads JSON value by value, so that a list may be longer than the memory.

use std::io::Read;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, RunContext};
use num_bigint::BigInt;

use crate::characters::Characters;

/// Lists and maps inside of each other.
const DEPTH_MAX: usize = 128;

/// Digits of a number; more would take long to convert.
const DIGITS_MAX: usize = 1_000;

/// Characters of a value that is read at once.
const SIZE_MAX: usize = 64 << 20;

/// Digits that every float keeps.
const FLOAT_DIGITS: usize = 15;

pub(crate) struct Reader<'c, R> {
    cx: &'c RunContext,
    text: Characters<R>,
    size: usize,
    /// The values are items of a list that is open.
    is_in_list: bool,
    is_at_start: bool,
}

impl<'c, R: Read> Reader<'c, R> {
    pub(crate) fn new(cx: &'c RunContext, from: R) -> Self {
        Self { cx, text: Characters::new(from), size: 0, is_in_list: false, is_at_start: true }
    }

    /// Goes into the list that the file is, if it is one, so that its items come one by one.
    pub(crate) fn enter_list(&mut self) -> Result<bool, Broken> {
        self.blanks()?;
        self.is_in_list = self.text.take('[')?;
        Ok(self.is_in_list)
    }

    /// The next value: one after the other, with blanks or a comma between, or the next item of the list.
    pub(crate) fn next(&mut self) -> Result<Option<Value>, Broken> {
        self.cx.go_on()?;
        self.size = 0;
        self.blanks()?;
        let is_first = std::mem::replace(&mut self.is_at_start, false);
        if self.is_in_list {
            if self.text.take(']')? {
                self.is_in_list = false;
                self.end()?;
                return Ok(None);
            }
            if !is_first {
                self.expect(',', "`,` or `]`")?;
            }
        } else {
            if !is_first {
                self.text.take(',')?;
                self.blanks()?;
            }
            if self.text.peek()?.is_none() {
                return Ok(None);
            }
        }
        self.value(0).map(Some)
    }

    /// The only value of a file.
    pub(crate) fn only(&mut self) -> Result<Value, Broken> {
        let value = self.next()?.ok_or_else(|| Failure::new("the file is empty: there is no JSON in it"))?;
        self.end()?;
        Ok(value)
    }

    fn end(&mut self) -> Result<(), Broken> {
        self.blanks()?;
        match self.text.peek()? {
            None => Ok(()),
            Some(_) => Err(self.wrong("the end of the file")?),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Broken> {
        if depth > DEPTH_MAX {
            let (line, column) = (self.text.line, self.text.column);
            return Err(Broken::new(format!(
                "at line {line}, column {column}: more than {DEPTH_MAX} lists and maps are inside of each other"
            )));
        }
        self.blanks()?;
        match self.text.peek()? {
            Some('{') => self.map(depth),
            Some('[') => self.list(depth),
            Some('"') => Ok(Value::Str(self.string()?.into())),
            Some('-' | '0'..='9') => self.number(),
            Some('t') => self.word("true", Value::Bool(true)),
            Some('f') => self.word("false", Value::Bool(false)),
            Some('n') => self.word("null", Value::Null),
            _ => Err(self.wrong("a value")?),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Broken> {
        self.taken()?;
        let mut map = Map::new();
        self.blanks()?;
        if self.text.take('}')? {
            return Ok(Value::Map(map.into()));
        }
        loop {
            self.blanks()?;
            if self.text.peek()? != Some('"') {
                return Err(self.wrong("a name in quotes")?);
            }
            let name = self.string()?;
            self.blanks()?;
            self.expect(':', "`:`")?;
            let value = self.value(depth + 1)?;
            map.insert(name.into(), value);
            self.blanks()?;
            if self.text.take('}')? {
                return Ok(Value::Map(map.into()));
            }
            self.expect(',', "`,` or `}`")?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Broken> {
        self.taken()?;
        let mut items = Vec::new();
        self.blanks()?;
        if self.text.take(']')? {
            return Ok(Value::List(items.into()));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks()?;
            if self.text.take(']')? {
                return Ok(Value::List(items.into()));
            }
            self.expect(',', "`,` or `]`")?;
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Broken> {
        for wanted in word.chars() {
            if self.text.peek()? != Some(wanted) {
                return Err(self.wrong(&format!("`{word}`"))?);
            }
            self.taken()?;
        }
        Ok(value)
    }

    fn string(&mut self) -> Result<String, Broken> {
        self.taken()?;
        let mut text = String::new();
        loop {
            match self.text.peek()? {
                Some('"') => {
                    self.taken()?;
                    return Ok(text);
                }
                Some('\\') => {
                    self.taken()?;
                    let character = self.escape()?;
                    text.push(character);
                }
                Some(character) if character >= ' ' => {
                    self.taken()?;
                    text.push(character);
                }
                _ => return Err(self.wrong("the end of a text in quotes")?),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let sign = self.text.peek()?;
        let character = match sign {
            Some(sign @ ('"' | '\\' | '/')) => sign,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.taken()?;
                return self.unicode();
            }
            _ => return Err(self.wrong("an escape such as \\n or \\u00e9")?),
        };
        self.taken()?;
        Ok(character)
    }

    /// A character by its number; those beyond 65535 are two numbers.
    fn unicode(&mut self) -> Result<char, Broken> {
        let unit = self.unit()?;
        let code = if (0xd800..0xdc00).contains(&unit) {
            if self.text.peek()? != Some('\\') {
                return Err(self.wrong("the second half of a character")?);
            }
            self.taken()?;
            self.expect('u', "the second half of a character")?;
            let second = self.unit()?;
            0x10000 + ((unit - 0xd800) << 10) + second.wrapping_sub(0xdc00)
        } else {
            unit
        };
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => Err(self.wrong("a character that exists before this")?),
        }
    }

    fn unit(&mut self) -> Result<u32, Broken> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.text.peek()?.and_then(|character| character.to_digit(16)) else {
                return Err(self.wrong("four hexadecimal digits")?);
            };
            self.taken()?;
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<Value, Broken> {
        let mut text = String::new();
        let (line, column) = (self.text.line, self.text.column);
        while let Some(character @ ('0'..='9' | '-' | '+' | '.' | 'e' | 'E')) = self.text.peek()? {
            self.taken()?;
            text.push(character);
            if text.len() > DIGITS_MAX {
                return Err(Broken::new(format!(
                    "at line {line}, column {column}: a number has more than {DIGITS_MAX} digits"
                )));
            }
        }
        number(&text).ok_or_else(|| {
            Broken::new(format!("at line {line}, column {column}: `{text}` is no number of JSON"))
        })
    }

    fn blanks(&mut self) -> Result<(), Broken> {
        while let Some(' ' | '\t' | '\n' | '\r') = self.text.peek()? {
            self.text.next()?;
        }
        Ok(())
    }

    /// Takes a character that belongs to a value.
    fn taken(&mut self) -> Result<(), Broken> {
        self.size += 1;
        if self.size > SIZE_MAX {
            return Err(Broken::new(format!(
                "at line {}: a value has more than {} million characters; a list is read item by item with `newLine: false`",
                self.text.line,
                SIZE_MAX >> 20
            )));
        }
        self.text.next()?;
        Ok(())
    }

    fn expect(&mut self, wanted: char, told: &str) -> Result<(), Broken> {
        if self.text.take(wanted)? { Ok(()) } else { Err(self.wrong(told)?) }
    }

    fn wrong(&mut self, wanted: &str) -> Result<Broken, Broken> {
        let (line, column) = (self.text.line, self.text.column);
        let found = match self.text.peek()? {
            None => "the file ends".to_owned(),
            Some(character) => format!("there is `{}`", character.escape_debug()),
        };
        Ok(Broken::new(format!(
            "it is no JSON: at line {line}, column {column} {found} where {wanted} is expected"
        )))
    }
}

/// A number with all its digits: a float where that keeps them, else a decimal.
fn number(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_digits = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    if !is_digits(whole)
        || (whole.len() > 1 && whole.starts_with('0'))
        || !fraction.is_none_or(is_digits)
        || !exponent_digits.is_none_or(is_digits)
    {
        return None;
    }
    if fraction.is_none() && exponent.is_none() {
        if let Ok(number) = text.parse::<i64>() {
            return Some(Value::Int(number));
        }
        return text.parse::<BigInt>().ok().map(|number| Value::BigInt(Arc::new(number)));
    }
    let float: f64 = text.parse().ok()?;
    let is_short = mantissa.trim_start_matches(['0', '.']).len() <= FLOAT_DIGITS && exponent.is_none();
    if is_short {
        return Some(Value::Float(float));
    }
    let power: i64 = exponent.map_or(Ok(0), str::parse).ok()?;
    if power.unsigned_abs() > DIGITS_MAX as u64 {
        return None;
    }
    let exact: BigDecimal = text.parse().ok()?;
    let is_same =
        float.is_finite() && format!("{float:e}").parse::<BigDecimal>().is_ok_and(|float| float == exact);
    Some(if is_same { Value::Float(float) } else { Value::Decimal(Arc::new(exact)) })
}
