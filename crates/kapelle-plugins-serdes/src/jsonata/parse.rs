//! From tokens to a tree, by how strongly signs bind.

use std::sync::Arc;

use kapelle_model::Value;

use super::lexer::{Lexer, Token};
use super::parents;
use super::signature::Signature;
use super::tree::{Expression, Lambda, Operator, Stage, Step, Transform};

/// Expressions inside of each other.
const DEPTH_MAX: usize = 150;

/// Bytes of an expression.
const BYTES_MAX: usize = 256 << 10;

pub(super) fn parse(text: &str) -> Result<Expression, String> {
    if text.len() > BYTES_MAX {
        return Err(format!("the expression has more than {} kB", BYTES_MAX >> 10));
    }
    let mut parser = Parser { lexer: Lexer::new(text), token: Token::End, depth: 0, parents: 0 };
    parser.advance(true)?;
    let mut expression = parser.expression(0)?;
    if !matches!(parser.token, Token::End) {
        return Err(parser.lexer.wrong("an operator or the end is expected"));
    }
    if parser.parents > 0 {
        parents::settle(&mut expression)?;
    }
    Ok(expression)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    depth: usize,
    /// How many `%` there are so far.
    parents: usize,
}

/// How strongly a sign binds what stands before it.
fn power(token: &Token) -> u8 {
    match token {
        Token::Sign("[" | "(" | "@" | "#") => 80,
        Token::Sign(".") => 75,
        Token::Sign("{") => 70,
        Token::Sign("*" | "/" | "%") => 60,
        Token::Sign("+" | "-" | "&") => 50,
        Token::Sign("=" | "!=" | "<" | "<=" | ">" | ">=" | "^" | "~>" | "?:" | "??") => 40,
        Token::Name(name, false) if name == "in" => 40,
        Token::Name(name, false) if name == "and" => 30,
        Token::Name(name, false) if name == "or" => 25,
        Token::Sign("?" | "..") => 20,
        Token::Sign(":=") => 10,
        _ => 0,
    }
}

fn binary(token: &Token) -> Option<Operator> {
    Some(match token {
        Token::Sign("+") => Operator::Add,
        Token::Sign("-") => Operator::Subtract,
        Token::Sign("*") => Operator::Multiply,
        Token::Sign("/") => Operator::Divide,
        Token::Sign("%") => Operator::Remainder,
        Token::Sign("&") => Operator::Concat,
        Token::Sign("=") => Operator::Equal,
        Token::Sign("!=") => Operator::Unequal,
        Token::Sign("<") => Operator::Less,
        Token::Sign("<=") => Operator::LessOrEqual,
        Token::Sign(">") => Operator::Greater,
        Token::Sign(">=") => Operator::GreaterOrEqual,
        Token::Sign("?:") => Operator::Elvis,
        Token::Sign("??") => Operator::Coalesce,
        Token::Name(name, false) => match name.as_str() {
            "in" => Operator::In,
            "and" => Operator::And,
            "or" => Operator::Or,
            _ => return None,
        },
        _ => return None,
    })
}

type Parsed<T = Expression> = Result<T, String>;

