//! The expression around the cursor: which name, filter or argument is being written.

use std::ops::Range;

/// Bytes before the cursor in which an expression has to begin.
const LENGTH_MAX: usize = 10_000;

/// What is being written. Ranges are bytes of the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted<'t> {
    /// A name, below a path of others; a path that is empty stands for the names that expressions know. `None` in the path
    /// is a part that only the run decides about.
    Name {
        path: Vec<Option<&'t str>>,
        word: &'t str,
        range: Range<usize>,
        /// The name stands between quotes in brackets already.
        is_quoted: bool,
    },
    Filter {
        word: &'t str,
        range: Range<usize>,
    },
    Test {
        word: &'t str,
        range: Range<usize>,
    },
    Tag {
        word: &'t str,
        range: Range<usize>,
    },
    /// A text that a function is given.
    Argument {
        function: &'t str,
        word: &'t str,
        range: Range<usize>,
    },
    Nothing,
}

/// What is being written at `at`, if that is in an expression that begins behind `from`.
pub(super) fn wanted(text: &str, from: usize, at: usize) -> Option<Wanted<'_>> {
    let from = text.ceil_char_boundary(from.max(at.saturating_sub(LENGTH_MAX)));
    let before = text.get(from..at)?;
    let opening = before.rfind("{{").max(before.rfind("{%"))?;
    let inner = &before[opening + 2..];
    if inner.contains("}}") || inner.contains("%}") {
        return None;
    }
    let is_tag = before[opening..].starts_with("{%");
    let start = from + opening + 2 + usize::from(inner.starts_with('-'));
    let inside = text.get(start..at)?;
    Some(match open_quote(inside) {
        Some(quote) => quoted(text, start, quote, at),
        None => bare(text, inside, at, is_tag),
    })
}

/// Where the text begins that is not closed yet: the place of its quote.
fn open_quote(inside: &str) -> Option<usize> {
    let mut open: Option<(usize, char)> = None;
    let mut is_escaped = false;
    for (at, character) in inside.char_indices() {
        match open {
            _ if is_escaped => is_escaped = false,
            Some(_) if character == '\\' => is_escaped = true,
            Some((_, quote)) if quote == character => open = None,
            None if matches!(character, '\'' | '"') => open = Some((at, character)),
            _ => {}
        }
    }
    open.map(|(at, _)| at)
}

fn quoted(text: &str, start: usize, quote: usize, at: usize) -> Wanted<'_> {
    let inside = &text[start..at];
    let word = &inside[quote + 1..];
    let begin = start + quote + 1;
    let range = begin..at + name_length(&text[at..], true);
    let before = inside[..quote].trim_end();
    if let Some(before) = before.strip_suffix('[') {
        return match path_before(before) {
            Some(path) => Wanted::Name { path, word, range, is_quoted: true },
            None => Wanted::Nothing,
        };
    }
    let before = before.rsplit_once('=').map_or(before, |(before, _)| before.trim_end_matches(is_word));
    let Some(before) = before.trim_end().strip_suffix('(') else { return Wanted::Nothing };
    Wanted::Argument { function: last_word(before), word, range }
}

fn bare<'t>(text: &'t str, inside: &'t str, at: usize, is_tag: bool) -> Wanted<'t> {
    let rest = name_length(&text[at..], false);
    let dashed = &inside[inside.trim_end_matches(|character| is_word(character) || character == '-').len()..];
    if let Some(before) = inside[..inside.len() - dashed.len()].strip_suffix('.') {
        let range = at - dashed.len()..at + rest;
        return match path_before(before) {
            Some(path) => Wanted::Name { path, word: dashed, range, is_quoted: false },
            None => Wanted::Nothing,
        };
    }
    let word = last_word(inside);
    let range = at - word.len()..at + rest;
    let before = inside[..inside.len() - word.len()].trim_end();
    if is_tag && before.is_empty() {
        return Wanted::Tag { word, range };
    }
    if before.ends_with('|') {
        return Wanted::Filter { word, range };
    }
    let previous = last_word(before);
    let is_test =
        previous == "is" || previous == "not" && last_word(before[..before.len() - 3].trim_end()) == "is";
    if is_test {
        return Wanted::Test { word, range };
    }
    if word.starts_with(|first: char| first.is_ascii_digit()) || before.ends_with('.') {
        return Wanted::Nothing;
    }
    Wanted::Name { path: Vec::new(), word, range, is_quoted: false }
}

