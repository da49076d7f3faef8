//! Makes a tree of tokens.

use std::sync::Arc;

use kapelle_core::suggest;
use kapelle_model::Value;

use super::functions::{self, FUNCTIONS, Function, Work};
use super::lexer::{Token, TokenWhat, tokens};
use super::tree::{Aggregated, Link, LinkWhat, Node, Operator, Problem, Root, Step, StepWhat, What};

/// Parentheses, calls and signs inside of each other.
const DEPTH_MAX: usize = 50;

/// Operators, from those that bind least to those that bind most. `in` has a level of its own.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[("==", Operator::Equal), ("=", Operator::Equal), ("!=", Operator::Unequal)],
    &[],
    &[
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

/// The level of `in`.
const MEMBERSHIP: usize = 3;

type Parsed<T = Node> = Result<T, Problem>;

/// What an expression may look at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// The fields of one record, and so many records beside it.
    Record { inputs: usize },
    /// What aggregates came to.
    Group,
}

/// An expression over a record. So many records stand side by side, as `$1` and so on.
pub(super) fn record_expression(text: &str, inputs: usize) -> Parsed {
    let mut parser = Parser::new(text, Sight::Record { inputs })?;
    parser.whole()
}

/// An expression over a group, and the aggregates in it.
pub(super) fn group_expression(text: &str) -> Parsed<(Node, Vec<Aggregated>)> {
    let mut parser = Parser::new(text, Sight::Group)?;
    let node = parser.whole()?;
    Ok((node, parser.aggregates))
}

struct Parser {
    tokens: Vec<Token>,
    place: usize,
    depth: usize,
    sight: Sight,
    aggregates: Vec<Aggregated>,
}

impl Parser {
    fn new(text: &str, sight: Sight) -> Parsed<Self> {
        Ok(Self { tokens: tokens(text)?, place: 0, depth: 0, sight, aggregates: Vec::new() })
    }

    fn at(&self) -> usize {
        self.tokens[self.place].at
    }

    /// What comes next. The last token is never taken.
    fn peek(&self) -> &TokenWhat {
        &self.tokens[self.place].what
    }

    fn next(&mut self) -> TokenWhat {
        let what = self.peek().clone();
        if what != TokenWhat::End {
            self.place += 1;
        }
        what
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = matches!(self.peek(), TokenWhat::Sign(next) if *next == sign);
        if is_there {
            self.place += 1;
        }
        is_there
    }

    fn expected(&self, wanted: &str) -> Problem {
        Problem::new(self.at(), format!("{wanted} is expected, not {}", self.peek().told()))
    }

    fn expect(&mut self, sign: &str, wanted: &str) -> Parsed<()> {
        if self.takes(sign) { Ok(()) } else { Err(self.expected(wanted)) }
    }

    fn whole(&mut self) -> Parsed {
        let node = self.level(0)?;
        match self.peek() {
            TokenWhat::End => Ok(node),
            _ => Err(self.expected("an operator or the end")),
        }
    }

