//! The tokens of jq.

use super::{Parse, Parser};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A name or keyword.
    Word(&'t str),
    /// `.name`
    Field(&'t str),
    /// `$name`
    Variable(&'t str),
    /// `@name`
    Format(&'t str),
    Number(f64),
    /// A number without a fraction or an exponent, as long as it fits; it stays what it is.
    Integer(i64),
    /// The quote that a string starts with.
    Quote,
    Sign(&'t str),
    End,
}

/// Longer signs first.
const SIGNS: &[&str] = &[
    "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", ".", "[", "]", "{",
    "}", "(", ")", "|", ",", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?",
];

impl<'t> Parser<'t> {
    /// Skips blanks and comments.
    pub(super) fn skip(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    pub(super) fn next_token(&mut self) -> Parse<Token<'t>> {
        let text = self.text;
        let rest = &text[self.at..];
        let mut characters = rest.chars();
        let Some(first) = characters.next() else { return Ok(Token::End) };
        let second = characters.next();
        let is_digit = |character: char| character.is_ascii_digit();
        if first == '"' {
            self.at += 1;
            return Ok(Token::Quote);
        }
        if starts_word(first) {
            return Ok(Token::Word(self.word(0)));
        }
        if first == '.' && second.is_some_and(starts_word) {
            return Ok(Token::Field(self.word(1)));
        }
        if first == '$' && second.is_some_and(starts_word) {
            return Ok(Token::Variable(self.word(1)));
        }
        if first == '@' && second.is_some_and(starts_word) {
            return Ok(Token::Format(self.word(1)));
        }
        if is_digit(first) || (first == '.' && second.is_some_and(is_digit)) {
            return self.number();
        }
        match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => {
                self.at += sign.len();
                Ok(Token::Sign(sign))
            }
            None => Err(format!("at character {}, `{}` means nothing", self.place(), first.escape_debug())),
        }
    }

    fn word(&mut self, prefix: usize) -> &'t str {
        let text = self.text;
        let rest = &text[self.at + prefix..];
        let is_inner = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let mut end = rest.find(|character| !is_inner(character)).unwrap_or(rest.len());
        // Words of modules, `a::b`, are one word, so that they are told as unknown.
        while rest[end..].starts_with("::") && rest[end + 2..].starts_with(starts_word) {
            let inner = &rest[end + 2..];
            end += 2 + inner.find(|character| !is_inner(character)).unwrap_or(inner.len());
        }
        self.at += prefix + end;
        &rest[..end]
    }

    fn number(&mut self) -> Parse<Token<'t>> {
        let rest = &self.text[self.at..];
        let digits = |from: usize| {
            let rest = rest.get(from..).unwrap_or_default();
            from + rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len())
        };
        let mut end = digits(0);
        if rest[end..].starts_with('.') {
            end = digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(end + 1 + sign);
            if exponent > end + 1 + sign {
                end = exponent;
            }
        }
        if let Ok(number) = rest[..end].parse() {
            self.at += end;
            return Ok(Token::Integer(number));
        }
        let number = rest[..end].parse().map_err(|_| format!("`{}` is no number", &rest[..end]))?;
        self.at += end;
        Ok(Token::Number(number))
    }
}

fn starts_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_'
}
