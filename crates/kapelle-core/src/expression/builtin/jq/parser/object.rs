//! `{…}`

use super::token::Token;
use super::{Parse, Parser};
use crate::expression::builtin::jq::term::{Id, Term};
use crate::expression::builtin::jq::value::Json;

impl Parser<'_> {
    pub(super) fn object(&mut self) -> Parse {
        self.advance()?;
        let mut entries = Vec::new();
        while self.token != Token::Sign("}") {
            entries.push(self.entry_of_object()?);
            if !self.take(Token::Sign(","))? {
                break;
            }
        }
        self.expect(Token::Sign("}"), "`,` or `}`")?;
        Ok(self.add(Term::Object(entries)))
    }

    fn entry_of_object(&mut self) -> Parse<(Id, Id)> {
        let mut value = None;
        let key = match self.token {
            Token::Variable(name) => {
                let key = self.literal(Json::text(name));
                value = Some(self.variable_use(name)?);
                key
            }
            Token::Word(name) => {
                self.advance()?;
                self.literal(Json::text(name))
            }
            Token::Number(_) | Token::Integer(_) => return Err(self.unexpected("a key; numbers need quotes")),
            Token::Format(_) | Token::Quote => self.atom()?,
            Token::Sign("(") => {
                self.advance()?;
                let key = self.pipe()?;
                self.expect(Token::Sign(")"), "`)`")?;
                self.expect(Token::Sign(":"), "`:`")?;
                return Ok((key, self.value_of_entry()?));
            }
            _ => return Err(self.unexpected("a key")),
        };
        if value.is_none() && self.take(Token::Sign(":"))? {
            return Ok((key, self.value_of_entry()?));
        }
        let value = value.unwrap_or_else(|| {
            let target = self.add(Term::Identity);
            self.add(Term::Index { target, key })
        });
        Ok((key, value))
    }

    /// Everything but a comma ends at a comma here.
    fn value_of_entry(&mut self) -> Parse {
        self.deeper(|parser| {
            let value = parser.binary(2)?;
            if !parser.take(Token::Sign("|"))? {
                return Ok(value);
            }
            let rest = parser.value_of_entry()?;
            Ok(parser.add(Term::Pipe(value, rest)))
        })
    }
}