impl Parser<'_> {
    fn advance(&mut self, wants_operand: bool) -> Parsed<Token> {
        let next = self.lexer.next(wants_operand)?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(found) if found == sign)
    }

    fn expect(&mut self, sign: &str, wants_operand: bool) -> Parsed<()> {
        if !self.is(sign) {
            return Err(self.lexer.wrong(&format!("`{sign}` is expected before this")));
        }
        self.advance(wants_operand).map(|_| ())
    }

    fn expression(&mut self, least: u8) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.lexer.wrong("too many expressions are inside of each other"));
        }
        let mut left = self.operand()?;
        while power(&self.token) > least {
            left = self.behind(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Parsed {
        // After most operands an operator follows.
        let token = std::mem::replace(&mut self.token, Token::End);
        match token {
            Token::Sign("(") => {
                self.advance(true)?;
                let mut parts = Vec::new();
                while !self.is(")") {
                    parts.push(self.expression(0)?);
                    if !self.is(";") {
                        break;
                    }
                    self.advance(true)?;
                }
                self.expect(")", false)?;
                Ok(Expression::Block(parts))
            }
            Token::Sign("[") => {
                self.advance(true)?;
                let mut items = Vec::new();
                while !self.is("]") {
                    items.push(self.expression(0)?);
                    if !self.is(",") {
                        break;
                    }
                    self.advance(true)?;
                }
                self.expect("]", false)?;
                Ok(Expression::List(items))
            }
            Token::Sign("{") => {
                self.advance(true)?;
                Ok(Expression::Map(self.pairs()?))
            }
            Token::Sign("|") => {
                self.advance(true)?;
                let location = self.expression(0)?;
                self.expect("|", true)?;
                let update = self.expression(0)?;
                let delete = if self.is(",") {
                    self.advance(true)?;
                    Some(self.expression(0)?)
                } else {
                    None
                };
                self.expect("|", false)?;
                Ok(Expression::Transform(Arc::new(Transform { location, update, delete })))
            }
            Token::Sign("-") => {
                self.advance(true)?;
                Ok(Expression::Negative(Box::new(self.expression(70)?)))
            }
            token => {
                self.advance(false)?;
                match token {
                    Token::Text(text) => Ok(Expression::Literal(Value::Str(text.into()))),
                    Token::Number(number) => Ok(Expression::Literal(number)),
                    Token::Regex(pattern) => Ok(Expression::Regex(pattern)),
                    Token::Variable(name) => Ok(Expression::Variable(name)),
                    Token::Sign("*") => Ok(Expression::Wildcard),
                    Token::Sign("**") => Ok(Expression::Descendants),
                    Token::Sign("?") => Ok(Expression::Placeholder),
                    Token::Sign("%") => {
                        self.parents += 1;
                        // No variable has such a name.
                        Ok(Expression::Parent(format!("{}{}", parents::MARK, self.parents).into()))
                    }
                    Token::Name(name, false) if matches!(name.as_str(), "function" | "λ") && self.is("(") => {
                        self.lambda()
                    }
                    Token::Name(name, is_quoted) => Ok(match name.as_str() {
                        "true" if !is_quoted => Expression::Literal(Value::Bool(true)),
                        "false" if !is_quoted => Expression::Literal(Value::Bool(false)),
                        "null" if !is_quoted => Expression::Literal(Value::Null),
                        _ => path(Expression::Name(name)),
                    }),
                    Token::End => Err(self.lexer.wrong("the expression ends too early")),
                    Token::Sign(sign) => Err(self.lexer.wrong(&format!("a value is expected, not `{sign}`"))),
                }
            }
        }
    }

    fn pairs(&mut self) -> Parsed<Vec<(Expression, Expression)>> {
        let mut pairs = Vec::new();
        while !self.is("}") {
            let key = self.expression(0)?;
            self.expect(":", true)?;
            pairs.push((key, self.expression(0)?));
            if !self.is(",") {
                break;
            }
            self.advance(true)?;
        }
        self.expect("}", false)?;
        Ok(pairs)
    }

    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        self.expect("(", true)?;
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.expression(0)?);
            if !self.is(",") {
                break;
            }
            self.advance(true)?;
        }
        self.expect(")", false)?;
        Ok(arguments)
    }

    fn lambda(&mut self) -> Parsed {
        let parameters = self.arguments()?.into_iter().map(|parameter| match parameter {
            Expression::Variable(name) => Ok(name),
            _ => Err(self.lexer.wrong("a parameter begins with `$`")),
        });
        let parameters = parameters.collect::<Parsed<Vec<String>>>()?;
        let signature = if self.is("<") {
            let signature = self.lexer.signature()?;
            self.advance(false)?;
            Some(Signature::read(signature).map_err(|reason| self.lexer.wrong(&reason))?)
        } else {
            None
        };
        self.expect("{", true)?;
        let body = self.expression(0)?;
        self.expect("}", false)?;
        Ok(Expression::Lambda(Arc::new(Lambda { parameters, signature, body })))
    }

    /// The variable behind `@` or `#`.
    fn name_behind(&mut self, sign: &str) -> Parsed<Arc<str>> {
        self.advance(true)?;
        match self.advance(false)? {
            Token::Variable(name) if !name.is_empty() => Ok(name.into()),
            _ => Err(self.lexer.wrong(&format!("a variable is expected behind `{sign}`"))),
        }
    }

    /// What stands behind an expression.
    fn behind(&mut self, left: Expression) -> Parsed {
        if let Some(operator) = binary(&self.token) {
            let least = power(&self.token);
            self.advance(true)?;
            let right = self.expression(least)?;
            return Ok(Expression::Binary(operator, Box::new(left), Box::new(right)));
        }
        match self.token {
            Token::Sign(".") => {
                self.advance(true)?;
                let right = self.expression(75)?;
                Ok(joined(left, right))
            }
            Token::Sign("[") => {
                self.advance(true)?;
                if self.is("]") {
                    self.advance(false)?;
                    return Ok(match path(left) {
                        Expression::Path { steps, .. } => Expression::Path { steps, keeps_list: true },
                        other => other,
                    });
                }
                let filter = self.expression(0)?;
                self.expect("]", false)?;
                Ok(staged(left, Stage::Filter(filter)))
            }
            Token::Sign("^") => {
                self.advance(true)?;
                self.expect("(", true)?;
                let mut terms = Vec::new();
                loop {
                    let is_down = self.is(">");
                    if is_down || self.is("<") {
                        self.advance(true)?;
                    }
                    terms.push((self.expression(0)?, is_down));
                    if !self.is(",") {
                        break;
                    }
                    self.advance(true)?;
                }
                self.expect(")", false)?;
                Ok(staged(left, Stage::Sort(terms)))
            }
            Token::Sign("{") => {
                self.advance(true)?;
                Ok(Expression::Group(Box::new(left), self.pairs()?))
            }
            Token::Sign("(") => Ok(Expression::Call(Box::new(left), self.arguments()?)),
            Token::Sign("@") => {
                let name = self.name_behind("@")?;
                let mut steps = path(left);
                if let Expression::Path { steps, .. } = &mut steps
                    && let Some(step) = steps.last_mut()
                {
                    if !step.stages.is_empty() {
                        return Err(self
                            .lexer
                            .wrong("`@` stands before filters and orders, not behind them"));
                    }
                    step.names.focus = Some(name);
                }
                Ok(steps)
            }
            Token::Sign("#") => {
                let name = self.name_behind("#")?;
                Ok(numbered(left, name))
            }
            Token::Sign("?") => {
                self.advance(true)?;
                let yes = self.expression(0)?;
                let no = if self.is(":") {
                    self.advance(true)?;
                    Some(Box::new(self.expression(0)?))
                } else {
                    None
                };
                Ok(Expression::Condition(Box::new(left), Box::new(yes), no))
            }
            Token::Sign(":=") => {
                let Expression::Variable(name) = left else {
                    return Err(self.lexer.wrong("what stands before `:=` has to begin with `$`"));
                };
                self.advance(true)?;
                Ok(Expression::Bind(name, Box::new(self.expression(9)?)))
            }
            Token::Sign("..") => {
                self.advance(true)?;
                let to = self.expression(20)?;
                Ok(Expression::Range(Box::new(left), Box::new(to)))
            }
            Token::Sign("~>") => {
                self.advance(true)?;
                let right = self.expression(40)?;
                Ok(Expression::Apply(Box::new(left), Box::new(right)))
            }
            Token::Sign(sign) => Err(self.lexer.wrong(&format!("`{sign}` is not supported here"))),
            _ => Err(self.lexer.wrong("an operator is expected")),
        }
    }
}

