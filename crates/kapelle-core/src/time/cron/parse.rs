//! From text to sets, field by field.

use std::ops::Range;

use super::{Cron, CronError, LAST_DAY, Set};

/// Short forms and what they stand for.
const NICKNAMES: &[(&str, &str)] = &[
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Sunday is the end of the week here: `SAT-SUN` is a range, `SUN-TUE` is none.
const WEEKDAYS: &[&str] = &["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// What one field counts.
#[derive(PartialEq)]
struct Field {
    name: &'static str,
    low: i8,
    high: i8,
    /// Names of the values from 1 on.
    names: &'static [&'static str],
}

const SECOND: Field = Field { name: "second", low: 0, high: 59, names: &[] };
const MINUTE: Field = Field { name: "minute", low: 0, high: 59, names: &[] };
const HOUR: Field = Field { name: "hour", low: 0, high: 23, names: &[] };
const DAY: Field = Field { name: "day of month", low: 1, high: 31, names: &[] };
const MONTH: Field = Field { name: "month", low: 1, high: 12, names: MONTHS };
/// Both 0 and 7 are Sunday.
const WEEKDAY: Field = Field { name: "day of week", low: 0, high: 7, names: WEEKDAYS };

impl Field {
    fn name_of(&self, value: i8) -> &'static str {
        self.names[usize::from(value.unsigned_abs()) - 1]
    }
}

/// One field of the text with its place.
#[derive(Clone)]
struct Word<'a> {
    text: &'a str,
    range: Range<usize>,
}

impl Cron {
    /// Reads a schedule of five fields, or six if `with_seconds`; nicknames such as `@daily` are the same in both.
    pub fn parse(text: &str, with_seconds: bool) -> Result<Self, CronError> {
        let words = words(text);
        let whole = match &words[..] {
            [first, .., last] => first.range.start..last.range.end,
            [only] => only.range.clone(),
            [] => 0..text.len(),
        };
        let failed = |reason| CronError { reason, range: whole };
        if let [Word { text, .. }] = words[..]
            && text.starts_with('@')
        {
            let equivalent = nickname(text).map_err(failed)?;
            return Self::parse(equivalent, false);
        }
        if text.contains("||") {
            return Err(failed("`||` joins several schedules: write a trigger for each".into()));
        }
        let zero = Word { text: "0", range: 0..0 };
        let (second, rest) = match &words[..] {
            [second, rest @ ..] if with_seconds && words.len() == 6 => (second, rest),
            _ if !with_seconds && words.len() == 5 => (&zero, &words[..]),
            _ => return Err(failed(wrong_count(&words, with_seconds))),
        };
        Ok(Self {
            seconds: set(&SECOND, second)?,
            minutes: set(&MINUTE, &rest[0])?,
            hours: set(&HOUR, &rest[1])?,
            days: set(&DAY, &rest[2])?,
            months: set(&MONTH, &rest[3])?,
            weekdays: set(&WEEKDAY, &rest[4])?.with_sunday_as_zero(),
            days_restricted: is_restricted(&rest[2]),
            weekdays_restricted: is_restricted(&rest[4]),
        })
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split_whitespace();
    words.map(|word| Word { text: word, range: start_of(word)..start_of(word) + word.len() }).collect()
}

fn nickname(text: &str) -> Result<&'static str, String> {
    if let Some((_, equivalent)) = NICKNAMES.iter().find(|(name, _)| *name == text) {
        return Ok(equivalent);
    }
    if let Some((name, _)) = NICKNAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Err(format!("nicknames have small letters: write {name}"));
    }
    let known: Vec<_> = NICKNAMES.iter().map(|(name, _)| *name).collect();
    Err(format!("there is no nickname `{text}`, only {}", known.join(", ")))
}

/// What to do about a number of fields that does not fit.
fn wrong_count(words: &[Word], with_seconds: bool) -> String {
    // Only Quartz knows the question mark, where it means that the other field of days decides.
    let join = |words: &[Word]| {
        words.iter().map(|word| if word.text == "?" { "*" } else { word.text }).collect::<Vec<_>>().join(" ")
    };
    let count = words.len();
    match (count, with_seconds) {
        (0, _) => "it is empty: write five fields, such as `0 9 * * MON-FRI`".into(),
        (6, false) => format!(
            "6 fields stand here, but 5 are expected. If the first counts seconds, set withSeconds: true; if the last is \
             a year, remove it: write `{}`",
            join(&words[..5])
        ),
        (7, false) => format!(
            "7 fields are the form of Quartz: remove the seconds (the first) and the year (the last): write `{}`",
            join(&words[1..6])
        ),
        (7, true) => {
            format!(
                "7 fields are the form of Quartz: remove the year (the last): write `{}`",
                join(&words[..6])
            )
        }
        (5, true) => format!(
            "5 fields stand here, but withSeconds: true asks for 6, seconds first: write `0 {}`, or remove withSeconds",
            join(words)
        ),
        (_, false) => {
            format!(
                "{count} fields stand here, but 5 are expected: minute, hour, day of month, month, day of week"
            )
        }
        (_, true) => format!(
            "{count} fields stand here, but 6 are expected: second, minute, hour, day of month, month, day of week"
        ),
    }
}

/// Whether a field of days takes part in the rule that either may match. `*/2` and even `1-7` do, `*/1` does not.
fn is_restricted(word: &Word) -> bool {
    !matches!(word.text, "*" | "*/1")
}

