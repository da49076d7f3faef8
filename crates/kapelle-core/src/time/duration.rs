//! Durations: ISO-8601 as `java.time.Duration` reads and writes it, and bare numbers as seconds.

mod reason;

use jiff::SignedDuration;

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// Reads a duration such as `PT30S`, `P1DT12H`, `-PT0.5S`, or `30` for seconds.
///
/// The text is taken as it is, as Java does: blanks around it are an error.
pub fn parse(text: &str) -> Result<SignedDuration, String> {
    let read = bare_number(text).or_else(|| iso(text)).ok_or_else(|| reason::of(text))?;
    read.ok_or_else(|| "it is longer than 292 billion years, the longest duration there is".to_owned())
}

/// Writes a duration as Java does: hours are the largest unit, `PT0S` is nothing at all.
pub fn format(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let nanos = duration.subsec_nanos();
    let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    let part = |count: i64, unit| if count == 0 { String::new() } else { format!("{count}{unit}") };
    let rest = if nanos == 0 {
        part(rest, 'S')
    } else {
        // Between zero and minus one second only the fraction carries the sign.
        let sign = if nanos < 0 { "-" } else { "" };
        let fraction = format!("{:09}", nanos.unsigned_abs());
        format!("{sign}{}.{}S", rest.unsigned_abs(), fraction.trim_end_matches('0'))
    };
    let parts = part(hours, 'H') + &part(minutes, 'M') + &rest;
    if parts.is_empty() { "PT0S".into() } else { format!("PT{parts}") }
}

/// `None` if the text has another shape; `Some(None)` if it has this one but exceeds the range.
type Shaped = Option<Option<SignedDuration>>;

/// An integer or a decimal: seconds. What is smaller than a nanosecond is cut off.
fn bare_number(text: &str) -> Shaped {
    let (negative, digits) = sign(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = [whole, fraction].iter().all(|part| !part.is_empty() && is_digits(part));
    is_number.then(|| {
        let nanos = i128::from(whole.parse::<i64>().ok()?) * NANOS_PER_SECOND + nanos_of(fraction);
        SignedDuration::try_from_nanos_i128(if negative { -nanos } else { nanos })
    })
}

/// `[±]P[±nD][T[±nH][±nM][±n[.n]S]]` in any case, with at least one part, and one after each `T`.
fn iso(text: &str) -> Shaped {
    let (negative, rest) = sign(text);
    let rest = strip_letter(rest, b'P')?;
    let (days, mut rest) = whole(rest, b'D');
    let (mut hours, mut minutes, mut seconds, mut fraction) = (None, None, None, None);
    if let Some(times) = strip_letter(rest, b'T') {
        (hours, rest) = whole(times, b'H');
        (minutes, rest) = whole(rest, b'M');
        if let Some((read, fraction_read)) = seconds_part(rest) {
            (seconds, fraction, rest) = (Some(read), fraction_read, "");
        }
        hours.or(minutes).or(seconds)?;
    }
    (rest.is_empty() && days.or(hours).or(minutes).or(seconds).is_some()).then(|| {
        // Java counts in 64 bits of seconds all along, and so refuses a part that overflows
        // even where another would bring the sum back.
        let scaled =
            |part: Option<&str>, scale: i64| part.unwrap_or("0").parse::<i64>().ok()?.checked_mul(scale);
        let sum = scaled(minutes, 60)?.checked_add(scaled(seconds, 1)?)?;
        let sum = scaled(hours, 3600)?.checked_add(sum)?;
        let sum = scaled(days, 86_400)?.checked_add(sum)?;
        let below_zero = seconds.is_some_and(|seconds| seconds.starts_with('-'));
        let part = nanos_of(fraction.unwrap_or_default());
        let nanos = i128::from(sum) * NANOS_PER_SECOND + if below_zero { -part } else { part };
        SignedDuration::try_from_nanos_i128(if negative { -nanos } else { nanos })
    })
}

/// Takes a whole number with its unit, if both are there.
fn whole(text: &str, unit: u8) -> (Option<&str>, &str) {
    let length = number_length(text);
    match strip_letter(&text[length..], unit) {
        Some(rest) if length > 0 => (Some(&text[..length]), rest),
        _ => (None, text),
    }
}

/// The seconds, which end the text, and their fraction: `1`, `1.`, `1.5`, `1,5` and up to nine digits.
fn seconds_part(text: &str) -> Option<(&str, Option<&str>)> {
    let length = number_length(text);
    let rest = &text[length..];
    let rest = rest.strip_suffix(['S', 's']).filter(|_| length > 0)?;
    match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            (fraction.len() <= 9 && is_digits(fraction)).then_some((&text[..length], Some(fraction)))
        }
        None => rest.is_empty().then_some((&text[..length], None)),
    }
}

/// Bytes of a whole number with an optional sign; 0 if there is none.
fn number_length(text: &str) -> usize {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 { 0 } else { text.len() - digits.len() + count }
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn strip_letter(text: &str, letter: u8) -> Option<&str> {
    text.strip_prefix([letter as char, letter.to_ascii_lowercase() as char])
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits behind a decimal point as nanoseconds.
fn nanos_of(fraction: &str) -> i128 {
    fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'))
}

#[cfg(test)]
mod tests;
