//! Functions of texts.

use std::rc::Rc;

use kapelle_core::expression::plain;
use kapelle_core::pattern::Pattern;
use kapelle_model::Value;

use super::{Arguments, BuiltIn, Data, Function, Outcome, flag, function, map, nothing, text};

/// Characters that `$pad` may make.
const LENGTH_MAX: i64 = 1_000_000;

fn simple(mut arguments: Arguments, change: fn(&str) -> String) -> Outcome {
    Ok(arguments.text(0)?.map(|given| Value::Str(change(&given).into())).into())
}

/// The text and another one; nothing if one is missing.
fn two(arguments: &mut Arguments) -> Outcome<Option<(String, String)>> {
    Ok(arguments.text(0)?.zip(arguments.text(1)?))
}

/// The matches of a regular expression as maps with the match, its place and its groups.
pub(super) fn matches(pattern: &Pattern, subject: &str, most: usize) -> Outcome<Vec<Value>> {
    let mut found = Vec::new();
    let mut from = 0;
    while found.len() < most && from <= subject.len() {
        let rest = subject.get(from..).unwrap_or_default();
        let Some(groups) = pattern.first_match(rest).map_err(|failure| failure.to_string())? else { break };
        let Some(whole) = groups.first().cloned().flatten() else { break };
        let group = |range: &Option<std::ops::Range<usize>>| {
            Value::from(range.clone().and_then(|range| rest.get(range)).unwrap_or_default())
        };
        let index = subject.get(..from + whole.start).unwrap_or_default().chars().count();
        found.push(map([
            ("match".into(), group(&groups[0])),
            ("index".into(), Value::Int(index as i64)),
            ("groups".into(), Value::List(groups[1..].iter().map(group).collect::<Vec<_>>().into())),
        ]));
        let step = rest.get(whole.end..).and_then(|after| after.chars().next()).map_or(1, char::len_utf8);
        from += if whole.is_empty() { whole.end + step } else { whole.end };
    }
    Ok(found)
}

fn pattern_of(data: &Data) -> Option<&Pattern> {
    match data {
        Data::Function(function) => match &**function {
            Function::Regex(pattern) => Some(pattern),
            _ => None,
        },
        _ => None,
    }
}

fn position(found: &Value) -> Option<(usize, usize)> {
    let Value::Map(found) = found else { return None };
    match (&found["index"], &found["match"]) {
        (Value::Int(index), Value::Str(whole)) => {
            Some((usize::try_from(*index).ok()?, whole.expose().chars().count()))
        }
        _ => None,
    }
}

fn slice(subject: &str, from: usize, count: usize) -> String {
    subject.chars().skip(from).take(count).collect()
}

