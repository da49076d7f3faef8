//! Single values of inputs: whether a text can be read as its type.

pub mod uri;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::time::{date, duration};

/// What Kestra says about a default of a FILE input that is anything else.
pub const FILE_DEFAULT_RULE: &str = "inputs of type 'FILE' only support `defaults` as local files using a file URI scheme or as namespace files using a nsfile URI scheme";

/// A value as far as it has an order. Only values of one type are compared.
#[derive(Debug, PartialEq, PartialOrd)]
pub enum Scalar {
    Integer(i32),
    Number(f64),
    Moment(Timestamp),
    Date(Date),
    Time(Time),
    Duration(SignedDuration),
    /// Right, and without bounds.
    Other,
}

/// What values of a type are, in words; `None` for types that take any text.
pub fn what(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "INT" => "a whole number of 32 bits",
        "FLOAT" => "a number",
        "DATETIME" => "a moment with a zone",
        "DATE" => "a date",
        "TIME" => "a time of day",
        "DURATION" => "a duration",
        "EMAIL" => "an address for mail",
        "URI" => "an address with a scheme",
        "JSON" => "JSON",
        _ => return None,
    })
}

/// Reads a text as a value of a type, or tells how to write one.
pub fn read(kind: &str, text: &str) -> Result<Scalar, String> {
    let trimmed = text.trim();
    match kind {
        "INT" => integer(trimmed),
        "FLOAT" => number(trimmed),
        "DATETIME" => date::instant(trimmed).map(Scalar::Moment).map_err(|reason| {
            // The time alone would not do: the zone is missing as well.
            date::date(trimmed)
                .map_or(reason, |date| format!("time and zone are missing: write {date}T00:00:00Z"))
        }),
        "DATE" => date::date(trimmed).map(Scalar::Date),
        "TIME" => date::time(trimmed).map(Scalar::Time),
        "DURATION" => duration::parse(trimmed).map(Scalar::Duration),
        "EMAIL" if !is_email(text) => Err("write it as in ada@company.com, without a name or blanks".into()),
        "URI" if !uri::is_absolute(trimmed) => Err(uri::help(trimmed)),
        "JSON" => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) => Ok(Scalar::Other),
            Err(error) => Err(format!("{error}; text in JSON stands between double quotes")),
        },
        _ => Ok(Scalar::Other),
    }
}

fn integer(text: &str) -> Result<Scalar, String> {
    // Readers of numbers take a fraction that is nothing.
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = if fraction.bytes().all(|digit| digit == b'0') { whole } else { text };
    digits.parse().map(Scalar::Integer).map_err(|_| {
        if digits.parse::<i128>().is_ok() {
            format!("it lies between {} and {}; use STRING or FLOAT for what is larger", i32::MIN, i32::MAX)
        } else if digits.parse::<f64>().is_ok() {
            "use FLOAT for numbers with a fraction".to_owned()
        } else {
            "write it in digits only".to_owned()
        }
    })
}

fn number(text: &str) -> Result<Scalar, String> {
    // Java takes its own suffixes of numbers.
    let bare = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    let parsed = bare.parse().or_else(|_| text.parse());
    parsed.map(Scalar::Number).map_err(|_| {
        let pointed = short(text).replace(',', ".");
        match pointed.parse::<f64>() {
            Ok(_) => format!("decimals stand behind a point: write {pointed}"),
            Err(_) => "write it in digits, with a point before the decimals".to_owned(),
        }
    })
}

/// The rule of Kestra, which is no more than this.
fn is_email(text: &str) -> bool {
    let is_name =
        |character: char| character.is_ascii_alphanumeric() || "_!#$%&’*+/=?`{|}~^.-".contains(character);
    let is_domain = |character: char| character.is_ascii_alphanumeric() || ".-".contains(character);
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && name.chars().all(is_name) && domain.chars().all(is_domain)
    })
}

/// The beginning of a text, on one line.
pub(crate) fn short(text: &str) -> String {
    let line = text.trim().replace('\n', " ");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
