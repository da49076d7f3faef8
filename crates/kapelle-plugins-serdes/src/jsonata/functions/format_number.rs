//! `$formatNumber`: numbers as text by a picture such as `#,##0.00`.

use bigdecimal::{BigDecimal, RoundingMode};
use kapelle_model::Value;

use super::integers::{check_picture, regular};
use super::{Arguments, BuiltIn, Outcome, function, nothing, text};

/// The signs of pictures and of what they make.
struct Signs {
    point: char,
    grouping: char,
    exponent: char,
    zero: char,
    /// A digit that may be left out.
    optional: char,
    /// Stands between the picture of numbers from 0 on and that of those below.
    pattern: char,
    minus: String,
    percent: String,
    per_mille: String,
}

impl Signs {
    fn read(options: Option<Value>) -> Outcome<Self> {
        let options = match options {
            None => None,
            Some(Value::Map(options)) => Some(options),
            Some(_) => return Err("argument 3 has to be a map of options".to_owned()),
        };
        let option = |name: &str, usual: &str| match options.as_ref().and_then(|options| options.get(name)) {
            None => Ok(usual.to_owned()),
            Some(Value::Str(text)) => Ok(text.expose().to_owned()),
            Some(_) => Err(format!("the option `{name}` has to be text")),
        };
        let sign = |name: &str, usual: &str| {
            let text = option(name, usual)?;
            let mut signs = text.chars();
            match (signs.next(), signs.next()) {
                (Some(sign), None) => Ok(sign),
                _ => Err(format!("the option `{name}` has to be one character")),
            }
        };
        Ok(Self {
            point: sign("decimal-separator", ".")?,
            grouping: sign("grouping-separator", ",")?,
            exponent: sign("exponent-separator", "e")?,
            zero: sign("zero-digit", "0")?,
            optional: sign("digit", "#")?,
            pattern: sign("pattern-separator", ";")?,
            minus: option("minus-sign", "-")?,
            percent: option("percent", "%")?,
            per_mille: option("per-mille", "\u{2030}")?,
        })
    }

    fn is_needed(&self, sign: char) -> bool {
        u32::from(sign).checked_sub(self.zero.into()).is_some_and(|value| value < 10)
    }

    fn is_digit(&self, sign: char) -> bool {
        sign == self.optional || self.is_needed(sign)
    }

    /// Whether a sign belongs to the number itself. An exponent does so only between other such signs.
    fn is_of_number(&self, sign: char) -> bool {
        self.is_digit(sign) || [self.point, self.grouping, self.pattern].contains(&sign)
    }

    /// Digits in the script of the picture.
    fn digits(&self, digits: &str) -> String {
        let digit = |digit: char| {
            let value = digit.to_digit(10)?;
            char::from_u32(u32::from(self.zero) + value)
        };
        digits.chars().filter_map(digit).collect()
    }
}

/// One half of a picture.
struct Form<'p> {
    before: &'p str,
    after: &'p str,
    /// Digits before the point and behind it.
    whole_least: usize,
    fraction_least: usize,
    fraction_most: usize,
    exponent_least: Option<usize>,
    /// Digits before the point of a number with an exponent.
    whole_digits: usize,
    /// How many digits are between the separators and the point.
    whole_groups: Vec<usize>,
    fraction_groups: Vec<usize>,
    /// Digits by which the number is larger: 2 for percent.
    shift: i64,
}