pub(super) fn path(expression: Expression) -> Expression {
    match expression {
        Expression::Path { .. } => expression,
        what => Expression::Path { steps: vec![Step::new(what)], keeps_list: false },
    }
}

/// The places of what is found become a variable.
fn numbered(left: Expression, name: Arc<str>) -> Expression {
    let mut expression = path(left);
    let Expression::Path { steps, .. } = &mut expression else { return expression };
    let Some(step) = steps.last_mut() else { return expression };
    if step.stages.is_empty() {
        step.names.index = Some(name);
    } else if step.stages.iter().any(|stage| matches!(stage, Stage::Sort(_))) {
        // Filters before an order look at each item alone, so the places are a step of their own.
        let mut next = Step::new(Expression::Variable(String::new()));
        next.stages.push(Stage::Index(name));
        steps.push(next);
    } else {
        step.stages.push(Stage::Index(name));
    }
    expression
}

/// A text as a further step is the name of a field.
fn joined(left: Expression, right: Expression) -> Expression {
    let named = |expression| match expression {
        Expression::Literal(Value::Str(text)) => Expression::Name(text.expose().to_owned()),
        other => other,
    };
    let (
        Expression::Path { mut steps, keeps_list },
        Expression::Path { steps: more, keeps_list: more_keeps },
    ) = (path(left), path(named(right)))
    else {
        return Expression::Literal(Value::Null);
    };
    steps.extend(more);
    Expression::Path { steps, keeps_list: keeps_list || more_keeps }
}

fn staged(left: Expression, stage: Stage) -> Expression {
    let mut expression = path(left);
    if let Expression::Path { steps, .. } = &mut expression
        && let Some(step) = steps.last_mut()
    {
        step.stages.push(stage);
    }
    expression
}