pub(super) const FUNCTIONS: &[BuiltIn] = &[
    function("uppercase", 1, 1, |_, arguments| simple(arguments, str::to_uppercase)),
    function("lowercase", 1, 1, |_, arguments| simple(arguments, str::to_lowercase)),
    function("trim", 1, 1, |_, arguments| {
        simple(arguments, |given| given.split_whitespace().collect::<Vec<_>>().join(" "))
    }),
    function("base64encode", 1, 1, |_, arguments| {
        simple(arguments, |given| plain::to_base64(given.as_bytes()))
    }),
    function("base64decode", 1, 1, |_, mut arguments| match arguments.text(0)? {
        None => nothing(),
        Some(given) => {
            let bytes = plain::from_base64(&given)?;
            text(String::from_utf8(bytes).map_err(|_| "what it decodes to is no text".to_owned())?)
        }
    }),
    function("length", 1, 1, |_, mut arguments| {
        Ok(arguments.text(0)?.map(|given| Value::Int(given.chars().count() as i64)).into())
    }),
    function("substring", 2, 3, |_, mut arguments| {
        let (given, start, length) = (arguments.text(0)?, arguments.whole(1)?, arguments.count(2)?);
        let (Some(given), Some(start)) = (given, start) else { return nothing() };
        let count = given.chars().count() as i64;
        let start = if start < 0 { (start + count).max(0) } else { start };
        text(slice(&given, usize::try_from(start).unwrap_or(usize::MAX), length.unwrap_or(usize::MAX)))
    }),
    function("substringBefore", 2, 2, |_, mut arguments| {
        let Some((given, mark)) = two(&mut arguments)? else { return nothing() };
        text(given.split_once(&mark).map_or(given.clone(), |(before, _)| before.to_owned()))
    }),
    function("substringAfter", 2, 2, |_, mut arguments| {
        let Some((given, mark)) = two(&mut arguments)? else { return nothing() };
        text(given.split_once(&mark).map_or(given.clone(), |(_, after)| after.to_owned()))
    }),
    function("pad", 2, 3, |_, mut arguments| {
        let (Some(given), Some(width)) = (arguments.text(0)?, arguments.whole(1)?) else { return nothing() };
        let filling =
            arguments.text(2)?.filter(|filling| !filling.is_empty()).unwrap_or_else(|| " ".to_owned());
        if width.abs() > LENGTH_MAX {
            return Err(format!("the width is larger than {LENGTH_MAX}"));
        }
        let missing = (usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX))
            .saturating_sub(given.chars().count());
        let filling: String = filling.chars().cycle().take(missing).collect();
        text(if width < 0 { filling + &given } else { given + &filling })
    }),
    function("contains", 2, 2, |_, mut arguments| {
        let wanted = arguments.take(1);
        let Some(given) = arguments.text(0)? else { return nothing() };
        match (pattern_of(&wanted), wanted.clone().value()) {
            (Some(pattern), _) => flag(pattern.is_match(&given).map_err(|failure| failure.to_string())?),
            (None, Some(Value::Str(wanted))) => flag(given.contains(wanted.expose())),
            _ => Err("argument 2 has to be a text or a regular expression".to_owned()),
        }
    }),
    function("split", 2, 3, |_, mut arguments| {
        let separator = arguments.take(1);
        let most = arguments.count(2)?.unwrap_or(usize::MAX);
        let Some(given) = arguments.text(0)? else { return nothing() };
        let parts: Vec<String> = match (pattern_of(&separator), separator.clone().value()) {
            (Some(pattern), _) => {
                let mut parts = Vec::new();
                let mut from = 0;
                for (start, length) in matches(pattern, &given, usize::MAX)?.iter().filter_map(position) {
                    parts.push(slice(&given, from, start - from));
                    from = start + length;
                }
                parts.push(slice(&given, from, usize::MAX));
                parts
            }
            (None, Some(Value::Str(separator))) if separator.expose().is_empty() => {
                given.chars().map(String::from).collect()
            }
            (None, Some(Value::Str(separator))) => {
                given.split(separator.expose()).map(str::to_owned).collect()
            }
            _ => return Err("argument 2 has to be a text or a regular expression".to_owned()),
        };
        let parts: Vec<Value> = parts.into_iter().take(most).map(|part| Value::Str(part.into())).collect();
        Ok(Data::One(Value::List(parts.into())))
    }),
    function("join", 1, 2, |_, mut arguments| {
        let separator = arguments.text(1)?.unwrap_or_default();
        let given = arguments.take(0);
        if matches!(given, Data::Nothing) {
            return nothing();
        }
        let parts = given.items().into_iter().map(|part| match part {
            Value::Str(part) => Ok(part.expose().to_owned()),
            _ => Err("only texts can be joined".to_owned()),
        });
        text(parts.collect::<Outcome<Vec<String>>>()?.join(&separator))
    }),
    function("match", 2, 3, |_, mut arguments| {
        let wanted = arguments.take(1);
        let most = arguments.count(2)?.unwrap_or(usize::MAX);
        let Some(given) = arguments.text(0)? else { return nothing() };
        let pattern = pattern_of(&wanted).ok_or("argument 2 has to be a regular expression")?;
        Ok(Data::many(matches(pattern, &given, most)?))
    }),
    function("replace", 3, 4, |evaluation, mut arguments| {
        let (wanted, replacement) = (arguments.take(1), arguments.take(2));
        let most = arguments.count(3)?.unwrap_or(usize::MAX);
        let Some(given) = arguments.text(0)? else { return nothing() };
        let Some(pattern) = pattern_of(&wanted) else {
            let (Some(Value::Str(wanted)), Some(Value::Str(replacement))) =
                (wanted.value(), replacement.value())
            else {
                return Err(
                    "arguments 2 and 3 have to be texts, or a regular expression and a text or function"
                        .to_owned(),
                );
            };
            return text(given.replacen(wanted.expose(), replacement.expose(), most));
        };
        let mut out = String::new();
        let mut from = 0;
        for found in matches(pattern, &given, most)? {
            let Some((start, length)) = position(&found) else { continue };
            out += &slice(&given, from, start - from);
            out += &match &replacement {
                Data::Function(function) => {
                    let given = evaluation.call_back(&Rc::clone(function), vec![Data::One(found)])?;
                    match given.value() {
                        Some(Value::Str(text)) => text.expose().to_owned(),
                        _ => return Err("the function has to give text".to_owned()),
                    }
                }
                data => match data.clone().value() {
                    Some(Value::Str(text)) => filled(text.expose(), &found),
                    _ => return Err("argument 3 has to be text or a function".to_owned()),
                },
            };
            from = start + length;
        }
        text(out + &slice(&given, from, usize::MAX))
    }),
    function("encodeUrlComponent", 1, 1, |_, arguments| simple(arguments, |given| encoded(given, &[MARKS]))),
    function("encodeUrl", 1, 1, |_, arguments| simple(arguments, |given| encoded(given, &[MARKS, RESERVED]))),
    function("decodeUrlComponent", 1, 1, |_, mut arguments| match arguments.text(0)? {
        None => nothing(),
        Some(given) => text(decoded(&given, &[])?),
    }),
    function("decodeUrl", 1, 1, |_, mut arguments| match arguments.text(0)? {
        None => nothing(),
        Some(given) => text(decoded(&given, RESERVED)?),
    }),
];

