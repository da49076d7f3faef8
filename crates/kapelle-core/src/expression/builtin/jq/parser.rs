//! From the text of a program to its terms. Names are resolved here, so that unknown ones are found before anything runs.

mod atom;
mod object;
mod pattern;
mod text;
mod token;

use std::collections::HashMap;
use std::sync::Arc;

use super::prelude::prelude;
use super::term::{Function, Id, Name, Operator, Parameter, Program, Term};
use super::value::Json;
use token::Token;

/// Bytes of a program.
const PROGRAM_BYTES_MAX: usize = 64 << 10;

/// Brackets, definitions and the like inside of each other.
const DEPTH_MAX: usize = 60;

type Parse<T = Id> = Result<T, String>;

/// Parses a program; what is wrong with it is said in one sentence.
pub(super) fn parse(text: &str) -> Result<Program, String> {
    let first = prelude().terms.len() as Id;
    let mut parser = Parser::new(text, first, false);
    if text.len() > PROGRAM_BYTES_MAX {
        return Err(format!("it has {} bytes, more than {PROGRAM_BYTES_MAX}", text.len()));
    }
    parser.advance()?;
    let root = if parser.token == Token::End { parser.add(Term::Identity) } else { parser.pipe()? };
    if parser.token != Token::End {
        return Err(parser.unexpected("the end of the program"));
    }
    parser.program.root = root;
    Ok(parser.program)
}

/// Parses the standard definitions.
pub(super) fn parse_definitions(text: &str) -> Result<Program, String> {
    let mut parser = Parser::new(text, 0, true);
    parser.advance()?;
    while parser.token != Token::End {
        parser.global()?;
    }
    Ok(parser.program)
}

