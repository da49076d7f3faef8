//! `as` and its patterns. They are rewritten to variables that are bound one after the other.

use super::token::Token;
use super::{Known, Parse, Parser};
use crate::expression::builtin::jq::term::{Id, Name, Term};
use crate::expression::builtin::jq::value::Json;

/// What a pattern binds: a variable, and the term that gives its value. Later terms may use earlier variables.
pub(super) type Bindings = Vec<(Name, Id)>;

impl Parser<'_> {
    /// `source as pattern | body`
    pub(super) fn bind(&mut self, source: Id) -> Parse {
        self.advance()?;
        let whole = self.fresh();
        let scope = self.scope.len();
        let mut alternatives = vec![self.pattern(whole)?];
        while self.take(Token::Sign("?//"))? {
            alternatives.push(self.pattern(whole)?);
        }
        self.expect(Token::Sign("|"), "`|`")?;
        let body = self.pipe()?;
        self.scope.truncate(scope);
        let body = if let [bindings] = &alternatives[..] {
            self.bound(bindings, body)
        } else {
            // All variables of all patterns are there, and null where their pattern is not taken.
            let names: Bindings = alternatives.iter().flatten().copied().collect();
            let mut choice = None;
            for bindings in alternatives.iter().rev() {
                let this = self.bound(bindings, body);
                choice = Some(match choice {
                    None => this,
                    Some(other) => self.add(Term::Either(this, other)),
                });
            }
            let null = self.literal(Json::Null);
            let nulls: Bindings = names.into_iter().map(|(name, _)| (name, null)).collect();
            self.bound(&nulls, choice.unwrap_or(body))
        };
        Ok(self.add(Term::Bind { source, name: whole, body }))
    }

    /// Binds all, the first one outermost.
    pub(super) fn bound(&mut self, bindings: &Bindings, body: Id) -> Id {
        bindings
            .iter()
            .rev()
            .fold(body, |body, (name, source)| self.add(Term::Bind { source: *source, name: *name, body }))
    }

    /// A pattern that takes apart the variable `from`. Its variables are known from here on.
    pub(super) fn pattern(&mut self, from: Name) -> Parse<Bindings> {
        let mut bindings = Vec::new();
        self.parts(from, &mut bindings)?;
        Ok(bindings)
    }

    fn parts(&mut self, from: Name, bindings: &mut Bindings) -> Parse<()> {
        self.deeper(|parser| match parser.token {
            Token::Variable(name) => {
                parser.advance()?;
                let source = parser.add(Term::Variable(from));
                parser.variable(name, source, bindings);
                Ok(())
            }
            Token::Sign("[") => {
                parser.advance()?;
                let mut index = 0;
                loop {
                    let key = parser.literal(Json::Int(index));
                    parser.part(from, key, bindings)?;
                    index += 1;
                    if !parser.take(Token::Sign(","))? {
                        return parser.expect(Token::Sign("]"), "`,` or `]`");
                    }
                }
            }
            Token::Sign("{") => {
                parser.advance()?;
                loop {
                    parser.entry(from, bindings)?;
                    if !parser.take(Token::Sign(","))? {
                        return parser.expect(Token::Sign("}"), "`,` or `}`");
                    }
                }
            }
            _ => Err(parser.unexpected("a pattern: `$name`, `[…]` or `{…}`")),
        })
    }

    fn entry(&mut self, from: Name, bindings: &mut Bindings) -> Parse<()> {
        let key = match self.token {
            Token::Variable(name) => {
                self.advance()?;
                let key = self.literal(Json::text(name));
                let target = self.add(Term::Variable(from));
                let source = self.add(Term::Index { target, key });
                self.variable(name, source, bindings);
                if self.token != Token::Sign(":") {
                    return Ok(());
                }
                key
            }
            Token::Word(name) => {
                self.advance()?;
                self.literal(Json::text(name))
            }
            Token::Quote => self.string(None)?,
            Token::Sign("(") => {
                self.advance()?;
                let key = self.pipe()?;
                self.expect(Token::Sign(")"), "`)`")?;
                key
            }
            _ => return Err(self.unexpected("a key")),
        };
        self.expect(Token::Sign(":"), "`:`")?;
        self.part(from, key, bindings)
    }

    /// The pattern of the member `key`.
    fn part(&mut self, from: Name, key: Id, bindings: &mut Bindings) -> Parse<()> {
        let target = self.add(Term::Variable(from));
        let source = self.add(Term::Index { target, key });
        if let Token::Variable(name) = self.token {
            self.advance()?;
            self.variable(name, source, bindings);
            return Ok(());
        }
        let part = self.fresh();
        bindings.push((part, source));
        self.parts(part, bindings)
    }

    fn variable(&mut self, name: &str, source: Id, bindings: &mut Bindings) {
        let name = self.name(&format!("${name}"));
        self.scope.push((Known::Variable, name));
        bindings.push((name, source));
    }
}