impl<'p> Form<'p> {
    fn read(picture: &'p str, signs: &Signs) -> Outcome<Self> {
        let wrong = |reason: &str| format!("the picture `{picture}` {reason}");
        let is_of_number = |sign: char| signs.is_of_number(sign);
        let (Some(start), Some(end)) = (picture.find(is_of_number), picture.rfind(is_of_number)) else {
            return Err(wrong("has no digits"));
        };
        let end = end + picture[end..].chars().next().map_or(1, char::len_utf8);
        let (before, number, after) = (&picture[..start], &picture[start..end], &picture[end..]);
        let (mantissa, exponent) = match number.split_once(signs.exponent) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (number, None),
        };
        let (whole, fraction) = mantissa.split_once(signs.point).unwrap_or((mantissa, ""));
        let percents = picture.matches(&*signs.percent).count();
        let per_milles = picture.matches(&*signs.per_mille).count();
        let needed = |part: &str| part.chars().filter(|sign| signs.is_needed(*sign)).count();
        let all = |part: &str| part.chars().filter(|sign| signs.is_digit(*sign)).count();
        let twice: String = [signs.grouping; 2].iter().collect();
        let follows = |first: fn(&Signs, char) -> bool, second: fn(&Signs, char) -> bool, part: &str| {
            let start = part.find(|sign| first(signs, sign));
            start.is_some_and(|start| part[start..].chars().any(|sign| second(signs, sign)))
        };
        let is_optional = |signs: &Signs, sign: char| sign == signs.optional;
        if fraction.contains(signs.point) {
            return Err(wrong("has several points"));
        }
        if percents + per_milles > 1 {
            return Err(wrong("has several signs of percent or per mille"));
        }
        if all(mantissa) == 0 {
            return Err(wrong("has no digits"));
        }
        if mantissa.chars().any(|sign| !is_of_number(sign)) {
            return Err(wrong("has other signs within its digits"));
        }
        if whole.ends_with(signs.grouping) || fraction.starts_with(signs.grouping) {
            return Err(wrong("has a separator beside the point"));
        }
        if mantissa.contains(&twice) {
            return Err(wrong("has two separators beside each other"));
        }
        if follows(Signs::is_needed, is_optional, whole) {
            return Err(wrong("has digits that may be left out behind others, before the point"));
        }
        if follows(is_optional, Signs::is_needed, fraction) {
            return Err(wrong("has digits that may be left out before others, behind the point"));
        }
        if exponent.is_some_and(|part| part.is_empty() || part.chars().any(|sign| !signs.is_needed(sign))) {
            return Err(wrong("has an exponent that is no digits"));
        }
        if exponent.is_some() && percents + per_milles > 0 {
            return Err(wrong("has an exponent, and a sign of percent or per mille"));
        }
        let (mut whole_least, mut fraction_least, mut fraction_most) =
            (needed(whole), needed(fraction), all(fraction));
        let whole_digits = whole_least;
        if whole_least == 0 && fraction_most == 0 && exponent.is_none() {
            whole_least = 1;
        }
        if exponent.is_some() && whole_least == 0 && whole.contains(signs.optional) {
            whole_least = 1;
        }
        if whole_least == 0 && fraction_least == 0 {
            fraction_least = 1;
            fraction_most = fraction_most.max(1);
        }
        let places = |part: &str, is_behind: bool| {
            let marks = part.match_indices(signs.grouping);
            marks.map(|(place, _)| all(if is_behind { &part[place..] } else { &part[..place] })).collect()
        };
        Ok(Self {
            before,
            after,
            whole_least,
            fraction_least,
            fraction_most,
            exponent_least: exponent.map(|exponent| exponent.chars().count()),
            whole_digits,
            whole_groups: places(whole, true),
            fraction_groups: places(fraction, false),
            shift: if percents > 0 {
                2
            } else if per_milles > 0 {
                3
            } else {
                0
            },
        })
    }

    fn write(&self, number: &BigDecimal, signs: &Signs) -> String {
        let (digits, scale) = number.abs().into_bigint_and_exponent();
        let mut scale = scale - self.shift;
        let mut exponent = 0;
        if self.exponent_least.is_some() && digits.bits() > 0 {
            let before_point = digits.to_string().len() as i64 - scale;
            exponent = before_point - self.whole_digits as i64;
            scale += exponent;
        }
        let rounded = BigDecimal::new(digits, scale)
            .with_scale_round(self.fraction_most as i64, RoundingMode::HalfEven)
            .to_plain_string();
        let (whole, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let whole = "0".repeat(self.whole_least.saturating_sub(whole.len())) + whole;
        let fraction = fraction.to_owned() + &"0".repeat(self.fraction_least.saturating_sub(fraction.len()));
        let mut written = self.before.to_owned();
        let every = regular(&self.whole_groups);
        for (place, digit) in signs.digits(&whole).chars().enumerate() {
            let behind = whole.len() - place;
            let is_grouped = match every {
                Some(distance) => behind.is_multiple_of(distance),
                None => self.whole_groups.contains(&behind),
            };
            if place > 0 && is_grouped {
                written.push(signs.grouping);
            }
            written.push(digit);
        }
        for (place, digit) in signs.digits(&fraction).chars().enumerate() {
            if place == 0 {
                written.push(signs.point);
            } else if self.fraction_groups.contains(&place) {
                written.push(signs.grouping);
            }
            written.push(digit);
        }
        if let Some(least) = self.exponent_least {
            written.push(signs.exponent);
            if exponent < 0 {
                written += &signs.minus;
            }
            let digits = exponent.abs().to_string();
            written += &signs.digits(&("0".repeat(least.saturating_sub(digits.len())) + &digits));
        }
        written + self.after
    }
}

fn formatted(arguments: &mut Arguments) -> Outcome<Option<String>> {
    let (Some(number), Some(picture)) = (arguments.number(0)?, arguments.text(1)?) else { return Ok(None) };
    check_picture(&picture)?;
    let signs = Signs::read(arguments.value(2))?;
    let mut halves = picture.split(signs.pattern);
    let first = Form::read(halves.next().unwrap_or_default(), &signs)?;
    let second = halves.next().map(|half| Form::read(half, &signs)).transpose()?;
    if halves.next().is_some() {
        return Err(format!("the picture `{picture}` has more than two halves"));
    }
    let is_below = number < BigDecimal::default();
    Ok(Some(match (is_below, second) {
        (true, Some(second)) => second.write(&number, &signs),
        (true, None) => signs.minus.clone() + &first.write(&number, &signs),
        (false, _) => first.write(&number, &signs),
    }))
}

pub(super) const FUNCTIONS: &[BuiltIn] =
    &[function("formatNumber", 2, 3, |_, mut arguments| match formatted(&mut arguments)? {
        Some(written) => text(written),
        None => nothing(),
    })];
