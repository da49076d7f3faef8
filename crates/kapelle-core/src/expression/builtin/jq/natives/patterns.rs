//! Regular expressions.

use std::sync::Arc;

use fancy_regex::{Regex, RegexBuilder};

use super::super::meter::{Fallible, Meter, raised};
use super::super::value::{CELL, Entries, Json};
use super::{Native, native};

pub(super) const ALL: &[Native] =
    &[native("_match", 3, matches), native("_captured", 0, captured), native("_replaced", 2, replaced)];

/// Bytes of a regular expression.
const PATTERN_BYTES_MAX: usize = 10_000;

/// Steps back that one search may take.
const BACKTRACKS_MAX: usize = 20_000;

/// What compiling a regular expression costs, at least.
const COMPILING_BYTES: usize = 10_000;

/// Compiled expressions that a program keeps.
const PATTERNS_MAX: usize = 20;

/// Steps of a search that may have to go back.
const BACKTRACKING_STEPS: u64 = 500;

/// Bytes that a search looks at for one step.
const SEARCHED_BYTES_PER_STEP: usize = 1024;

/// All matches, or whether there is one. The expression may be a list of itself and flags.
fn matches(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let [pattern, flags, only_test] = arguments else { return Ok(Json::Null) };
    let (pattern, flags) = match pattern.as_items() {
        None => (pattern, flags),
        Some([pattern]) => (pattern, flags),
        Some([pattern, flags, ..]) => (pattern, flags),
        Some([]) => return Err(raised("the list of a regular expression and its flags is empty")),
    };
    let Some(text) = input.as_text() else {
        return Err(raised(format!("{} cannot be matched, as it is not a string", input.shown())));
    };
    let Some(pattern) = pattern.as_text() else {
        return Err(raised(format!("{} cannot be matched, as it is not a string", pattern.shown())));
    };
    let flags = match flags {
        Json::Null => "",
        Json::Text(flags) => &**flags,
        other => return Err(raised(format!("{} is not a string", other.shown()))),
    };
    let text: &str = text;
    let compiled = compiled(pattern, flags, text.ends_with('\n'), meter)?;
    let Compiled { regex, is_global, skips_empty, cost, .. } = &*compiled;
    meter.bytes(text.len())?;
    meter.step(*cost)?;
    if only_test.is_true() {
        return Ok(Json::Bool(regex.is_match(text).map_err(|error| failed(pattern, &error))?));
    }
    let mut found = Vec::new();
    let mut offsets = Offsets::new(text);
    let mut at = 0;
    while let Some(captures) = regex.captures_from_pos(text, at).map_err(|error| failed(pattern, &error))? {
        let Some(whole) = captures.get(0) else { break };
        if !(*skips_empty && whole.as_str().is_empty()) {
            let names = regex.capture_names().collect::<Vec<_>>();
            meter.bytes(CELL * 8 * captures.len() + whole.as_str().len())?;
            let mut groups = Vec::new();
            for (index, name) in names.iter().enumerate().skip(1) {
                let group = captures.get(index).map(|group| (group.start(), group.as_str()));
                let mut entries = described(group, &mut offsets);
                entries.insert("name".into(), name.map_or(Json::Null, Json::text));
                groups.push(Json::map(entries)?);
            }
            let mut entries = described(Some((whole.start(), whole.as_str())), &mut offsets);
            entries.insert("captures".into(), Json::list(groups)?);
            found.push(Json::map(entries)?);
        }
        if !*is_global {
            break;
        }
        // After an empty match the search goes on behind the next character. It does not go on at the end.
        at = if whole.end() > whole.start() {
            whole.end()
        } else {
            match text[whole.end()..].chars().next() {
                Some(next) => whole.end() + next.len_utf8(),
                None => break,
            }
        };
        if at >= text.len() {
            break;
        }
        // A search may look at the whole rest of the text, but does it quickly.
        meter.step(*cost + ((text.len() - at) / SEARCHED_BYTES_PER_STEP) as u64)?;
    }
    Json::list(found)
}

/// A regular expression with its flags.
pub(in super::super) struct Compiled {
    pattern: Arc<str>,
    flags: String,
    /// Whether it is for a text that ends with a line break, before which `$` matches as well.
    has_break: bool,
    regex: Regex,
    is_global: bool,
    skips_empty: bool,
    /// Steps of one search.
    cost: u64,
}

/// The expression as it was compiled before, or compiled now.
fn compiled(
    pattern: &Arc<str>,
    flags: &str,
    ends_with_break: bool,
    meter: &mut Meter<'_, '_>,
) -> Fallible<Arc<Compiled>> {
    let has_break = ends_with_break && pattern.contains('$');
    let known = meter
        .patterns
        .iter()
        .find(|known| known.pattern == *pattern && known.flags == flags && known.has_break == has_break);
    if let Some(known) = known {
        return Ok(Arc::clone(known));
    }
    meter.bytes(COMPILING_BYTES + pattern.len() * CELL)?;
    let compiled = Arc::new(compile(pattern, flags, has_break)?);
    if meter.patterns.len() >= PATTERNS_MAX {
        meter.patterns.clear();
    }
    meter.patterns.push(Arc::clone(&compiled));
    Ok(compiled)
}

