//! Signatures of functions: `<s-n?:s>` says of which kinds the arguments are.

use std::sync::Arc;

use kapelle_model::Value;

use super::data::Data;
use super::evaluate::Outcome;
use crate::numbers::decimal;

/// Kinds of arguments that one signature may name.
const PARAMETERS_MAX: usize = 100;

/// Every kind of value, and those with functions.
const VALUES: &str = "asnblo";
const ALL: &str = "asnblof";

#[derive(Debug)]
pub(super) struct Signature {
    text: String,
    parameters: Vec<Parameter>,
}

#[derive(Debug)]
struct Parameter {
    /// The letters of the kinds that it takes.
    kinds: String,
    /// Whether one value alone becomes a list.
    is_list: bool,
    /// The kinds of the items of a list.
    items: Option<String>,
    if_missing: Missing,
    is_many: bool,
}

/// What stands for an argument that is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Refused,
    Nothing,
    /// What is looked at.
    Context,
}

fn kind(data: &Data) -> char {
    match data {
        // What is missing may be of any kind.
        Data::Nothing => 'm',
        Data::Function(_) => 'f',
        Data::Many { .. } => 'a',
        Data::One(value) => kind_of(value),
    }
}

fn kind_of(value: &Value) -> char {
    match value {
        Value::Null => 'l',
        Value::Bool(_) => 'b',
        Value::List(_) => 'a',
        Value::Map(_) => 'o',
        value if decimal(value).is_some() => 'n',
        _ => 's',
    }
}

fn named(kind: char) -> &'static str {
    match kind {
        's' => "text",
        'n' => "a number",
        'b' => "true or false",
        'l' => "null",
        'a' => "a list",
        'o' => "a map",
        'f' => "a function",
        _ => "nothing",
    }
}

fn named_all(kinds: &str) -> String {
    kinds.chars().map(named).collect::<Vec<_>>().join(" or ")
}

/// The kinds that a letter stands for.
fn kinds(letter: char) -> Outcome<String> {
    match letter {
        's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' => Ok(letter.to_string()),
        'j' => Ok(VALUES.to_owned()),
        'x' => Ok(ALL.to_owned()),
        _ => Err(format!("a signature has no `{letter}`: the kinds are s, n, b, l, o, a, f, j, x")),
    }
}

/// What stands up to the bracket that closes, and what is behind it.
fn closed(text: &str, open: char, close: char) -> Outcome<(&str, &str)> {
    let mut depth = 1;
    for (end, sign) in text.char_indices() {
        if sign == open {
            depth += 1;
        } else if sign == close {
            depth -= 1;
        }
        if depth == 0 {
            return Ok((&text[..end], &text[end + 1..]));
        }
    }
    Err(format!("the signature has a `{open}` without its `{close}`"))
}

