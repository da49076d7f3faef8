//! Cuts an expression into tokens.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_core::pattern::Pattern;
use kapelle_model::Value;

#[derive(Clone, Debug)]
pub(super) enum Token {
    /// A literal text.
    Text(String),
    Number(Value),
    /// A name, with whether it stood between backquotes.
    Name(String, bool),
    Variable(String),
    Regex(Arc<Pattern>),
    Sign(&'static str),
    End,
}

/// The longer ones first.
const SIGNS: &[&str] = &[
    "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#",
    ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&",
];

pub(super) struct Lexer<'t> {
    text: &'t str,
    pub(super) at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn wrong(&self, reason: &str) -> String {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("the expression is wrong at line {line}, column {column}: {reason}")
    }

    fn skip(&mut self) -> Result<(), String> {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            if !self.rest().starts_with("/*") {
                return Ok(());
            }
            let end = self.rest().find("*/").ok_or_else(|| self.wrong("the comment has no end"))?;
            self.at += end + 2;
        }
    }

    /// The next token. Where an operand is expected, `/` begins a regular expression.
    pub(super) fn next(&mut self, wants_operand: bool) -> Result<Token, String> {
        self.skip()?;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        match first {
            '"' | '\'' => return self.string(first).map(Token::Text),
            '`' => {
                let end =
                    rest[1..].find('`').ok_or_else(|| self.wrong("the name in backquotes has no end"))?;
                self.at += end + 2;
                return Ok(Token::Name(rest[1..=end].to_owned(), true));
            }
            '0'..='9' => return self.number(),
            '/' if wants_operand => return self.regex(),
            _ => {}
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return Ok(Token::Sign(sign));
        }
        let is_end = |character: char| {
            character.is_whitespace() || ".[]{}(),@#;:?+-*/%|=<>^&!~\"'`".contains(character)
        };
        let end = rest.find(is_end).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.wrong(&format!("`{first}` has no meaning here")));
        }
        self.at += end;
        let word = &rest[..end];
        Ok(match word.strip_prefix('$') {
            Some(name) => Token::Variable(name.to_owned()),
            None => Token::Name(word.to_owned(), false),
        })
    }

    /// What stands up to the `>` that belongs to the `<` before.
    pub(super) fn signature(&mut self) -> Result<&'t str, String> {
        let rest = self.rest();
        let mut depth = 1;
        for (end, sign) in rest.char_indices() {
            match sign {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at += end + 1;
                return Ok(&rest[..end]);
            }
        }
        Err(self.wrong("the signature of the function has no end"))
    }

    fn number(&mut self) -> Result<Token, String> {
        let bytes = self.rest().as_bytes();
        let digits =
            |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = digits(0);
        let mut is_whole = true;
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1);
            is_whole = false;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
                end = digits(end + 1 + sign);
                is_whole = false;
            }
        }
        let text = &self.rest()[..end];
        let value = match text.parse::<i64>() {
            Ok(number) => Value::Int(number),
            Err(_) if is_whole => match text.parse::<BigDecimal>() {
                Ok(number) => Value::Decimal(Arc::new(number)),
                Err(_) => return Err(self.wrong("the number is too long")),
            },
            Err(_) => Value::Float(text.parse().map_err(|_| self.wrong("the number is wrong"))?),
        };
        self.at += end;
        Ok(Token::Number(value))
    }

    fn string(&mut self, quote: char) -> Result<String, String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(character) = rest.chars().next() else {
                self.at = start;
                return Err(self.wrong("the text in quotes has no end"));
            };
            self.at += character.len_utf8();
            match character {
                _ if character == quote => return Ok(text),
                '\\' => {
                    let sign = self.rest().chars().next().unwrap_or_default();
                    self.at += sign.len_utf8().min(self.rest().len());
                    text.push(match sign {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'u' => {
                            let code =
                                self.rest().get(..4).and_then(|code| u32::from_str_radix(code, 16).ok());
                            let character = code.and_then(char::from_u32);
                            self.at += 4;
                            character.ok_or_else(|| {
                                self.wrong("four hexadecimal digits of a character are expected")
                            })?
                        }
                        '"' | '\'' | '\\' | '/' | '`' => sign,
                        _ => return Err(self.wrong("there is no such escape")),
                    });
                }
                _ => text.push(character),
            }
        }
    }

    fn regex(&mut self) -> Result<Token, String> {
        let rest = &self.rest()[1..];
        let mut is_escaped = false;
        let mut is_class = false;
        let end = rest.char_indices().find(|(_, character)| {
            let is_end = *character == '/' && !is_escaped && !is_class;
            match character {
                '[' if !is_escaped => is_class = true,
                ']' if !is_escaped => is_class = false,
                _ => {}
            }
            is_escaped = *character == '\\' && !is_escaped;
            is_end
        });
        let (end, _) = end.ok_or_else(|| self.wrong("the regular expression has no end"))?;
        let after = &rest[end + 1..];
        let flags: String = after.chars().take_while(|flag| matches!(flag, 'i' | 'm' | 'g')).collect();
        let kept: String = flags.chars().filter(|flag| *flag != 'g').collect();
        let source = rest[..end].replace("\\/", "/");
        let source = if kept.is_empty() { source } else { format!("(?{kept}){source}") };
        let pattern = Pattern::compile(&source).map_err(|failure| self.wrong(&failure.to_string()))?;
        self.at += end + 2 + flags.len();
        Ok(Token::Regex(pattern))
    }
}