/// The numbers of a list such as `1,5-9,*/20`.
fn set(field: &Field, word: &Word) -> Result<Set, CronError> {
    let mut set = Set::default();
    for item in word.text.split(',') {
        let wrong = |reason: String| CronError {
            reason: format!("{}: {reason}", field.name),
            range: word.range.clone(),
        };
        if item.is_empty() {
            return Err(wrong("a value is missing before or after a comma".into()));
        }
        if *field == DAY && item.eq_ignore_ascii_case("L") {
            set.insert(LAST_DAY);
            continue;
        }
        let (first, last, step) = item_of(field, item).map_err(wrong)?;
        for value in (first..=last).step_by(step) {
            set.insert(value);
        }
    }
    Ok(set)
}

/// First and last value and the step of `*`, `5`, `1-5`, each with `/step` or without.
fn item_of(field: &Field, item: &str) -> Result<(i8, i8, usize), String> {
    let (base, step) = item.split_once('/').map_or((item, None), |(base, step)| (base, Some(step)));
    let step_number = step.map_or(Ok(1), |step| step_of(field, step))?;
    if base == "*" || (base.is_empty() && step.is_some()) {
        return Ok((field.low, field.high, step_number));
    }
    let bounds = base.split_once('-').filter(|(from, _)| !from.is_empty());
    let Some((from, to)) = bounds else {
        let first = value(field, base)?;
        // A step starts anew with each week, so that Sunday is its first day.
        let first = if *field == WEEKDAY && first == 7 && step.is_some() { 0 } else { first };
        return Ok((first, if step.is_some() { field.high } else { first }, step_number));
    };
    let (first, last) = (value(field, from)?, value(field, to)?);
    if first > last {
        return Err(format!(
            "the range {base} goes backwards{}",
            forwards(field, [from, to], [first, last], step)
        ));
    }
    Ok((first, last, step_number))
}

fn step_of(field: &Field, step: &str) -> Result<usize, String> {
    let most = field.high.min(field.high - field.low + 1);
    match step.parse::<usize>() {
        Ok(number) if (1..=usize::from(most.unsigned_abs())).contains(&number) => Ok(number),
        Ok(number) => Err(format!("the step {number} is out of range, allowed are 1 to {most}")),
        Err(_) if step.is_empty() => Err("a number is missing after `/`".into()),
        Err(_) => Err(format!("`{step}` is no step, allowed are 1 to {most}")),
    }
}

/// The same days as a list, or two ranges where nobody wants to read a list.
fn forwards(field: &Field, texts: [&str; 2], [first, last]: [i8; 2], step: Option<&str>) -> String {
    if step.is_some() {
        return "; write two ranges, with a comma between".into();
    }
    if field.names.is_empty() {
        let range = |from: i8, to: i8| if from == to { from.to_string() } else { format!("{from}-{to}") };
        return format!(": write {},{}", range(first, field.high), range(field.low, last));
    }
    let is_named = texts.iter().any(|text| text.parse::<u8>().is_err());
    // Day 0 of a week is its day 7 as well.
    let values = (first..=field.high).chain(1..=last);
    let shown =
        values.map(|value| if is_named { field.name_of(value).to_owned() } else { value.to_string() });
    format!(": write {}", shown.collect::<Vec<_>>().join(","))
}

fn value(field: &Field, text: &str) -> Result<i8, String> {
    if let Some(index) = field.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        return Ok(index as i8 + 1);
    }
    if text.is_empty() {
        return Err("a value is missing before or after `-`".into());
    }
    let Field { low, high, names, .. } = field;
    if text.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit()) {
        let in_range = text.parse::<i8>().ok().filter(|value| (*low..=*high).contains(value));
        return in_range.ok_or_else(|| format!("{text} is out of range, allowed are {low} to {high}"));
    }
    let allowed = match names {
        [] => format!("allowed are {low} to {high}"),
        [first, .., last] => format!("allowed are {low} to {high} and {first} to {last}"),
        [_] => String::new(),
    };
    Err(foreign(field, text).unwrap_or_else(|| format!("`{text}` is no value, {allowed}")))
}

/// What other dialects of cron know, and long names.
fn foreign(field: &Field, text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let is_day = *field == DAY;
    let long_name = field.names.iter().find(|name| upper.starts_with(**name));
    if upper == "?" {
        return Some("`?` belongs to Quartz: write `*`".into());
    }
    if upper.contains('#') {
        return Some(format!("`{text}` (such a day once a month) is not known: {DAY_WEEK_IN_MONTH}"));
    }
    if let Some(name) = long_name
        && upper.bytes().all(|byte| byte.is_ascii_uppercase())
    {
        return Some(if upper.strip_prefix(name) == Some("L") {
            format!("`{text}` (the last such day of the month) is not known: {DAY_WEEK_IN_MONTH}")
        } else {
            format!("names have three letters: write {name}")
        });
    }
    let rest = upper.trim_matches(|letter: char| letter.is_ascii_digit() || letter == '-');
    match rest {
        "L" if is_day => {
            Some(format!("`{text}` is not known: `L` stands alone, for the last day of the month"))
        }
        "L" if *field == WEEKDAY => {
            Some(format!("`{text}` (the last such day of the month) is not known: {DAY_WEEK_IN_MONTH}"))
        }
        "W" | "LW" | "WL" if is_day => Some(format!(
            "`{text}` (the nearest working day) is not known: use days of the week, such as MON-FRI"
        )),
        "L" | "W" => Some(format!("`{text}` is not known here")),
        _ => None,
    }
}

const DAY_WEEK_IN_MONTH: &str =
    "name the day of the week here, and add the condition io.kestra.plugin.core.condition.DayWeekInMonth";
