//! Patterns from their letters.

use super::field::Field;
use super::{Item, Kind, Number, OffsetForm, Pattern, Sign};

/// Optional sections within each other; reading and writing walk down them.
const DEPTH_MAX: usize = 32;

/// Digits of the largest number that a field may be asked to have.
const DIGITS_MAX: usize = 19;

pub(super) fn compile(text: &str) -> Result<Pattern, String> {
    let mut builder = Builder::default();
    let mut rest = text;
    let mut pad = None;
    while let Some(letter) = rest.chars().next() {
        let count = rest.bytes().take_while(|byte| char::from(*byte) == letter).count();
        match letter {
            'p' if pad.is_some() => return Err("the letter `p` stands before the letters it pads".into()),
            'p' => {
                rest = &rest[count..];
                if !rest.starts_with(|next: char| next.is_ascii_alphabetic()) {
                    return Err(format!(
                        "`{}` pads the letters behind it, and there are none",
                        "p".repeat(count.min(9))
                    ));
                }
                pad = Some(count);
            }
            'A'..='Z' | 'a'..='z' => {
                rest = &rest[count..];
                builder.push(letters(letter, count)?, pad.take());
            }
            '\'' => {
                let (literal, behind) = quoted(&rest[1..])
                    .ok_or_else(|| format!("the quote before `{}` is not closed", shown(&rest[1..])))?;
                builder.push(Item::Literal(literal), None);
                rest = behind;
            }
            '[' => {
                rest = &rest[1..];
                builder.open()?;
            }
            ']' => {
                rest = &rest[1..];
                builder.close()?;
            }
            '{' | '}' | '#' => {
                return Err(format!(
                    "`{letter}` is reserved: write it in quotes, '{letter}', to have it as it is"
                ));
            }
            _ => {
                rest = &rest[letter.len_utf8()..];
                builder.push(Item::Literal(letter.to_string()), None);
            }
        }
    }
    Ok(builder.finish())
}

/// The text up to the closing quote, two quotes being one in it, and what is behind.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut literal = String::new();
    let mut rest = text;
    loop {
        let (before, behind) = rest.split_once('\'')?;
        literal.push_str(before);
        let Some(more) = behind.strip_prefix('\'') else {
            // Nothing between quotes is a quote.
            return Some((if literal.is_empty() { "'".to_owned() } else { literal }, behind));
        };
        literal.push('\'');
        rest = more;
    }
}

fn shown(text: &str) -> String {
    text.chars().take(20).collect()
}

/// The parts so far, and where the number is that others may follow without a gap.
#[derive(Default)]
struct Builder {
    items: Vec<Item>,
    number: Option<usize>,
    outer: Vec<Vec<Item>>,
}

impl Builder {
    fn push(&mut self, item: Item, pad: Option<usize>) {
        if let Some(width) = pad {
            self.items.push(Item::Pad(width, Box::new(item)));
            self.number = None;
            return;
        }
        if let Item::Number(number) = item {
            self.push_number(number);
            return;
        }
        self.number = None;
        match (&item, self.items.last_mut()) {
            (Item::Literal(text), Some(Item::Literal(before))) => before.push_str(text),
            _ => self.items.push(item),
        }
    }

    /// Numbers of fixed width behind another number leave that one the digits in front; if it is followed by one of
    /// any width, it takes its least.
    fn push_number(&mut self, mut number: Number) {
        let at = self.items.len();
        let is_fixed = number.min == number.max && number.sign == Sign::NotNegative;
        let before = match self.number.and_then(|index| self.items.get_mut(index)) {
            Some(Item::Number(before)) => Some(before),
            _ => None,
        };
        match before {
            None => self.number = Some(at),
            Some(before) if is_fixed => {
                before.behind = before.behind.map(|behind| behind + number.max);
                number.behind = None;
            }
            Some(before) => {
                before.behind = None;
                self.number = Some(at);
            }
        }
        self.items.push(Item::Number(number));
    }

    fn open(&mut self) -> Result<(), String> {
        if self.outer.len() >= DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} optional sections are within each other"));
        }
        self.number = None;
        self.outer.push(std::mem::take(&mut self.items));
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let outer = self.outer.pop().ok_or("`]` closes an optional section, and none is open")?;
        let section = std::mem::replace(&mut self.items, outer);
        self.number = None;
        if !section.is_empty() {
            self.items.push(Item::Optional(section));
        }
        Ok(())
    }

    fn finish(mut self) -> Pattern {
        while !self.outer.is_empty() {
            // What is not closed ends with the pattern.
            let _closed = self.close();
        }
        Pattern { items: self.items, is_standard: false }
    }
}