    /// An expression within another one.
    fn inner(&mut self) -> Parsed {
        self.deeper(|parser| parser.level(0))
    }

    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let reason = format!("more than {DEPTH_MAX} expressions are inside of each other");
            return Err(Problem::new(self.at(), reason));
        }
        let node = parse(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn level(&mut self, level: usize) -> Parsed {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let first = self.level(level + 1)?;
        let mut links = Vec::new();
        loop {
            let at = self.at();
            let what = if level == MEMBERSHIP {
                let is_in = matches!(self.peek(), TokenWhat::Name(name) if name.eq_ignore_ascii_case("in"));
                if !is_in {
                    break;
                }
                self.next();
                self.expect("(", "`(` and a list of values behind `in`")?;
                LinkWhat::In(self.arguments(false)?)
            } else {
                let found = operators.iter().find(|(sign, _)| self.takes(sign));
                let Some((_, operator)) = found else { break };
                LinkWhat::Binary(*operator, self.level(level + 1)?)
            };
            links.push(Link { at, what });
        }
        Ok(if links.is_empty() {
            first
        } else {
            Node { at: first.at, what: What::Chain(Box::new(first), links) }
        })
    }

    fn unary(&mut self) -> Parsed {
        let at = self.at();
        if self.takes("!") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Node { at, what: What::Not(Box::new(inner)) });
        }
        if self.takes("-") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Node { at, what: What::Negative(Box::new(inner)) });
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        if self.takes("(") {
            let inner = self.inner()?;
            self.expect(")", "`)`")?;
            return Ok(inner);
        }
        let what = match self.peek().clone() {
            TokenWhat::Number(number) => {
                self.next();
                What::Literal(number)
            }
            TokenWhat::Text(text) => {
                self.next();
                What::Literal(Value::from(text.as_str()))
            }
            TokenWhat::Name(name) => {
                self.next();
                match name.to_ascii_lowercase().as_str() {
                    "true" => What::Literal(Value::Bool(true)),
                    "false" => What::Literal(Value::Bool(false)),
                    "null" => What::Literal(Value::Null),
                    _ if self.takes("(") => self.call(at, &name)?,
                    _ => self.path(at, Root::Field(name.into()))?,
                }
            }
            TokenWhat::Input(number) => {
                self.next();
                self.input(at, number)?
            }
            TokenWhat::Sign(_) | TokenWhat::End => return Err(self.expected("a value, a field or `(`")),
        };
        Ok(Node { at, what })
    }

    fn input(&mut self, at: usize, number: usize) -> Parsed<What> {
        if let Sight::Record { inputs } = self.sight
            && number > inputs
        {
            return Err(Problem::new(
                at,
                match inputs {
                    0 => format!("`${number}` is an input of `Select`: here fields are named without it"),
                    1 => format!("there is no `${number}`: there is one input"),
                    _ => format!("there is no `${number}`: there are {inputs} inputs"),
                },
            ));
        }
        self.path(at, Root::Input(number - 1))
    }

    fn path(&mut self, at: usize, root: Root) -> Parsed<What> {
        let mut steps = Vec::new();
        loop {
            let at = self.at();
            let what = if self.takes(".") {
                match self.peek().clone() {
                    TokenWhat::Name(name) => {
                        self.next();
                        StepWhat::Field(name.into())
                    }
                    _ => return Err(self.expected("the name of a field behind `.`")),
                }
            } else if self.takes("[") {
                self.bracket()?
            } else {
                break;
            };
            steps.push(Step { at, what });
        }
        if self.sight == Sight::Group {
            let reason =
                "a field is looked at by a function over the group only, as in `sum(total)` or `first(name)`";
            return Err(Problem::new(at, reason));
        }
        Ok(What::Path(root, steps))
    }

    fn bracket(&mut self) -> Parsed<StepWhat> {
        if self.takes("]") {
            return Ok(StepWhat::Each);
        }
        let what = match self.peek() {
            TokenWhat::Text(name) => StepWhat::Field(Arc::from(name.as_str())),
            TokenWhat::Number(Value::Decimal(number)) if number.is_integer() => {
                let place = number.to_plain_string().parse();
                StepWhat::Item(place.map_err(|_| self.expected("the place of an item"))?)
            }
            _ => return Err(self.expected("`]`, the place of an item from 0 on, or a name in quotes")),
        };
        self.next();
        self.expect("]", "`]`")?;
        Ok(what)
    }

    /// What stands between parentheses, after the first one.
    fn arguments(&mut self, may_be_empty: bool) -> Parsed<Vec<Node>> {
        let mut arguments = Vec::new();
        if may_be_empty && self.takes(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.inner()?);
            if self.takes(")") {
                return Ok(arguments);
            }
            self.expect(",", "`,` or `)`")?;
        }
    }

    fn call(&mut self, at: usize, name: &str) -> Parsed<What> {
        let function = functions::find(name).ok_or_else(|| {
            let near = suggest::nearest(name, FUNCTIONS.iter().map(|function| function.name));
            let meant = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            Problem::new(at, format!("there is no function `{name}`{meant}"))
        })?;
        if self.sight == Sight::Group && function.aggregator.is_some() {
            return self.aggregate(at, function);
        }
        let arguments = self.arguments(true)?;
        let is_one = matches!(function.work, Work::One(_));
        if is_one && arguments.len() != 1 {
            return Err(wrong_count(at, function, arguments.len()));
        }
        Ok(match function.work {
            Work::Coalesce => What::Coalesce(arguments),
            _ => What::Call(function, arguments),
        })
    }

    /// A function over the group; its argument looks at each record.
    fn aggregate(&mut self, at: usize, function: &'static Function) -> Parsed<What> {
        self.sight = Sight::Record { inputs: 0 };
        let mut arguments = self.arguments(true)?;
        self.sight = Sight::Group;
        let is_count = function.aggregator == Some(super::Aggregator::Count);
        let (Some(aggregator), true) =
            (function.aggregator, arguments.len() == 1 || (is_count && arguments.is_empty()))
        else {
            return Err(wrong_count(at, function, arguments.len()));
        };
        self.aggregates.push(Aggregated { aggregator, argument: arguments.pop() });
        Ok(What::Aggregated(self.aggregates.len() - 1))
    }
}

fn wrong_count(at: usize, function: &Function, count: usize) -> Problem {
    Problem::new(at, format!("`{}` takes one argument, not {count}", function.name))
}