/// What stands for itself in every part of an address, and what divides it into parts.
const MARKS: &[u8] = b"-_.!~*'()";
const RESERVED: &[u8] = b";/?:@&=+$,#";

fn encoded(given: &str, kept: &[&[u8]]) -> String {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || kept.iter().any(|kept| kept.contains(&byte));
    let part = |byte: u8| if is_kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    given.bytes().map(part).collect()
}

/// The text that was encoded; these bytes stay as they are.
fn decoded(given: &str, kept: &[u8]) -> Outcome<String> {
    let wrong = || format!("`{given}` is no text that was encoded for an address");
    let mut bytes = Vec::with_capacity(given.len());
    let mut parts = given.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).ok_or_else(wrong)?;
        if kept.contains(&byte) {
            bytes.push(b'%');
            bytes.extend(part.bytes());
        } else {
            bytes.push(byte);
            bytes.extend(part.bytes().skip(2));
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// A replacement with `$1` for groups, `$0` for the match, `$$` for the sign itself.
fn filled(replacement: &str, found: &Value) -> String {
    let Value::Map(found) = found else { return String::new() };
    let groups = match &found["groups"] {
        Value::List(groups) => groups.as_slice(),
        _ => &[],
    };
    let text =
        |value: &Value| if let Value::Str(text) = value { text.expose().to_owned() } else { String::new() };
    let mut out = String::new();
    let mut characters = replacement.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek().copied()) {
            ('$', Some('$')) => {
                characters.next();
                out.push('$');
            }
            ('$', Some(digit)) if digit.is_ascii_digit() => {
                let mut number = 0;
                // As many digits as name a group that there is.
                while let Some(digit) = characters.peek().and_then(|digit| digit.to_digit(10)) {
                    let next = number * 10 + digit as usize;
                    if number > 0 && next > groups.len() {
                        break;
                    }
                    number = next;
                    characters.next();
                    if number == 0 {
                        break;
                    }
                }
                match number.checked_sub(1) {
                    None => out += &text(&found["match"]),
                    Some(place) => out += &groups.get(place).map(text).unwrap_or_default(),
                }
            }
            _ => out.push(character),
        }
    }
    out
}
