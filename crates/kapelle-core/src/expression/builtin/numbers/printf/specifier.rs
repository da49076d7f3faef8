//! One `%` specifier: `%[index$][flags][width][.precision]conversion`.

use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// Larger numbers in a specifier are mistakes.
const NUMBER_MAX: usize = 10_000_000;

/// Digits behind a point that anybody could want.
const PRECISION_MAX: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Left,
    Alternate,
    Plus,
    Blank,
    Zero,
    Group,
    Parentheses,
    Previous,
}

const FLAGS: &[(char, Flag)] = &[
    ('-', Flag::Left),
    ('#', Flag::Alternate),
    ('+', Flag::Plus),
    (' ', Flag::Blank),
    ('0', Flag::Zero),
    (',', Flag::Group),
    ('(', Flag::Parentheses),
    ('<', Flag::Previous),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    Next,
    Previous,
    /// Counted from one.
    At(usize),
}

#[derive(Debug)]
pub(super) struct Specifier<'a> {
    /// As it is written, behind the `%`.
    pub text: Shown<'a>,
    pub index: Index,
    flags: Vec<Flag>,
    pub width: Option<usize>,
    pub precision: Option<usize>,
    /// Lower case, or a letter of a date if there is a `t` before it.
    pub conversion: char,
    pub is_upper: bool,
    pub is_moment: bool,
}

/// A specifier for messages, with its `%`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a>(&'a str);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "%{}", form::short(self.0))
    }
}

impl<'a> Specifier<'a> {
    /// Reads what stands behind a `%`; gives the text behind it.
    pub(super) fn read(text: &'a str) -> Outcome<(Self, &'a str)> {
        let mut rest = text;
        let mut index = Index::Next;
        if let (Some(number), Some(behind)) = take_number(rest)
            && let Some(behind) = behind.strip_prefix('$')
        {
            index = Index::At(number);
            rest = behind;
        }
        let mut flags = Vec::new();
        while let Some((_, flag)) = FLAGS.iter().find(|(character, _)| rest.starts_with(*character)) {
            if flags.contains(flag) {
                return Err(wrong(text, rest, "has a flag twice"));
            }
            flags.push(*flag);
            rest = &rest[1..];
        }
        if flags.contains(&Flag::Previous) {
            index = Index::Previous;
        }
        let (width, behind) = take_number(rest);
        rest = behind.unwrap_or(rest);
        let mut precision = None;
        if let Some(behind) = rest.strip_prefix('.') {
            let (Some(number), Some(behind)) = take_number(behind) else {
                return Err(wrong(text, behind, "has a point without a precision"));
            };
            precision = Some(number);
            rest = behind;
        }
        let mut is_moment = false;
        let mut is_upper = false;
        if let Some(behind) = rest.strip_prefix(['t', 'T']) {
            is_moment = true;
            is_upper = rest.starts_with('T');
            rest = behind;
        }
        let Some(letter) =
            rest.chars().next().filter(|letter| letter.is_ascii_alphabetic() || *letter == '%')
        else {
            return Err(wrong(text, rest, "is no complete format specifier"));
        };
        let behind = &rest[1..];
        let shown = Shown(&text[..text.len() - behind.len()]);
        let conversion = if is_moment { letter } else { letter.to_ascii_lowercase() };
        is_upper |= !is_moment && letter.is_ascii_uppercase();
        let specifier = Self { text: shown, index, flags, width, precision, conversion, is_upper, is_moment };
        specifier.check()?;
        Ok((specifier, behind))
    }

    pub(super) fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    fn check(&self) -> Outcome<()> {
        use Flag::{Alternate, Blank, Group, Left, Parentheses, Plus, Zero};
        if self.width.is_some_and(|width| width > NUMBER_MAX)
            || self.precision.is_some_and(|precision| precision > PRECISION_MAX)
        {
            return Err(Error::limit(format!("width or precision of `{}` is too large", self.text)));
        }
        let (refused, takes_precision): (&[Flag], bool) = match (self.is_moment, self.conversion) {
            (true, _) | (_, 'c' | '%') => (&[Alternate, Plus, Blank, Zero, Group, Parentheses], false),
            (_, 'b' | 'h' | 's') => (&[Alternate, Plus, Blank, Zero, Group, Parentheses], true),
            (_, 'd') if !self.is_upper => (&[Alternate], false),
            (_, 'o') if !self.is_upper => (&[Group], false),
            (_, 'x') => (&[Group], false),
            (_, 'e') => (&[Group], true),
            (_, 'f') if !self.is_upper => (&[], true),
            (_, 'g') => (&[Alternate], true),
            (_, 'a') => (&[Parentheses, Group], true),
            (_, 'n') if !self.is_upper && self.width.is_none() => {
                (&[Left, Alternate, Plus, Blank, Zero, Group, Parentheses], false)
            }
            _ => {
                return Err(self.error("has a conversion that does not exist"));
            }
        };
        if self.precision.is_some() && !takes_precision {
            return Err(self.error("takes no precision"));
        }
        if let Some((character, _)) = FLAGS.iter().find(|(_, flag)| self.has(*flag) && refused.contains(flag))
        {
            return Err(self.error(&format!("takes no flag `{character}`")));
        }
        if self.has(Left) && self.has(Zero) || self.has(Plus) && self.has(Blank) {
            return Err(self.error("has flags that exclude each other"));
        }
        if self.width.is_none() && (self.has(Left) || self.has(Zero)) {
            return Err(self.error("needs a width"));
        }
        Ok(())
    }

    pub(super) fn error(&self, what: &str) -> Box<Error> {
        Error::argument(format!("the format specifier `{}` {what}", self.text)).help(HELP)
    }
}

const HELP: &str = "as in Java: `%s` text, `%d` integer, `%.2f` float, `%05d` with zeros, `%-10s` on the left, `%%` a percent sign";

fn wrong(text: &str, rest: &str, what: &str) -> Box<Error> {
    let end = text.len() - rest.len() + rest.chars().next().map_or(0, char::len_utf8);
    let shown = Shown(text.get(..end).unwrap_or(text));
    Error::argument(format!("the format specifier `{shown}` {what}")).help(HELP)
}

/// A number that does not start with zero, and the text behind it.
fn take_number(text: &str) -> (Option<usize>, Option<&str>) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 {
        return (None, None);
    }
    let (digits, rest) = text.split_at(end);
    // What does not fit is refused by its size.
    (Some(digits.parse().unwrap_or(usize::MAX)), Some(rest))
}