fn compile(pattern: &Arc<str>, flags: &str, has_break: bool) -> Fallible<Compiled> {
    let (mut is_global, mut skips_empty) = (false, false);
    let mut inline = String::new();
    for flag in flags.chars() {
        match flag {
            'g' => is_global = true,
            'n' => skips_empty = true,
            'i' | 'x' => inline.push(flag),
            // Dots match line breaks.
            'p' => inline.push('s'),
            's' | 'l' => {}
            _ => return Err(raised(format!("{flags} is not a valid modifier string"))),
        }
    }
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(raised(format!("the regular expression has more than {PATTERN_BYTES_MAX} bytes")));
    }
    let whole = if inline.is_empty() { String::new() } else { format!("(?{inline})") };
    let whole = whole + &translated(pattern, has_break);
    let regex = RegexBuilder::new(&whole)
        .backtrack_limit(BACKTRACKS_MAX)
        .delegate_size_limit(1 << 20)
        .delegate_dfa_size_limit(1 << 20)
        .build();
    let regex =
        regex.map_err(|error| raised(format!("{pattern} (at offset 0) is not a valid regex: {error}")))?;
    let is_linear = regex::RegexBuilder::new(&whole).size_limit(1 << 20).build().is_ok();
    let cost = if is_linear { 1 } else { BACKTRACKING_STEPS };
    Ok(Compiled {
        pattern: Arc::clone(pattern),
        flags: flags.to_owned(),
        has_break,
        regex,
        is_global,
        skips_empty,
        cost,
    })
}

/// An expression in the syntax of jq, in that of ours: `$` matches before a line break at the end as well, and `\\h` is the
/// letter.
fn translated(pattern: &str, has_break: bool) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    let mut is_in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(letter @ ('h' | 'H')) => translated.push(letter),
                other => {
                    translated.push('\\');
                    translated.extend(other);
                }
            },
            '$' if has_break && !is_in_class => translated.push_str("(?=\\n?\\z)"),
            _ => {
                is_in_class = if is_in_class { character != ']' } else { character == '[' };
                translated.push(character);
            }
        }
    }
    translated
}

/// The named groups of a match.
fn captured(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let groups = input.as_entries().and_then(|entries| entries.get("captures")).and_then(Json::as_items);
    let groups = groups.unwrap_or_default();
    meter.bytes(groups.len() * CELL)?;
    let mut entries = Entries::new();
    for group in groups.iter().filter_map(Json::as_entries) {
        if let Some(Json::Text(name)) = group.get("name") {
            let text = group.get("string").cloned().unwrap_or(Json::Null);
            entries.insert(Arc::clone(name), text);
        }
    }
    Json::map(entries)
}

/// A text with its matches replaced by the texts of the input, which is a list of as many.
fn replaced(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let [Json::Text(text), Json::List(matches)] = arguments else { return Ok(Json::Null) };
    let mut written = String::new();
    let mut rest = text.chars();
    let mut at = 0;
    meter.bytes(text.len())?;
    for (found, new) in matches.items.iter().zip(input.as_items().unwrap_or_default()) {
        let number = |name: &str| match found.as_entries().and_then(|entries| entries.get(name)) {
            Some(Json::Int(number)) => usize::try_from(*number).unwrap_or_default(),
            _ => 0,
        };
        let (offset, length) = (number("offset"), number("length"));
        written.extend(rest.by_ref().take(offset.saturating_sub(at)));
        match new {
            Json::Null => {}
            Json::Text(new) => {
                meter.bytes(new.len())?;
                written.push_str(new);
            }
            other => {
                let before = Json::text(written).shown();
                return Err(raised(format!("{before} and {} cannot be added", other.shown())));
            }
        }
        // What matched is left out.
        for _ in 0..length {
            rest.next();
        }
        at = offset.saturating_add(length);
    }
    written.push_str(rest.as_str());
    Ok(Json::text(written))
}

fn failed(pattern: &str, error: &fancy_regex::Error) -> super::super::meter::Failure {
    raised(format!("the regular expression {pattern} failed: {error}"))
}

fn described(group: Option<(usize, &str)>, offsets: &mut Offsets<'_>) -> Entries {
    let (offset, length, text) = match group {
        Some((start, text)) => (offsets.of(start), text.chars().count() as i64, Json::text(text)),
        None => (-1, 0, Json::Null),
    };
    [("offset".into(), Json::Int(offset)), ("length".into(), Json::Int(length)), ("string".into(), text)]
        .into_iter()
        .collect()
}

/// Counts characters before bytes, from where it counted last.
struct Offsets<'t> {
    text: &'t str,
    byte: usize,
    characters: i64,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, byte: 0, characters: 0 }
    }

    fn of(&mut self, byte: usize) -> i64 {
        let (from, to) = (self.byte.min(byte), self.byte.max(byte));
        let between = self.text.get(from..to).unwrap_or_default().chars().count() as i64;
        self.characters += if byte >= self.byte { between } else { -between };
        self.byte = byte;
        self.characters
    }
}
