//! Whole numbers as text by a picture: digits, letters, Roman numerals and words.

use bigdecimal::{BigDecimal, RoundingMode};
use num_bigint::{BigInt, BigUint, Sign};

use super::{BuiltIn, Data, Outcome, from_decimal, function, nothing, text, words};
use crate::numbers::DIGITS_MAX;

/// Roman numerals have no sign for more than a thousand, so large ones would be endless.
const ROMAN_MAX: u32 = 1_000_000;

/// The zeros of the sets of digits that Unicode has.
const ZEROS: [u32; 37] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

const ROMAN: [(u32, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

#[derive(Clone, Copy)]
pub(super) enum Case {
    Lower,
    Upper,
    Title,
}

impl Case {
    /// A text of small letters in this case.
    pub(super) fn of(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_owned(),
            Self::Upper => text.to_uppercase(),
            Self::Title => text.split_inclusive([' ', '-']).map(capitalized).collect(),
        }
    }
}

fn capitalized(word: &str) -> String {
    match word.split_at_checked(1) {
        Some((first, rest)) if word.trim_end() != "and" => first.to_uppercase() + rest,
        _ => word.to_owned(),
    }
}

/// How a whole number is written.
pub(super) struct IntegerPicture {
    form: Form,
    is_ordinal: bool,
}

enum Form {
    Digits(Digits),
    Letters(Case),
    Roman(Case),
    Words(Case),
}

struct Digits {
    zero: char,
    /// Digits that there are at least.
    least: usize,
    /// Digits that there may be besides.
    more: usize,
    /// The signs between digits, with how many digits are behind them; the last one first.
    separators: Vec<(usize, char)>,
    /// The digits from one separator to the next, if it is the same one everywhere.
    every: Option<usize>,
}

/// The distance of places that are the same distance from each other.
pub(super) fn regular(places: &[usize]) -> Option<usize> {
    let divisor = |mut left: usize, mut right: usize| {
        while right > 0 {
            (left, right) = (right, left % right);
        }
        left
    };
    let distance = places.iter().copied().reduce(divisor).filter(|distance| *distance > 0)?;
    (1..=places.len()).all(|number| places.contains(&(number * distance))).then_some(distance)
}

/// Numbers have a limit, as those that are calculated.
pub(super) fn check(number: &BigUint) -> Outcome<()> {
    if number.bits() > DIGITS_MAX * 10 / 3 {
        return Err(format!("the number has more than {DIGITS_MAX} digits"));
    }
    Ok(())
}

/// A picture has no more signs than a number has digits.
pub(super) fn check_picture(picture: &str) -> Outcome<()> {
    if picture.len() as u64 > DIGITS_MAX {
        return Err(format!("a picture has more than {DIGITS_MAX} bytes"));
    }
    Ok(())
}

fn zero_of(sign: char) -> Option<char> {
    let sign = u32::from(sign);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&sign)).copied().and_then(char::from_u32)
}

impl IntegerPicture {
    fn read(picture: &str) -> Outcome<Self> {
        let (form, is_ordinal) = match picture.rsplit_once(';') {
            Some((form, more)) => (form, more.starts_with('o')),
            None => (picture, false),
        };
        Self::of(form, is_ordinal)
    }

    pub(super) fn of(form: &str, is_ordinal: bool) -> Outcome<Self> {
        check_picture(form)?;
        let form = match form {
            "A" => Form::Letters(Case::Upper),
            "a" => Form::Letters(Case::Lower),
            "I" => Form::Roman(Case::Upper),
            "i" => Form::Roman(Case::Lower),
            "W" => Form::Words(Case::Upper),
            "w" => Form::Words(Case::Lower),
            "Ww" => Form::Words(Case::Title),
            form => Form::Digits(Digits::read(form)?),
        };
        Ok(Self { form, is_ordinal })
    }

    /// The digits that a number has at least, and at most, where they are said.
    pub(super) fn digits(&self) -> Option<(usize, usize)> {
        match &self.form {
            Form::Digits(digits) => Some((digits.least, digits.least + digits.more)),
            _ => None,
        }
    }