/// What a name means where it is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Variable,
    Function(usize),
    Parameter,
    Label,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// The token at hand and where it starts.
    token: Token<'t>,
    token_at: usize,
    program: Program,
    /// Names that can be seen, the innermost last.
    scope: Vec<(Known, Name)>,
    names: HashMap<String, Name>,
    depth: usize,
    is_prelude: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, first: Id, is_prelude: bool) -> Self {
        Self {
            text,
            at: 0,
            token: Token::End,
            token_at: 0,
            program: Program { first, ..Program::default() },
            scope: Vec::new(),
            names: HashMap::new(),
            depth: 0,
            is_prelude,
        }
    }

    fn add(&mut self, term: Term) -> Id {
        self.program.terms.push(term);
        self.program.first + (self.program.terms.len() - 1) as Id
    }

    fn literal(&mut self, value: Json) -> Id {
        self.add(Term::Literal(value))
    }

    fn name(&mut self, name: &str) -> Name {
        let next = self.names.len() as Name;
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    /// A name that no program can write.
    fn fresh(&mut self) -> Name {
        let name = format!(" {}", self.names.len());
        self.name(&name)
    }

    fn advance(&mut self) -> Parse<()> {
        self.skip();
        self.token_at = self.at;
        self.token = self.next_token()?;
        Ok(())
    }

    fn take(&mut self, token: Token<'_>) -> Parse<bool> {
        let is_there = self.token == token;
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn expect(&mut self, token: Token<'_>, what: &str) -> Parse<()> {
        if self.take(token)? { Ok(()) } else { Err(self.unexpected(what)) }
    }

    fn expect_word(&mut self, word: &str) -> Parse<()> {
        let what = format!("`{word}`");
        self.expect(Token::Word(word), &what)
    }

    fn unexpected(&self, expected: &str) -> String {
        let found = match self.token {
            Token::End => "the program ends".to_owned(),
            _ => format!("there is `{}`", crate::expression::form::short(&self.text[self.token_at..self.at])),
        };
        format!("at character {}, {found}, but {expected} is expected", self.place())
    }

    fn place(&self) -> usize {
        self.text[..self.token_at].chars().count() + 1
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("it has more than {DEPTH_MAX} terms inside of each other"));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Everything: definitions, then terms joined by `|`.
    fn pipe(&mut self) -> Parse {
        self.deeper(Self::pipe_here)
    }

    fn pipe_here(&mut self) -> Parse {
        let mut stages = Vec::new();
        let scope = self.scope.len();
        let mut functions = Vec::new();
        loop {
            if self.token == Token::Word("def") {
                let function = self.definition()?;
                functions.push((stages.len(), function));
                continue;
            }
            stages.push(self.binary(0)?);
            if !self.take(Token::Sign("|"))? {
                break;
            }
        }
        self.scope.truncate(scope);
        let mut whole = None;
        for (index, stage) in stages.into_iter().enumerate().rev() {
            whole = Some(match whole {
                None => stage,
                Some(rest) => self.add(Term::Pipe(stage, rest)),
            });
            while let Some((_, function)) = functions.pop_if(|(before, _)| *before == index) {
                let rest = whole.unwrap_or_default();
                whole = Some(self.add(Term::Define { function, rest }));
            }
        }
        whole.ok_or_else(|| self.unexpected("a term"))
    }

    /// `def name(parameters): body;`, with the name known in the body and after it.
    fn definition(&mut self) -> Parse<Arc<Function>> {
        self.deeper(|parser| {
            let (name, parameters) = parser.head()?;
            let name = parser.name(&name);
            parser.scope.push((Known::Function(parameters.len()), name));
            let body = parser.body(&parameters)?;
            Ok(Arc::new(Function { name, parameters, body }))
        })
    }

    /// A standard definition. Its parameters are all it sees besides the other ones.
    fn global(&mut self) -> Parse<()> {
        let (written, parameters) = self.head()?;
        let name = self.name(&written);
        let index = self.program.functions.len();
        let unknown = Arc::new(Function { name, parameters: parameters.clone(), body: 0 });
        self.program.functions.push(unknown);
        self.program.by_name.insert((written, parameters.len()), index);
        let body = self.body(&parameters)?;
        self.program.functions[index] = Arc::new(Function { name, parameters, body });
        Ok(())
    }

    fn head(&mut self) -> Parse<(String, Vec<Parameter>)> {
        self.expect_word("def")?;
        let Token::Word(name) = self.token else { return Err(self.unexpected("the name of a function")) };
        self.advance()?;
        let mut parameters = Vec::new();
        if self.take(Token::Sign("("))? {
            loop {
                let (name, is_variable) = match self.token {
                    Token::Word(name) => (name, false),
                    Token::Variable(name) => (name, true),
                    _ => return Err(self.unexpected("the name of a parameter")),
                };
                let written = if is_variable { format!("${name}") } else { name.to_owned() };
                parameters.push(Parameter { name: self.name(&written), is_variable });
                self.advance()?;
                if !self.take(Token::Sign(";"))? {
                    break;
                }
            }
            self.expect(Token::Sign(")"), "`;` or `)`")?;
        }
        self.expect(Token::Sign(":"), "`:`")?;
        Ok((name.to_owned(), parameters))
    }

    fn body(&mut self, parameters: &[Parameter]) -> Parse {
        let scope = self.scope.len();
        for parameter in parameters {
            let known = if parameter.is_variable { Known::Variable } else { Known::Parameter };
            self.scope.push((known, parameter.name));
        }
        let body = self.pipe()?;
        self.scope.truncate(scope);
        self.expect(Token::Sign(";"), "`;`")?;
        Ok(body)
    }

    /// Terms joined by operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Parse {
        let mut left = self.unary()?;
        let mut operators = 0;
        while let Token::Sign(sign) | Token::Word(sign) = self.token {
            let Some(binding) = Binding::of(sign) else { break };
            if binding.strength < least {
                break;
            }
            operators += 1;
            if operators > 1_000 {
                return Err("it has more than 1000 operators in a row".into());
            }
            self.advance()?;
            let next = if binding.is_right { binding.strength } else { binding.strength + 1 };
            let right = self.deeper(|parser| parser.binary(next))?;
            left = self.operation(sign, left, right);
            if binding.is_single
                && let Token::Sign(sign) = self.token
                && Binding::of(sign).is_some_and(|other| other.strength == binding.strength)
            {
                return Err(self.unexpected("something else than a second operator of its kind"));
            }
        }
        Ok(left)
    }

    fn operation(&mut self, sign: &str, left: Id, right: Id) -> Id {
        if let Some(operator) = operator(sign) {
            return self.add(Term::Binary(operator, left, right));
        }
        match sign {
            "," => self.add(Term::Comma(left, right)),
            "//" => self.add(Term::Alternative(left, right)),
            "and" => self.add(Term::And(left, right)),
            "or" => self.add(Term::Or(left, right)),
            "|=" => self.add(Term::Update { paths: left, update: right }),
            _ => {
                // `a += b` computes `b` first, from the whole input.
                let name = self.fresh();
                let value = self.add(Term::Variable(name));
                let body = if sign == "=" {
                    self.add(Term::Assign { paths: left, value })
                } else {
                    let identity = self.add(Term::Identity);
                    let update = self.operation(sign.trim_end_matches('='), identity, value);
                    self.add(Term::Update { paths: left, update })
                };
                self.add(Term::Bind { source: right, name, body })
            }
        }
    }

    /// A term, with what may stand before and after it.
    fn unary(&mut self) -> Parse {
        match self.token {
            Token::Sign("-") => {
                self.advance()?;
                let term = self.deeper(Self::unary)?;
                Ok(self.add(Term::Negate(term)))
            }
            Token::Word("def") => self.pipe(),
            Token::Word("label") => {
                self.advance()?;
                let Token::Variable(label) = self.token else {
                    return Err(self.unexpected("the name of a label"));
                };
                self.advance()?;
                self.expect(Token::Sign("|"), "`|`")?;
                let name = self.name(&format!("*{label}"));
                self.scope.push((Known::Label, name));
                let body = self.pipe()?;
                self.scope.pop();
                Ok(self.add(Term::Label { name, body }))
            }
            _ => {
                let term = self.postfix()?;
                if self.token == Token::Word("as") { self.bind(term) } else { Ok(term) }
            }
        }
    }
}

struct Binding {
    strength: u8,
    is_right: bool,
    /// Whether it cannot stand twice in a row.
    is_single: bool,
}

impl Binding {
    fn of(sign: &str) -> Option<Self> {
        let (strength, is_right, is_single) = match sign {
            "," => (1, false, false),
            "//" => (2, true, false),
            "=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=" => (3, false, true),
            "or" => (4, false, false),
            "and" => (5, false, false),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => (6, false, true),
            "+" | "-" => (7, false, false),
            "*" | "/" | "%" => (8, false, false),
            _ => return None,
        };
        Some(Self { strength, is_right, is_single })
    }
}

fn operator(sign: &str) -> Option<Operator> {
    Some(match sign {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "%" => Operator::Remainder,
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        _ => return None,
    })
}
