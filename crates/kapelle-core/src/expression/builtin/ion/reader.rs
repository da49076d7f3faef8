//! Reads Ion text: values with their annotations, one after the other.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::{Budget, DEPTH_MAX, Read, scalar};
use crate::expression::builtin::encoding;
use crate::expression::escape;

/// All values of a text, or the first one. The text may be a part of a longer one: its first line has this number.
pub(super) fn read(text: &str, all: bool, line: usize, budget: &mut Budget) -> Read<Vec<Value>> {
    let mut reader = Reader { text, at: 0, line, budget };
    super::collect(all, || reader.next_value())
}

struct Reader<'t, 'b> {
    text: &'t str,
    at: usize,
    line: usize,
    budget: &'b mut Budget,
}

/// Characters of the symbols that stand in parentheses without quotes.
const OPERATORS: &str = "!#%&*+-./;<=>?@^`|~";

impl<'t> Reader<'t, '_> {
    /// The next value; nothing at the end.
    fn next_value(&mut self) -> Read<Option<Value>> {
        loop {
            self.skip()?;
            if self.rest().is_empty() {
                return Ok(None);
            }
            if self.word() == "$ion_1_0" {
                self.at += "$ion_1_0".len();
                continue;
            }
            if let Some(value) = self.annotated(0, false)? {
                return Ok(Some(value));
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, sign: &str) -> bool {
        let is_there = self.rest().starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    /// Skips blanks and comments.
    fn skip(&mut self) -> Read<()> {
        loop {
            let rest = self.rest();
            let blanks =
                rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{b}', '\u{c}']).len();
            self.at += blanks;
            if self.take("//") {
                self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
            } else if self.take("/*") {
                let end = self.rest().find("*/").ok_or_else(|| self.wrong("the comment has no end"))?;
                self.at += end + 2;
            } else if blanks == 0 {
                return Ok(());
            }
        }
    }

    /// The identifier that starts here; empty if there is none.
    fn word(&self) -> &'t str {
        let rest = self.rest();
        let is_inner = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '$');
        if rest.starts_with(|character: char| character.is_ascii_digit()) {
            return "";
        }
        &rest[..rest.find(|character| !is_inner(character)).unwrap_or(rest.len())]
    }

    /// A value after its annotations. Nothing for what Ion means for itself only.
    fn annotated(&mut self, depth: usize, in_parentheses: bool) -> Read<Option<Value>> {
        let mut annotation: Option<String> = None;
        loop {
            self.skip()?;
            let before = self.at;
            let symbol = match self.peek() {
                Some(b'\'') if !self.rest().starts_with("'''") => Some(self.quoted('\'')?),
                _ => match self.word() {
                    "" => None,
                    word => {
                        self.at += word.len();
                        Some(word.to_owned())
                    }
                },
            };
            let after = self.at;
            self.skip()?;
            if symbol.is_some() && self.take("::") {
                annotation = annotation.or(symbol);
                continue;
            }
            self.at = if self.text.as_bytes().get(before) == Some(&b'\'') && symbol.is_some() {
                after
            } else {
                before
            };
            let value = match symbol {
                Some(symbol) if self.at == after => {
                    self.budget.take()?;
                    Value::Str(symbol.into())
                }
                _ => self.value(depth, in_parentheses)?,
            };
            return Ok(match annotation.as_deref() {
                Some("$ion_symbol_table") if depth == 0 => None,
                Some(annotation) => Some(scalar::annotated(annotation, value)),
                None => Some(value),
            });
        }
    }

    fn value(&mut self, depth: usize, in_parentheses: bool) -> Read {
        self.budget.take()?;
        if depth > DEPTH_MAX {
            return Err(format!(
                "the Ion data has more than {DEPTH_MAX} lists and structs inside of each other"
            ));
        }
        let rest = self.rest();
        match self.peek() {
            Some(b'{') if rest.starts_with("{{") => self.bytes(),
            Some(b'{') => self.fields(depth),
            Some(b'[') => self.items(depth, ']'),
            Some(b'(') => self.items(depth, ')'),
            Some(b'"') => self.quoted('"').map(|text| Value::Str(text.into())),
            Some(b'\'') => self.long_string().map(|text| Value::Str(text.into())),
            Some(b'0'..=b'9') => self.number(),
            Some(b'-') if rest[1..].starts_with(|character: char| character.is_ascii_digit()) => {
                self.number()
            }
            Some(b'+' | b'-') if rest[1..].starts_with("inf") => {
                self.at += 4;
                Ok(Value::Float(if rest.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }))
            }
            Some(_) if !self.word().is_empty() => Ok(self.symbol()),
            Some(_) if in_parentheses => {
                let end = rest.find(|character| !OPERATORS.contains(character)).unwrap_or(rest.len());
                if end == 0 {
                    return Err(self.wrong("a value is expected"));
                }
                self.at += end;
                Ok(Value::from(&rest[..end]))
            }
            _ => Err(self.wrong("a value is expected")),
        }
    }

    fn symbol(&mut self) -> Value {
        let word = self.word();
        self.at += word.len();
        match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "nan" => Value::Float(f64::NAN),
            "null" => {
                if self.take(".") {
                    self.at += self.word().len();
                }
                Value::Null
            }
            _ => Value::from(word),
        }
    }

    fn number(&mut self) -> Read {
        let rest = self.rest();
        let is_inner = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '+' | '-' | ':')
        };
        let end = rest.find(|character| !is_inner(character)).unwrap_or(rest.len());
        let value = scalar::number(&rest[..end]).map_err(|message| self.wrong(&message))?;
        self.at += end;
        Ok(value)
    }

    fn items(&mut self, depth: usize, end: char) -> Read {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip()?;
            if self.rest().starts_with(end) {
                self.at += 1;
                return Ok(Value::List(Arc::new(items)));
            }
            items.extend(self.annotated(depth + 1, end == ')')?);
            self.skip()?;
            if end == ']' && !self.take(",") && !self.rest().starts_with(end) {
                return Err(self.wrong("`,` or `]` is expected"));
            }
        }
    }

    fn fields(&mut self, depth: usize) -> Read {
        self.at += 1;
        let mut map = Map::new();
        loop {
            self.skip()?;
            if self.take("}") {
                return Ok(Value::Map(Arc::new(map)));
            }
            let name = match self.peek() {
                Some(b'"') => self.quoted('"')?,
                Some(b'\'') if self.rest().starts_with("'''") => self.long_string()?,
                Some(b'\'') => self.quoted('\'')?,
                _ => {
                    let word = self.word();
                    self.at += word.len();
                    word.to_owned()
                }
            };
            self.skip()?;
            if !self.take(":") {
                return Err(self.wrong("a field with `:` is expected"));
            }
            if let Some(value) = self.annotated(depth + 1, false)? {
                map.insert(name.into(), value);
            }
            self.skip()?;
            if !self.take(",") && !self.rest().starts_with('}') {
                return Err(self.wrong("`,` or `}` is expected"));
            }
        }
    }

    /// A string or symbol between two quotes.
    fn quoted(&mut self, quote: char) -> Read<String> {
        let opening = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find([quote, '\\', '\n']).unwrap_or(rest.len());
            text.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'\\') => self.escape(&mut text)?,
                Some(byte) if char::from(byte) == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                _ => {
                    self.at = opening;
                    return Err(self.wrong("the text in quotes has no end on its line"));
                }
            }
        }
    }

    /// One or several texts between three quotes; they are one text.
    fn long_string(&mut self) -> Read<String> {
        let mut text = String::new();
        while self.take("'''") {
            loop {
                let rest = self.rest();
                let Some(end) = rest.find(['\'', '\\']) else {
                    return Err(self.wrong("the text in three quotes has no end"));
                };
                text.push_str(&rest[..end].replace("\r\n", "\n"));
                self.at += end;
                if self.peek() == Some(b'\\') {
                    self.escape(&mut text)?;
                } else if self.take("'''") {
                    break;
                } else {
                    text.push('\'');
                    self.at += 1;
                }
            }
            self.skip()?;
        }
        Ok(text)
    }

    fn escape(&mut self, text: &mut String) -> Read<()> {
        self.at += 1;
        let sign = self.rest().chars().next().unwrap_or_default();
        self.at += sign.len_utf8().min(self.rest().len());
        let character = match sign {
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'v' => '\u{b}',
            '0' if self.at <= self.text.len() => '\0',
            '"' | '\'' | '\\' | '/' | '?' => sign,
            '\n' => return Ok(()),
            '\r' => {
                self.take("\n");
                return Ok(());
            }
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            'U' => self.code(8)?,
            _ => return Err(self.wrong("there is no such escape")),
        };
        text.push(character);
        Ok(())
    }

    /// The character of so many hexadecimal digits.
    fn code(&mut self, digits: usize) -> Read<char> {
        let unit = self.hexadecimal(digits)?;
        let (character, more) = escape::of_unit(unit, if digits == 4 { self.rest() } else { "" });
        self.at += more;
        Ok(character)
    }

    fn hexadecimal(&mut self, digits: usize) -> Read<u32> {
        let code = self.rest().get(..digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        let code = code.ok_or_else(|| self.wrong(&format!("{digits} hexadecimal digits are expected")))?;
        self.at += digits;
        Ok(code)
    }

    /// A blob in base64, or a clob in quotes.
    fn bytes(&mut self) -> Read {
        self.at += 2;
        self.skip_blanks();
        let bytes = match self.peek() {
            Some(b'"') => self.quoted('"').map(|text| latin(&text))?,
            Some(b'\'') => self.long_string().map(|text| latin(&text))?,
            _ => {
                let rest = self.rest();
                let end = rest.find('}').unwrap_or(rest.len());
                let digits: String = rest[..end].split_whitespace().collect();
                let bytes = encoding::base64::decode(&digits);
                let bytes = bytes.map_err(|problem| self.wrong(&format!("this is no base64: {problem}")))?;
                self.at += end;
                bytes
            }
        };
        self.skip_blanks();
        if !self.take("}}") {
            return Err(self.wrong("`}}` is expected"));
        }
        Ok(Value::Bytes(bytes.into()))
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn wrong(&self, what: &str) -> String {
        let before = &self.text[..self.at];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + self.line;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let found = match self.rest().chars().next() {
            None => "the text ends".to_owned(),
            Some(character) => format!("there is `{}`", character.escape_debug()),
        };
        format!("it is no Ion: at line {line}, column {column} {found}: {what}")
    }
}

/// The bytes of a clob: its characters are bytes.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}
