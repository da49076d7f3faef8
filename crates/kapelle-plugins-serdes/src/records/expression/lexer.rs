//! Cuts an expression into tokens.

use std::sync::Arc;

use kapelle_model::Value;

use super::super::values::decimal_from;
use super::tree::Problem;

/// Bytes of an expression.
const LENGTH_MAX: usize = 10_000;

/// The longer ones first.
const SIGNS: &[&str] = &[
    "&&", "||", "==", "!=", ">=", "<=", "=", ">", "<", "!", "(", ")", "[", "]", ",", ".", "+", "-", "*", "/",
];

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) what: TokenWhat,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenWhat {
    Number(Value),
    Text(String),
    Name(String),
    /// `$1` and so on.
    Input(usize),
    Sign(&'static str),
    End,
}

impl TokenWhat {
    /// How it is called in messages.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Number(_) => "a number".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Name(name) => format!("`{name}`"),
            Self::Input(number) => format!("`${number}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// All tokens of a text; the last one is its end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    if text.len() > LENGTH_MAX {
        return Err(Problem::new(0, format!("it has more than {LENGTH_MAX} bytes")));
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.at += lexer.rest().len() - lexer.rest().trim_start().len();
        let at = lexer.at;
        let what = lexer.next()?;
        let is_end = what == TokenWhat::End;
        tokens.push(Token { at, what });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes characters as long as they are such.
    fn take(&mut self, is_such: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|character| !is_such(character)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn next(&mut self) -> Result<TokenWhat, Problem> {
        let Some(first) = self.rest().chars().next() else { return Ok(TokenWhat::End) };
        match first {
            '0'..='9' => self.number(),
            '"' | '\'' => self.string(first).map(TokenWhat::Text),
            '$' => self.input(),
            _ if first.is_alphabetic() || first == '_' => {
                Ok(TokenWhat::Name(self.take(|next| next.is_alphanumeric() || next == '_').to_owned()))
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)).ok_or_else(|| {
                    Problem::new(self.at, format!("`{}` has no meaning", first.escape_debug()))
                })?;
                self.at += sign.len();
                Ok(TokenWhat::Sign(sign))
            }
        }
    }

    fn input(&mut self) -> Result<TokenWhat, Problem> {
        let start = self.at;
        self.at += 1;
        let number = self.take(|next| next.is_ascii_digit()).parse().ok().filter(|number| *number > 0);
        number.map(TokenWhat::Input).ok_or_else(|| {
            Problem::new(start, "the number of an input is expected behind `$`, as in `$1.name`")
        })
    }

    /// Digits with a point and an exponent. A point belongs to it only if a digit follows.
    fn number(&mut self) -> Result<TokenWhat, Problem> {
        let start = self.at;
        let is_digit = |character: char| character.is_ascii_digit();
        self.take(is_digit);
        if self.rest().strip_prefix('.').is_some_and(|after| after.starts_with(is_digit)) {
            self.at += 1;
            self.take(is_digit);
        }
        if let Some(after) = self.rest().strip_prefix(['e', 'E'])
            && after.strip_prefix(['+', '-']).unwrap_or(after).starts_with(is_digit)
        {
            self.at += 1 + usize::from(after.starts_with(['+', '-']));
            self.take(is_digit);
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if self.rest().starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            return Err(Problem::new(start, format!("`{text}` is followed by a letter: it is no number")));
        }
        let number = decimal_from(text);
        let number = number.ok_or_else(|| Problem::new(start, "the number is too long or too large"))?;
        Ok(TokenWhat::Number(Value::Decimal(Arc::new(number))))
    }

    fn string(&mut self, quote: char) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            text.push_str(self.take(|next| next != quote && next != '\\'));
            let at = self.at;
            let mut rest = self.rest().chars();
            match (rest.next(), rest.next()) {
                (Some('\\'), Some(sign)) => {
                    self.at += 1 + sign.len_utf8();
                    text.push(match sign {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        '"' | '\'' | '\\' | '/' => sign,
                        _ => {
                            let known = r#"there are \n, \r, \t, \\, \/, \" and \'"#;
                            let sign = sign.escape_debug();
                            return Err(Problem::new(at, format!("there is no escape `\\{sign}`: {known}")));
                        }
                    });
                }
                (Some('\\') | None, _) => {
                    return Err(Problem::new(
                        start,
                        format!("the text has no end: another {quote} is expected"),
                    ));
                }
                (Some(_), _) => {
                    self.at += 1;
                    return Ok(text);
                }
            }
        }
    }
}