/// The path that a text ends with: `outputs.first['value']` as three names.
fn path_before(mut text: &str) -> Option<Vec<Option<&str>>> {
    let mut path = Vec::new();
    loop {
        if let Some(inner) = text.strip_suffix(']') {
            let open = inner.rfind('[')?;
            let part = inner[open + 1..].trim();
            let name = part.strip_prefix(['\'', '"']).and_then(|part| part.strip_suffix(['\'', '"']));
            path.push(name);
            text = &inner[..open];
            continue;
        }
        let name = last_word(text);
        if name.is_empty() {
            return None;
        }
        path.push(Some(name));
        match text[..text.len() - name.len()].strip_suffix('.') {
            Some(before) => text = before,
            None => break,
        }
    }
    path.reverse();
    Some(path)
}

/// Whether a text is a name that may stand behind a dot.
pub(super) fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_word) && !name.starts_with(|first: char| first.is_ascii_digit())
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn last_word(text: &str) -> &str {
    &text[text.trim_end_matches(is_word).len()..]
}

/// How long the rest of a name behind the cursor is.
fn name_length(text: &str, is_quoted: bool) -> usize {
    let is_part = |character: char| is_word(character) || is_quoted && matches!(character, '-' | '.');
    text.find(|character| !is_part(character)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wanted at the bar.
    fn at(marked: &str) -> String {
        let at = marked.find('¦').unwrap();
        let text = marked.replace('¦', "");
        match wanted(&text, 0, at) {
            None => "no expression".to_owned(),
            Some(Wanted::Name { path, word, range, .. }) => {
                let path: Vec<&str> = path.into_iter().map(|name| name.unwrap_or("?")).collect();
                format!("name {} + {word} instead of {}", path.join("/"), &text[range])
            }
            Some(Wanted::Filter { word, .. }) => format!("filter {word}"),
            Some(Wanted::Test { word, .. }) => format!("test {word}"),
            Some(Wanted::Tag { word, .. }) => format!("tag {word}"),
            Some(Wanted::Argument { function, word, .. }) => format!("argument {word} of {function}"),
            Some(Wanted::Nothing) => "nothing".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_told_by_what_stands_before_it() {
        for (marked, wanted) in [
            ("a {{ in¦puts }}", "name  + in instead of inputs"),
            ("a {{ ¦ }}", "name  +  instead of "),
            ("{{ inputs.¦", "name inputs +  instead of "),
            ("{{ 5-b['c d'].v¦alue }}", "name b/c d + v instead of value"),
            ("{{ outputs['a-b'].v¦alue }}", "name outputs/a-b + v instead of value"),
            ("{{ outputs.a[taskrun.value].¦ }}", "name outputs/a/? +  instead of "),
            ("{{ outputs['a-¦b'] }}", "name outputs + a- instead of a-b"),
            ("{{ inputs.my-f¦ }}", "name inputs + my-f instead of my-f"),
            ("{{ x | up¦ }}", "filter up"),
            ("{{ x |¦ }}", "filter "),
            ("{{ x is ¦ }}", "test "),
            ("{{ x is not de¦ }}", "test de"),
            ("{% i¦", "tag i"),
            ("{% if inputs.¦", "name inputs +  instead of "),
            ("{{ secret('A¦') }}", "argument A of secret"),
            ("{{ kv(key='A¦') }}", "argument A of kv"),
            ("{{ 'a {¦' }}", "nothing"),
            ("{{ a }} b ¦", "no expression"),
            ("{{ 1.¦ }}", "name 1 +  instead of "),
            ("a¦", "no expression"),
        ] {
            assert_eq!(at(marked), wanted, "{marked}");
        }
    }
}