/// A run of one letter.
fn letters(letter: char, count: usize) -> Result<Item, String> {
    let wrong_count = || Err(format!("`{letter}` cannot stand {count} times"));
    let text = |field, keys: [&'static str; 3]| match count {
        3..=5 => Ok(Item::Text(field, keys[count - 3])),
        _ => wrong_count(),
    };
    let short = |field| match count {
        1 => Ok(any(field)),
        2 => Ok(fixed(field, 2)),
        _ => wrong_count(),
    };
    let long = |field, sign| match count {
        1..=DIGITS_MAX => Ok(number(field, count, DIGITS_MAX, sign)),
        _ => wrong_count(),
    };
    let year = |field| match count {
        2 => Ok(special(field, 2, Kind::Reduced)),
        1..4 => long(field, Sign::Normal),
        _ => long(field, Sign::ExceedsPad),
    };
    match letter {
        'u' => year(Field::Year),
        'y' => year(Field::YearOfEra),
        'Y' => year(Field::WeekYear),
        'G' => match count {
            1..=3 => Ok(Item::Text(Field::Era, "G")),
            4 => Ok(Item::Text(Field::Era, "GGGG")),
            5 => Ok(Item::Text(Field::Era, "GGGGG")),
            _ => wrong_count(),
        },
        'M' | 'L' | 'Q' | 'q' if count < 3 => {
            short(if matches!(letter, 'M' | 'L') { Field::Month } else { Field::Quarter })
        }
        'M' => text(Field::Month, ["MMM", "MMMM", "MMMMM"]),
        'L' => text(Field::Month, ["LLL", "LLLL", "LLLLL"]),
        'Q' => text(Field::Quarter, ["QQQ", "QQQQ", "QQQQQ"]),
        'q' => text(Field::Quarter, ["qqq", "qqqq", "qqqqq"]),
        'E' if count < 3 => Ok(Item::Text(Field::Weekday, "EEE")),
        'e' if count < 3 => Ok(fixed(Field::LocalWeekday, count)),
        'c' if count == 1 => Ok(fixed(Field::LocalWeekday, 1)),
        'E' | 'e' => text(Field::Weekday, ["EEE", "EEEE", "EEEEE"]),
        'c' => text(Field::Weekday, ["ccc", "cccc", "ccccc"]),
        'w' if count <= 2 => Ok(number(Field::WeekOfYear, count, 2, Sign::NotNegative)),
        'W' if count == 1 => Ok(fixed(Field::WeekOfMonth, 1)),
        'F' if count == 1 => Ok(any(Field::MonthPart)),
        'a' if count == 1 => Ok(Item::Text(Field::Half, "a")),
        'd' => short(Field::Day),
        'D' if count <= 3 => match count {
            1 => Ok(any(Field::DayOfYear)),
            _ => Ok(number(Field::DayOfYear, count, 3, Sign::NotNegative)),
        },
        'g' => long(Field::ModifiedJulianDay, Sign::Normal),
        'H' => short(Field::Hour),
        'k' => short(Field::ClockHour),
        'K' => short(Field::HourOfHalf),
        'h' => short(Field::ClockHourOfHalf),
        'm' => short(Field::Minute),
        's' => short(Field::Second),
        'S' if count <= 9 => Ok(special(Field::Nano, count, Kind::Fraction)),
        'n' => long(Field::Nano, Sign::NotNegative),
        'A' => long(Field::MilliOfDay, Sign::NotNegative),
        'N' => long(Field::NanoOfDay, Sign::NotNegative),
        'B' => match count {
            1 => Ok(Item::DayPeriod("B")),
            4 => Ok(Item::DayPeriod("BBBB")),
            5 => Ok(Item::DayPeriod("BBBBB")),
            _ => wrong_count(),
        },
        'z' if count <= 4 => Ok(Item::ZoneName { is_full: count == 4, is_generic: false }),
        'v' if matches!(count, 1 | 4) => Ok(Item::ZoneName { is_full: count == 4, is_generic: true }),
        'V' if count == 2 => Ok(Item::ZoneId),
        'Z' => match count {
            1..=3 => Ok(Item::Offset(OffsetForm::Basic, "+0000")),
            4 => Ok(Item::LocalizedOffset { is_full: true }),
            5 => Ok(Item::Offset(OffsetForm::ColonSeconds, "Z")),
            _ => wrong_count(),
        },
        'O' if matches!(count, 1 | 4) => Ok(Item::LocalizedOffset { is_full: count == 4 }),
        'X' | 'x' if count <= 5 => {
            let (form, zero) = match count {
                1 => (OffsetForm::Hours, "+00"),
                2 => (OffsetForm::Basic, "+0000"),
                3 => (OffsetForm::Colon, "+00:00"),
                4 => (OffsetForm::BasicSeconds, "+0000"),
                _ => (OffsetForm::ColonSeconds, "+00:00"),
            };
            Ok(Item::Offset(form, if letter == 'X' { "Z" } else { zero }))
        }
        'W' | 'F' | 'a' | 'w' | 'D' | 'S' | 'z' | 'v' | 'V' | 'O' | 'X' | 'x' => wrong_count(),
        _ => Err(format!(
            "`{letter}` means nothing in a pattern: write it in quotes, '{letter}', to have it as it is"
        )),
    }
}

pub(super) fn number(field: Field, min: usize, max: usize, sign: Sign) -> Item {
    Item::Number(Number { field, min, max, sign, behind: Some(0), kind: Kind::Plain })
}

/// Any number of digits.
fn any(field: Field) -> Item {
    number(field, 1, DIGITS_MAX, Sign::Normal)
}

pub(super) fn fixed(field: Field, width: usize) -> Item {
    number(field, width, width, Sign::NotNegative)
}

fn special(field: Field, width: usize, kind: Kind) -> Item {
    Item::Number(Number { field, min: width, max: width, sign: Sign::NotNegative, behind: Some(0), kind })
}
