//! Cuts HTML into tags and texts. It takes what browsers take, and never fails.

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    /// In small letters, with its attributes.
    Open {
        name: String,
        attributes: Vec<(String, String)>,
    },
    Close(String),
}

/// Elements whose content is no text for people.
const HIDDEN: &[&str] = &["script", "style", "head", "noscript", "template"];

pub(super) fn pieces(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let Some(start) = next_tag(rest) else {
            pieces.push(Piece::Text(unescaped(rest)));
            break;
        };
        if start > 0 {
            pieces.push(Piece::Text(unescaped(&rest[..start])));
        }
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let end = end_of_tag(rest);
        let tag = &rest[1..end.saturating_sub(1).max(1)];
        rest = &rest[end..];
        let (is_close, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name_end = tag.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..name_end].to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        if is_close {
            pieces.push(Piece::Close(name));
            continue;
        }
        if HIDDEN.contains(&name.as_str()) {
            rest = after_close(rest, &name);
            continue;
        }
        pieces.push(Piece::Open { name, attributes: attributes(&tag[name_end..]) });
    }
    pieces
}

fn next_tag(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find('<').map(|at| at + from) {
        if text[at + 1..]
            .starts_with(|sign: char| sign.is_ascii_alphabetic() || matches!(sign, '/' | '!' | '?'))
        {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Where a tag ends; a `>` in quotes is none.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, sign) in text.char_indices() {
        match (sign, quote) {
            ('"' | '\'', None) => quote = Some(sign),
            (_, Some(open)) if sign == open => quote = None,
            ('>', None) => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn after_close<'t>(text: &'t str, name: &str) -> &'t str {
    let lower = text.to_ascii_lowercase();
    let Some(start) = lower.find(&format!("</{name}")) else { return "" };
    &text[start + end_of_tag(&text[start..])..]
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '/');
    while !rest.is_empty() {
        let end =
            rest.find(|sign: char| sign.is_whitespace() || matches!(sign, '=' | '/')).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let (text, left) = match after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = unescaped(text);
            rest = left;
        }
        if !name.is_empty() {
            found.push((name, value));
        }
        rest = rest.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '/');
    }
    found
}

/// Signs that are written by name or number.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 12);
        let name = end.map(|end| &rest[1..end]);
        if let Some(sign) = name.and_then(named) {
            out.push(sign);
            rest = &rest[end.unwrap_or(0) + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "laquo" => '«',
        "raquo" => '»',
        "bull" => '•',
        "middot" => '·',
        "euro" => '€',
        "pound" => '£',
        "deg" => '°',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "times" => '×',
        "rarr" => '→',
        "larr" => '←',
        _ => return None,
    })
}
