//! Addresses as `java.net.URI` reads them: which characters may stand in which part.

use super::short;

/// Whether it is an address that starts with a scheme.
pub fn is_absolute(text: &str) -> bool {
    fault(text).is_none() && scheme(text).is_some_and(|(_, rest)| !rest.is_empty())
}

/// What Java finds wrong with the characters of an address, in its words; a scheme is not asked for.
pub fn fault(text: &str) -> Option<String> {
    let (mut part, mut at, mut text_left) = match scheme(text) {
        Some((name, rest)) => {
            if let Some((wrong, _)) = name.char_indices().find(|(at, sign)| !is_of_scheme(*at, *sign)) {
                return Some(illegal("scheme name", wrong, text));
            }
            let part = if rest.starts_with('/') { "path" } else { "opaque part" };
            (part, name.len() + 1, rest)
        }
        None => ("path", 0, text),
    };
    if part == "path" && text_left.starts_with("//") {
        (part, at, text_left) = ("authority", at + 2, &text_left[2..]);
    }
    let start = at;
    for (offset, sign) in text_left.char_indices() {
        let place = at + offset;
        match (part, sign) {
            ("authority", '/') => part = "path",
            ("authority" | "path", '?') => part = "query",
            ("authority" | "path" | "query" | "opaque part", '#') => part = "fragment",
            (_, '%') if !is_escape(&text_left[offset..]) => {
                return Some(faulty("Malformed escape pair", place, text));
            }
            (_, '%') => {}
            // Java points at the start of an authority, wherever the fault is.
            ("authority", _) if !is_allowed(part, sign) => return Some(illegal(part, start, text)),
            _ if !is_allowed(part, sign) => return Some(illegal(part, place, text)),
            _ => {}
        }
    }
    None
}

/// How to write what was meant.
pub(super) fn help(text: &str) -> String {
    if text.contains(char::is_whitespace) {
        return "it holds a blank: write %20 instead".to_owned();
    }
    if scheme(text).is_some_and(|(_, rest)| !rest.is_empty())
        && let Some(fault) = fault(&short(text))
    {
        return fault;
    }
    format!("start with the scheme: https://{}", short(text.trim_start_matches(['/', ':'])))
}

/// The text before and behind the colon that ends a scheme.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.find([':', '/', '?', '#'])?;
    text.split_at(end).1.strip_prefix(':').map(|rest| (&text[..end], rest)).filter(|_| end > 0)
}

fn is_of_scheme(at: usize, sign: char) -> bool {
    sign.is_ascii_alphabetic() || (at > 0 && (sign.is_ascii_digit() || "+-.".contains(sign)))
}

/// Letters and digits of any language, the marks of RFC 2396, and what has a meaning in the part.
fn is_allowed(part: &str, sign: char) -> bool {
    let own = match part {
        "path" => "/:@&=+$,;",
        "authority" => ":@&=+$,;[]",
        _ => ";/?:@&=+$,[]",
    };
    match sign {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        _ if sign.is_ascii() => "-_.!~*'()".contains(sign) || own.contains(sign),
        _ => !sign.is_control() && !sign.is_whitespace(),
    }
}

fn is_escape(text: &str) -> bool {
    text.as_bytes().get(1..3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn illegal(part: &str, place: usize, text: &str) -> String {
    faulty(&format!("Illegal character in {part}"), place, text)
}

/// The place is told as Java counts it.
fn faulty(what: &str, place: usize, text: &str) -> String {
    format!("{what} at index {}: {}", text[..place].encode_utf16().count(), short(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_a_scheme_are_absolute() {
        for text in [
            "https://example.org/x?y=1#z",
            "mailto:a@b.c",
            "s3://bucket/key",
            "kestra:///a/b.csv",
            "jdbc:h2:mem:x;MODE=PostgreSQL",
            "http://[::1]:8080/%20é",
        ] {
            assert!(is_absolute(text), "{text}: {:?}", fault(text));
        }
        for text in ["example.org", "/path", "http:", ":x", "a b:c", "https://x/{id}", "1a:b"] {
            assert!(!is_absolute(text), "{text}");
        }
    }

    #[test]
    fn faults_are_told_as_java_tells_them() {
        let cases = [
            ("no scheme here", "Illegal character in path at index 2: no scheme here"),
            ("http://a/ü b", "Illegal character in path at index 10: http://a/ü b"),
            ("http://a b/", "Illegal character in authority at index 7: http://a b/"),
            ("http://a/?q=a b", "Illegal character in query at index 13: http://a/?q=a b"),
            ("http://a/#x^", "Illegal character in fragment at index 11: http://a/#x^"),
            ("a:b c", "Illegal character in opaque part at index 3: a:b c"),
            ("h_t:x", "Illegal character in scheme name at index 1: h_t:x"),
            ("http://a/%zz", "Malformed escape pair at index 9: http://a/%zz"),
        ];
        for (text, expected) in cases {
            assert_eq!(fault(text).as_deref(), Some(expected));
        }
    }
}
