//! Whole numbers in English words: `twenty-three`, `one thousand and first`.

use num_bigint::BigUint;

use super::Outcome;

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// Those whose place is not said by `th` alone.
const IRREGULAR: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Words for a thousand times more each; what is larger than the last one is said with several of them.
const LARGE: [&str; 4] = ["thousand", "million", "billion", "trillion"];

/// The word of a place: `first` for `one`.
fn ordinal(word: &str) -> String {
    if let Some((_, ordinal)) = IRREGULAR.iter().find(|(cardinal, _)| *cardinal == word) {
        return (*ordinal).to_owned();
    }
    word.strip_suffix('y').map_or_else(|| format!("{word}th"), |start| format!("{start}ieth"))
}

fn last(word: &str, is_ordinal: bool) -> String {
    if is_ordinal { ordinal(word) } else { word.to_owned() }
}

/// A number in words, in small letters.
pub(super) fn written(number: &BigUint, is_ordinal: bool) -> String {
    let digits = number.to_string();
    if let (true, Ok(small)) = (digits.len() <= 3, digits.parse()) {
        return below_thousand(small, is_ordinal);
    }
    let steps = ((digits.len() - 1) / 3).min(LARGE.len());
    let factor = BigUint::from(1_000_u32).pow(u32::try_from(steps).unwrap_or(1));
    let (whole, rest) = (number / &factor, number % &factor);
    let start = written(&whole, false);
    let large = LARGE[steps - 1];
    if rest == BigUint::default() {
        return format!("{start} {}", last(large, is_ordinal));
    }
    let between = if rest < BigUint::from(100_u32) { " and" } else { "," };
    format!("{start} {large}{between} {}", written(&rest, is_ordinal))
}

fn below_thousand(number: usize, is_ordinal: bool) -> String {
    match (number / 100, number % 100) {
        (0, rest @ 0..20) => last(SMALL[rest], is_ordinal),
        (0, rest) if rest % 10 == 0 => last(TENS[rest / 10 - 2], is_ordinal),
        (0, rest) => format!("{}-{}", TENS[rest / 10 - 2], last(SMALL[rest % 10], is_ordinal)),
        (hundreds, 0) => format!("{} {}", SMALL[hundreds], last("hundred", is_ordinal)),
        (hundreds, rest) => format!("{} hundred and {}", SMALL[hundreds], below_thousand(rest, is_ordinal)),
    }
}

/// What a word stands for, and whether it says a place.
fn value(word: &str) -> Option<(u64, bool)> {
    let large = (1..).zip(LARGE).map(|(steps, word)| (1_000_u64.pow(steps), word));
    let tens = (2..).zip(TENS).map(|(tens, word)| (tens * 10, word));
    let mut all = (0..).zip(SMALL).chain(tens).chain([(100, "hundred")]).chain(large);
    all.find_map(|(value, known)| {
        if known == word {
            return Some((value, false));
        }
        (ordinal(known) == word).then_some((value, true))
    })
}

/// The number that a text begins with in words, and what is behind it; nothing if there is none.
pub(super) fn read(text: &str) -> Outcome<Option<(BigUint, &str)>> {
    // `two thousand and four` is a sum whose last part is still growing.
    let mut done = BigUint::default();
    let mut growing = BigUint::default();
    let mut rest = text;
    let mut has_begun = false;
    loop {
        let start = if has_begun { behind_separator(rest) } else { rest };
        let end = start.find(|sign: char| !sign.is_ascii_alphabetic()).unwrap_or(start.len());
        let (word, after) = start.split_at(end);
        let Some((value, is_ordinal)) = value(&word.to_ascii_lowercase()) else { break };
        if value >= 100 {
            growing *= value;
            super::integers::check(&growing)?;
        } else {
            if growing >= BigUint::from(1_000_u32) {
                done += std::mem::take(&mut growing);
            }
            growing += value;
        }
        (rest, has_begun) = (after, true);
        // Behind `third` another number begins.
        if is_ordinal {
            break;
        }
    }
    Ok(has_begun.then(|| (done + growing, rest)))
}

fn behind_separator(text: &str) -> &str {
    let is_separator = |sign: char| sign.is_whitespace() || matches!(sign, ',' | '-');
    let text = text.trim_start_matches(is_separator);
    let after = text.get(..3).filter(|word| word.eq_ignore_ascii_case("and")).and_then(|_| text.get(3..));
    match after {
        Some(after) if after.starts_with(char::is_whitespace) => after.trim_start(),
        _ => text,
    }
}