impl Signature {
    /// Reads what stands between `<` and `>`. What the function gives stands behind the colon and is not checked.
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut rest = text;
        while let Some(sign) = rest.chars().next() {
            rest = &rest[sign.len_utf8()..];
            let taken = match sign {
                ':' => break,
                sign if sign.is_whitespace() => continue,
                '-' | '?' | '+' | '<' => {
                    let last = parameters.last_mut();
                    let last = last.ok_or_else(|| format!("a signature does not begin with `{sign}`"))?;
                    match sign {
                        '-' => last.if_missing = Missing::Context,
                        '?' if last.if_missing == Missing::Context => {}
                        '?' => last.if_missing = Missing::Nothing,
                        '+' => last.is_many = true,
                        _ => {
                            let (inner, after) = closed(rest, '<', '>')?;
                            rest = after;
                            if last.is_list {
                                let letters = inner.chars().filter(|letter| !matches!(letter, '(' | ')'));
                                let letters = letters.take_while(|letter| *letter != '<').map(kinds);
                                last.items = Some(letters.collect::<Outcome<String>>()?);
                            } else if last.kinds != "f" {
                                return Err("a signature has `<` only behind `a` and `f`".to_owned());
                            }
                        }
                    }
                    continue;
                }
                '(' => {
                    let (inner, after) = closed(rest, '(', ')')?;
                    rest = after;
                    inner.chars().map(kinds).collect::<Outcome<String>>()?
                }
                'a' => ALL.to_owned(),
                letter => kinds(letter)?,
            };
            if parameters.len() == PARAMETERS_MAX {
                return Err(format!("a signature has more than {PARAMETERS_MAX} arguments"));
            }
            parameters.push(Parameter {
                kinds: taken,
                is_list: sign == 'a',
                items: None,
                if_missing: Missing::Refused,
                is_many: false,
            });
        }
        Ok(Self { text: text.to_owned(), parameters })
    }

    /// The work that a check of so many arguments is.
    pub(super) fn steps(&self, arguments: usize) -> u64 {
        (self.parameters.len() * (arguments + 1)) as u64
    }

    /// The arguments as the parameters take them, or which one is wrong.
    pub(super) fn check(&self, given: Vec<Data>, input: &Value) -> Outcome<Vec<Data>> {
        let wrong = |reason: &str| format!("a function with the signature `<{}>`: {reason}", self.text);
        let kinds: Vec<char> = given.iter().map(kind).collect();
        let fits = self.fits(&kinds);
        if !fits[0][0] {
            return Err(wrong(&self.reason(&kinds)));
        }
        let mut given = given.into_iter();
        let mut checked = Vec::new();
        let mut place = 0;
        for (number, parameter) in self.parameters.iter().enumerate() {
            let mut count = 0;
            // As many as it takes, if the parameters behind it still get theirs.
            while kinds.get(place).is_some_and(|kind| parameter.takes(*kind))
                && (parameter.is_many || count == 0)
                && (fits[number + 1][place + 1] || parameter.is_many && fits[number][place + 1])
            {
                place += 1;
                count += 1;
                let argument = given.next().unwrap_or(Data::Nothing);
                checked.push(parameter.taken(argument).map_err(|kinds| {
                    wrong(&format!("argument {place} has to be a list, and its items {}", named_all(&kinds)))
                })?);
            }
            if count == 0 && parameter.if_missing == Missing::Context {
                let kind = kind_of(input);
                if !parameter.takes(kind) {
                    return Err(wrong(&format!(
                        "argument {} is missing, and what is looked at is {}",
                        place + 1,
                        named(kind)
                    )));
                }
                checked.push(Data::One(input.clone()));
            } else if count == 0 {
                checked.push(Data::Nothing);
            }
        }
        Ok(checked)
    }

    /// Whether the parameters from one on take the arguments from one on.
    fn fits(&self, kinds: &[char]) -> Vec<Vec<bool>> {
        let mut fits = vec![vec![false; kinds.len() + 1]; self.parameters.len() + 1];
        fits[self.parameters.len()][kinds.len()] = true;
        for (number, parameter) in self.parameters.iter().enumerate().rev() {
            for place in (0..=kinds.len()).rev() {
                let takes = kinds.get(place).is_some_and(|kind| parameter.takes(*kind));
                fits[number][place] = takes
                    && (fits[number + 1][place + 1] || parameter.is_many && fits[number][place + 1])
                    || parameter.can_miss() && fits[number + 1][place];
            }
        }
        fits
    }

    /// Why arguments of these kinds do not fit.
    fn reason(&self, kinds: &[char]) -> String {
        let mut place = 0;
        for parameter in &self.parameters {
            let takes = |place: usize| kinds.get(place).is_some_and(|kind| parameter.takes(*kind));
            match kinds.get(place) {
                Some(_) if takes(place) => place += 1,
                _ if parameter.can_miss() => {}
                Some(kind) => {
                    let wanted = named_all(&parameter.kinds);
                    return format!("argument {} has to be {wanted}, not {}", place + 1, named(*kind));
                }
                None => {
                    return format!(
                        "argument {} is missing, which is {}",
                        place + 1,
                        named_all(&parameter.kinds)
                    );
                }
            }
            while parameter.is_many && takes(place) {
                place += 1;
            }
        }
        format!("argument {} does not fit, or is one too many", place + 1)
    }
}

impl Parameter {
    fn takes(&self, kind: char) -> bool {
        kind == 'm' && self.kinds != "f" || self.kinds.contains(kind)
    }

    fn can_miss(&self) -> bool {
        self.if_missing != Missing::Refused
    }

    /// An argument as the function gets it, or the kinds that the items of a list have to be.
    fn taken(&self, argument: Data) -> Result<Data, String> {
        if !self.is_list || matches!(argument, Data::Nothing | Data::Function(_)) {
            return Ok(argument);
        }
        let items = argument.items();
        match &self.items {
            Some(kinds) if items.iter().any(|item| !kinds.contains(kind_of(item))) => Err(kinds.clone()),
            _ => Ok(Data::One(Value::List(Arc::new(items)))),
        }
    }
}
