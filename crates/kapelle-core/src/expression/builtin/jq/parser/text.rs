//! Strings with their escapes and what is put into them.

use std::sync::Arc;

use super::token::Token;
use super::{Parse, Parser};
use crate::expression::builtin::jq::term::{Piece, Term};
use crate::expression::builtin::jq::value::Json;
use crate::expression::escape;

impl Parser<'_> {
    /// The string whose opening quote was read.
    pub(super) fn string(&mut self, format: Option<Arc<str>>) -> Parse {
        let opening = self.place();
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(format!("the string that starts at character {opening} has no end"));
            };
            text.push_str(&rest[..end]);
            let is_end = rest[end..].starts_with('"');
            self.at += end + 1;
            if is_end {
                break;
            }
            let sign = self.text[self.at..].chars().next().unwrap_or_default();
            self.at += sign.len_utf8().min(self.text.len() - self.at);
            match sign {
                '"' | '\\' | '/' => text.push(sign),
                'b' => text.push('\u{8}'),
                'f' => text.push('\u{c}'),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                'u' => {
                    let character = self.unicode()?;
                    text.push(character);
                }
                '(' => {
                    pieces.push(Piece::Text(std::mem::take(&mut text).into()));
                    self.advance()?;
                    let term = self.pipe()?;
                    if self.token != Token::Sign(")") {
                        return Err(self.unexpected("`)`"));
                    }
                    pieces.push(Piece::Term(term));
                }
                _ => {
                    return Err(format!("the string at character {opening} has an escape that there is not"));
                }
            }
        }
        self.advance()?;
        if pieces.is_empty() {
            return Ok(self.literal(Json::text(text)));
        }
        pieces.push(Piece::Text(text.into()));
        Ok(self.add(Term::Interpolate { format, pieces }))
    }

    /// The character after `\u`.
    fn unicode(&mut self) -> Parse<char> {
        let unit = self.hexadecimal()?;
        let (character, more) = escape::of_unit(unit, &self.text[self.at..]);
        self.at += more;
        Ok(character)
    }

    fn hexadecimal(&mut self) -> Parse<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or("an escape `\\u` needs four hexadecimal digits")?;
        self.at += 4;
        Ok(unit)
    }
}