    pub(super) fn at_least(&mut self, count: usize) {
        if let Form::Digits(digits) = &mut self.form {
            digits.least = digits.least.max(count);
        }
    }

    /// As many digits, and more only if the number has them.
    pub(super) fn just(&mut self, count: usize) {
        if let Form::Digits(digits) = &mut self.form {
            digits.least = count;
        }
    }

    pub(super) fn write(&self, number: &BigInt) -> Outcome<String> {
        let (sign, size) = (if number.sign() == Sign::Minus { "-" } else { "" }, number.magnitude());
        check(size)?;
        let written = match &self.form {
            Form::Digits(digits) => {
                let ending = if self.is_ordinal && digits.zero == '0' { ending(size) } else { "" };
                digits.write(size) + ending
            }
            Form::Letters(case) => case.of(&letters(size)),
            Form::Roman(case) => case.of(&roman(size)?),
            Form::Words(case) => case.of(&words::written(size, self.is_ordinal)),
        };
        Ok(format!("{sign}{written}"))
    }

    /// The number that a text begins with, of at most so many digits, and what is behind it.
    pub(super) fn start<'t>(&self, text: &'t str, most: usize) -> Outcome<Option<(BigUint, &'t str)>> {
        let run = |is_of: fn(char) -> bool| {
            text.split_at(text.find(|sign: char| !is_of(sign)).unwrap_or(text.len()))
        };
        let (number, rest) = match &self.form {
            Form::Digits(digits) => {
                let Some((number, rest)) = digits.start(text, most)? else { return Ok(None) };
                let rest =
                    if self.is_ordinal { rest.strip_prefix(ending(&number)).unwrap_or(rest) } else { rest };
                (number, rest)
            }
            Form::Words(_) => return words::read(text),
            Form::Letters(_) => {
                let (letters, rest) = run(|sign| sign.is_ascii_alphabetic());
                let mut number = BigUint::default();
                for letter in letters.bytes() {
                    number = number * 26_u32 + u32::from(letter.to_ascii_lowercase() - b'a') + 1_u32;
                    check(&number)?;
                }
                (number, rest)
            }
            Form::Roman(_) => {
                let (numeral, rest) = run(|sign| "mdclxviMDCLXVI".contains(sign));
                (from_roman(numeral), rest)
            }
        };
        Ok((rest.len() < text.len()).then_some((number, rest)))
    }
}

impl Digits {
    fn read(form: &str) -> Outcome<Self> {
        let mut digits = Self { zero: '0', least: 0, more: 0, separators: Vec::new(), every: None };
        for sign in form.chars().rev() {
            match zero_of(sign) {
                Some(zero) if digits.least > 0 && zero != digits.zero => {
                    return Err(format!("the picture `{form}` mixes digits of several scripts"));
                }
                Some(zero) => {
                    digits.zero = zero;
                    digits.least += 1;
                }
                None if sign == '#' => digits.more += 1,
                None => digits.separators.push((digits.least + digits.more, sign)),
            }
        }
        if digits.least == 0 {
            return Err(format!(
                "the picture `{form}` is not supported: there are digits such as `#,##0`, `A` and `a` for letters, \
                 `I` and `i` for Roman numerals, `W`, `w` and `Ww` for words"
            ));
        }
        let is_same = digits.separators.windows(2).all(|pair| pair[0].1 == pair[1].1);
        let places: Vec<usize> = digits.separators.iter().map(|(place, _)| *place).collect();
        digits.every = regular(&places).filter(|_| is_same);
        Ok(digits)
    }

    fn separator(&self, behind: usize) -> Option<char> {
        match (self.every, self.separators.first()) {
            (Some(distance), Some((_, separator))) => behind.is_multiple_of(distance).then_some(*separator),
            _ => self.separators.iter().find(|(place, _)| *place == behind).map(|(_, separator)| *separator),
        }
    }

