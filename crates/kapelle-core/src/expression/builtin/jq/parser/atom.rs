//! Terms that hold together without operators.

use std::sync::Arc;

use super::token::Token;
use super::{Known, Parse, Parser};
use crate::expression::builtin::jq::natives;
use crate::expression::builtin::jq::prelude::prelude;
use crate::expression::builtin::jq::term::{Id, Term};
use crate::expression::builtin::jq::value::{Entries, Json};

/// Words that are no functions.
const KEYWORDS: &[&str] =
    &["def", "then", "elif", "else", "end", "as", "catch", "import", "include", "and", "or", "__loc__"];

impl Parser<'_> {
    /// An atom with its fields, indexes and question marks.
    pub(super) fn postfix(&mut self) -> Parse {
        let mut term = self.atom()?;
        // Whether the term ends with a member, which a `?` is about then.
        let mut is_member = false;
        loop {
            let is_optional = matches!(self.token, Token::Sign("?" | "?//"));
            term = match self.token {
                Token::Field(name) => {
                    self.advance()?;
                    let key = self.literal(Json::text(name));
                    self.add(Term::Index { target: term, key })
                }
                Token::Sign(".") => {
                    self.advance()?;
                    match self.token {
                        Token::Quote => {
                            let key = self.string(None)?;
                            self.add(Term::Index { target: term, key })
                        }
                        Token::Sign("[") => self.brackets(term)?,
                        _ => return Err(self.unexpected("a name or `[`")),
                    }
                }
                Token::Sign("[") => self.brackets(term)?,
                Token::Sign("?") => {
                    self.advance()?;
                    self.optional(term, is_member)
                }
                Token::Sign("?//") => {
                    // `.a?//1`: outside of patterns these are two signs.
                    self.token = Token::Sign("//");
                    self.optional(term, is_member)
                }
                _ => return Ok(term),
            };
            is_member = !is_optional;
        }
    }

    /// `term?`: of a member only the last step may fail, not what it is a member of, nor what computes its key.
    fn optional(&mut self, term: Id, is_member: bool) -> Id {
        let index = (term - self.program.first) as usize;
        let member = match self.program.terms.get(index) {
            Some(Term::Index { target, key }) if is_member => Some((*target, vec![*key])),
            Some(Term::Slice { target, from, to }) if is_member => Some((*target, vec![*from, *to])),
            Some(Term::Iterate(target)) if is_member => Some((*target, Vec::new())),
            _ => None,
        };
        let Some((target, keys)) = member else { return self.add(Term::Try { body: term, handler: None }) };
        let (mut bindings, mut known) = (Vec::new(), Vec::new());
        for key in keys {
            let is_literal = {
                let index = (key - self.program.first) as usize;
                matches!(self.program.terms.get(index), Some(Term::Literal(_)))
            };
            known.push(if is_literal {
                key
            } else {
                let name = self.fresh();
                bindings.push((name, key));
                self.add(Term::Variable(name))
            });
        }
        let identity = self.add(Term::Identity);
        let step = self.add(match known[..] {
            [key] => Term::Index { target: identity, key },
            [from, to] => Term::Slice { target: identity, from, to },
            _ => Term::Iterate(identity),
        });
        let step = self.add(Term::Try { body: step, handler: None });
        let index = (target - self.program.first) as usize;
        let is_identity = matches!(self.program.terms.get(index), Some(Term::Identity));
        let whole = if is_identity { step } else { self.add(Term::Pipe(target, step)) };
        self.bound(&bindings, whole)
    }

    /// `[]`, `[key]` or `[from:to]` after a term.
    fn brackets(&mut self, target: Id) -> Parse {
        self.advance()?;
        if self.take(Token::Sign("]"))? {
            return Ok(self.add(Term::Iterate(target)));
        }
        let term = if self.take(Token::Sign(":"))? {
            let from = self.literal(Json::Null);
            let to = self.pipe()?;
            Term::Slice { target, from, to }
        } else {
            let key = self.pipe()?;
            if !self.take(Token::Sign(":"))? {
                Term::Index { target, key }
            } else if self.token == Token::Sign("]") {
                let to = self.literal(Json::Null);
                Term::Slice { target, from: key, to }
            } else {
                let to = self.pipe()?;
                Term::Slice { target, from: key, to }
            }
        };
        self.expect(Token::Sign("]"), "`]`")?;
        Ok(self.add(term))
    }

    pub(super) fn atom(&mut self) -> Parse {
        match self.token {
            Token::Integer(number) => {
                self.advance()?;
                Ok(self.literal(Json::Int(number)))
            }
            Token::Number(number) => {
                self.advance()?;
                Ok(self.literal(Json::number(number)))
            }
            Token::Quote => self.string(None),
            Token::Format(name) => {
                self.advance()?;
                if !natives::is_format(name) {
                    return Err(format!("{name} is not a valid format"));
                }
                let format: Arc<str> = name.into();
                if self.token == Token::Quote {
                    self.string(Some(format))
                } else {
                    Ok(self.add(Term::Format(format)))
                }
            }
            Token::Field(name) => {
                self.advance()?;
                let target = self.add(Term::Identity);
                let key = self.literal(Json::text(name));
                Ok(self.add(Term::Index { target, key }))
            }
            Token::Sign(".") => {
                self.advance()?;
                let identity = self.add(Term::Identity);
                if self.token == Token::Quote {
                    let key = self.string(None)?;
                    return Ok(self.add(Term::Index { target: identity, key }));
                }
                Ok(identity)
            }
            Token::Sign("..") => {
                self.advance()?;
                self.function("recurse", Vec::new())
            }
            Token::Sign("(") => {
                self.advance()?;
                let term = self.pipe()?;
                self.expect(Token::Sign(")"), "`)`")?;
                Ok(term)
            }
            Token::Sign("[") => {
                self.advance()?;
                if self.take(Token::Sign("]"))? {
                    let list = Json::list(Vec::new()).unwrap_or(Json::Null);
                    return Ok(self.literal(list));
                }
                let items = self.pipe()?;
                self.expect(Token::Sign("]"), "`]`")?;
                Ok(self.add(Term::Collect(items)))
            }
            Token::Sign("{") => self.object(),
            Token::Variable(name) => self.variable_use(name),
            Token::Word(word) => self.word_term(word),
            _ => Err(self.unexpected("a term")),
        }
    }

    pub(super) fn variable_use(&mut self, name: &str) -> Parse {
        let before = self.token_at;
        self.advance()?;
        match name {
            "ENV" => Ok(self.literal(Json::map(Entries::new()).unwrap_or(Json::Null))),
            "__loc__" => {
                let line = self.text[..before].bytes().filter(|byte| *byte == b'\n').count() + 1;
                let place =
                    [("file".into(), Json::text("<top-level>")), ("line".into(), Json::Int(line as i64))];
                Ok(self.literal(Json::map(place.into_iter().collect()).unwrap_or(Json::Null)))
            }
            _ => {
                let id = self.name(&format!("${name}"));
                if !self.scope.contains(&(Known::Variable, id)) {
                    return Err(format!("${name} is not defined"));
                }
                Ok(self.add(Term::Variable(id)))
            }
        }
    }

    fn word_term(&mut self, word: &str) -> Parse {
        match word {
            "if" => self.condition(),
            "try" => {
                self.advance()?;
                let body = self.deeper(Self::postfix)?;
                let handler =
                    if self.take(Token::Word("catch"))? { Some(self.deeper(Self::postfix)?) } else { None };
                Ok(self.add(Term::Try { body, handler }))
            }
            "reduce" | "foreach" => self.fold(word == "foreach"),
            "break" => {
                self.advance()?;
                let Token::Variable(label) = self.token else {
                    return Err(self.unexpected("the name of a label"));
                };
                let name = self.name(&format!("*{label}"));
                if !self.scope.contains(&(Known::Label, name)) {
                    return Err(format!("$*label-{label} is not defined"));
                }
                self.advance()?;
                Ok(self.add(Term::Break(name)))
            }
            "label" => self.unary(),
            _ if KEYWORDS.contains(&word) => Err(self.unexpected("a term")),
            _ => {
                let owned = word.to_owned();
                self.advance()?;
                let mut arguments = Vec::new();
                if self.take(Token::Sign("("))? {
                    loop {
                        arguments.push(self.pipe()?);
                        if !self.take(Token::Sign(";"))? {
                            break;
                        }
                    }
                    self.expect(Token::Sign(")"), "`;` or `)`")?;
                }
                self.function(&owned, arguments)
            }
        }
    }

    fn condition(&mut self) -> Parse {
        self.advance()?;
        let condition = self.pipe()?;
        self.expect_word("then")?;
        let then = self.pipe()?;
        let otherwise = match self.token {
            Token::Word("elif") => self.deeper(Self::condition)?,
            Token::Word("else") => {
                self.advance()?;
                let otherwise = self.pipe()?;
                self.expect_word("end")?;
                otherwise
            }
            _ => {
                self.expect_word("end")?;
                self.add(Term::Identity)
            }
        };
        Ok(self.add(Term::If { condition, then, otherwise }))
    }

    /// `reduce source as pattern (start; update)` and `foreach source as pattern (start; update; extract)`
    fn fold(&mut self, is_foreach: bool) -> Parse {
        self.advance()?;
        let source = self.deeper(Self::postfix)?;
        self.expect_word("as")?;
        let scope = self.scope.len();
        let name = self.fresh();
        let bindings = self.pattern(name)?;
        let names = self.scope.split_off(scope);
        self.expect(Token::Sign("("), "`(`")?;
        let start = self.pipe()?;
        self.expect(Token::Sign(";"), "`;`")?;
        self.scope.extend(names);
        let update = self.pipe()?;
        let extract =
            if is_foreach && self.take(Token::Sign(";"))? { self.pipe()? } else { self.add(Term::Identity) };
        self.scope.truncate(scope);
        self.expect(Token::Sign(")"), "`)`")?;
        let update = self.bound(&bindings, update);
        Ok(if is_foreach {
            let extract = self.bound(&bindings, extract);
            self.add(Term::Foreach { source, name, start, update, extract })
        } else {
            self.add(Term::Reduce { source, name, start, update })
        })
    }

    /// The call of a function, or what stands for it.
    fn function(&mut self, word: &str, arguments: Vec<Id>) -> Parse {
        let count = arguments.len();
        let name = self.name(word);
        let variable = self.name(&format!("${word}"));
        let known = self.scope.iter().rev().find(|(known, other)| match known {
            Known::Function(arity) => *arity == count && *other == name,
            Known::Parameter => count == 0 && *other == name,
            // The parameter `$a` is the function `a` as well; variables of `as` are not, but who would write that.
            Known::Variable => count == 0 && *other == variable && !self.is_known_function(word),
            Known::Label => false,
        });
        match known {
            Some((Known::Function(_), _)) => return Ok(self.add(Term::Call { name, arguments })),
            Some((Known::Parameter, _)) => return Ok(self.add(Term::Parameter(name))),
            Some((Known::Variable, _)) => return Ok(self.add(Term::Variable(variable))),
            _ => {}
        }
        let term = match (word, &arguments[..]) {
            ("null", []) => Term::Literal(Json::Null),
            ("true", []) => Term::Literal(Json::Bool(true)),
            ("false", []) => Term::Literal(Json::Bool(false)),
            ("empty", []) => Term::Empty,
            ("path", [paths]) => Term::Path(*paths),
            ("getpath", [path]) => Term::GetPath(*path),
            ("range", [from, to]) => Term::Range(*from, *to),
            ("limit", [count, term]) => Term::Limit(*count, *term),
            ("env", []) => Term::Literal(Json::map(Entries::new()).unwrap_or(Json::Null)),
            _ => {
                if let Some(native) = natives::find(word, count) {
                    Term::Native { native, arguments }
                } else if let Some(function) = self.global_function(word, count) {
                    Term::Global { function, arguments }
                } else {
                    return Err(format!("{word}/{count} is not defined"));
                }
            }
        };
        Ok(self.add(term))
    }

    fn global_function(&self, word: &str, count: usize) -> Option<usize> {
        let program = if self.is_prelude { &self.program } else { prelude() };
        program.by_name.get(&(word.to_owned(), count)).copied()
    }

    fn is_known_function(&self, word: &str) -> bool {
        natives::find(word, 0).is_some() || self.global_function(word, 0).is_some()
    }
}