    fn write(&self, number: &BigUint) -> String {
        let digits = number.to_string();
        let digits = "0".repeat(self.least.saturating_sub(digits.len())) + &digits;
        let mut written = String::new();
        for (place, digit) in digits.bytes().enumerate() {
            let behind = digits.len() - place;
            if place > 0 {
                written.extend(self.separator(behind));
            }
            written.extend(char::from_u32(u32::from(self.zero) + u32::from(digit - b'0')));
        }
        written
    }

    fn start<'t>(&self, text: &'t str, most: usize) -> Outcome<Option<(BigUint, &'t str)>> {
        let mut digits = String::new();
        let mut rest = text;
        for (place, sign) in text.char_indices() {
            match u32::from(sign).checked_sub(self.zero.into()).and_then(|value| char::from_digit(value, 10))
            {
                Some(_) if digits.len() == most => break,
                Some(digit) => {
                    digits.push(digit);
                    rest = &text[place + sign.len_utf8()..];
                }
                // A separator counts only if a digit follows.
                None if self.separators.iter().any(|(_, separator)| *separator == sign) => {}
                None => break,
            }
        }
        if digits.len() as u64 > DIGITS_MAX {
            return Err(format!("the number has more than {DIGITS_MAX} digits"));
        }
        Ok(digits.parse().ok().map(|number| (number, rest)))
    }
}

/// What makes a place of a number: `st` behind 1.
fn ending(number: &BigUint) -> &'static str {
    let digits = number.to_string();
    match digits.as_bytes() {
        [.., b'1', _] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    }
}

/// The columns of a sheet: a, b, … z, aa, ab.
fn letters(number: &BigUint) -> String {
    let mut rest = number.clone();
    let mut letters = Vec::new();
    while rest > BigUint::default() {
        rest -= 1_u32;
        let place = (&rest % 26_u32).to_u32_digits().first().copied().unwrap_or(0);
        letters.push(char::from(b'a' + u8::try_from(place).unwrap_or(0)));
        rest /= 26_u32;
    }
    letters.iter().rev().collect()
}

fn roman(number: &BigUint) -> Outcome<String> {
    let size = number.to_u32_digits();
    let mut rest = match size.as_slice() {
        [] => 0,
        [size] if *size <= ROMAN_MAX => *size,
        _ => return Err(format!("Roman numerals are written up to {ROMAN_MAX}")),
    };
    let mut written = String::new();
    for (value, sign) in ROMAN {
        while rest >= value {
            written += sign;
            rest -= value;
        }
    }
    Ok(written)
}

fn from_roman(numeral: &str) -> BigUint {
    let mut number = BigInt::default();
    let mut largest = 0;
    for sign in numeral.chars().rev() {
        let sign = sign.to_lowercase().to_string();
        let value = ROMAN.iter().find(|(_, known)| *known == sign).map_or(0, |(value, _)| *value);
        if value < largest {
            number -= value;
        } else {
            largest = value;
            number += value;
        }
    }
    number.magnitude().clone()
}

pub(super) const FUNCTIONS: &[BuiltIn] = &[
    function("formatInteger", 2, 2, |_, mut arguments| {
        let (Some(number), Some(picture)) = (arguments.number(0)?, arguments.text(1)?) else {
            return nothing();
        };
        let (number, _) = number.with_scale_round(0, RoundingMode::Floor).into_bigint_and_exponent();
        text(IntegerPicture::read(&picture)?.write(&number)?)
    }),
    function("parseInteger", 2, 2, |_, mut arguments| {
        let (Some(given), Some(picture)) = (arguments.text(0)?, arguments.text(1)?) else { return nothing() };
        let picture = IntegerPicture::read(&picture)?;
        let (sign, digits) =
            given.strip_prefix('-').map_or((Sign::Plus, &*given), |rest| (Sign::Minus, rest));
        match picture.start(digits, usize::MAX)? {
            Some((number, "")) => {
                let number = BigInt::from_biguint(sign, number);
                Ok(Data::One(from_decimal(BigDecimal::from(number))))
            }
            _ => Err(format!("`{given}` is no number of this picture")),
        }
    }),
];
