//! How a secret looks where somebody wrote it in another way.

use std::collections::BTreeSet;
use std::fmt::Write;

use kapelle_core::expression::plain;

/// Lines of a secret that are hidden by themselves have at least so many characters.
const LINE_MIN: usize = 8;

/// Other forms than the value itself are looked for from this many bytes on: what is shorter is everywhere.
const DERIVED_MIN: usize = 4;

/// And up to this many; of longer ones the value itself and its lines are hidden.
const DERIVED_MAX: usize = 4 << 10;

/// All that has to be hidden of a secret.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    add_with_forms(secret, &mut forms);
    let trimmed = secret.trim();
    if trimmed.len() >= DERIVED_MIN {
        add_with_forms(trimmed, &mut forms);
    }
    if secret.contains(['\n', '\r']) {
        let lines = secret.split(['\n', '\r']).map(str::trim);
        lines
            .filter(|line| line.chars().count() >= LINE_MIN)
            .for_each(|line| add_with_forms(line, &mut forms));
    }
    forms
}

fn add_with_forms(secret: &str, forms: &mut BTreeSet<String>) {
    if secret.is_empty() {
        return;
    }
    forms.insert(secret.to_owned());
    if (DERIVED_MIN..=DERIVED_MAX).contains(&secret.len()) {
        forms.extend(base64(secret.as_bytes()));
        forms.extend(hex(secret.as_bytes()));
        forms.extend(url(secret));
        forms.extend(json(secret));
        forms.extend(shell(secret));
        forms.extend(xml(secret));
    }
}

/// What of its base64 does not depend on what stands beside it, for each of the three places in which it may begin; also
/// with its end, where nothing follows.
fn base64(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for shift in 0..3usize {
        let whole = plain::to_base64(&[&[0; 2][..shift], bytes].concat());
        // The first digits hold bits of what stands before, the last ones bits of what follows.
        let first = (8 * shift).div_ceil(6);
        let last = 8 * (shift + bytes.len()) / 6;
        for part in [&whole[first..last], &whole[first..]] {
            found.push(part.replace('+', "-").replace('/', "_"));
            found.push(part.trim_end_matches('=').to_owned());
            found.push(part.to_owned());
        }
    }
    found
}

fn hex(bytes: &[u8]) -> [String; 2] {
    let lower = bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    });
    let upper = lower.to_uppercase();
    [lower, upper]
}

/// Percent encodings: with everything encoded that may be, as browsers do it, and as forms do it.
fn url(secret: &str) -> Vec<String> {
    let encoded = |kept: &[u8], blank: &str| {
        let mut text = String::new();
        for byte in secret.bytes() {
            match byte {
                b' ' => text.push_str(blank),
                _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => text.push(char::from(byte)),
                _ => {
                    let _infallible = write!(text, "%{byte:02X}");
                }
            }
        }
        text
    };
    let forms = [
        encoded(b"-._~", "%20"),
        encoded(b"-._~!'()*", "%20"),
        encoded(b"-._*", "+"),
        encoded(b"-._~!$&'()*+,;=:@/", "%20"),
    ];
    forms.iter().flat_map(|form| [form.clone(), lower_escapes(form)]).collect()
}

/// The same with the digits after each `%` in small letters.
fn lower_escapes(text: &str) -> String {
    let mut digits = 0;
    let lowered = text.chars().map(|character| {
        if character == '%' {
            digits = 2;
            return character;
        }
        let is_digit = digits > 0;
        digits -= usize::from(is_digit);
        if is_digit { character.to_ascii_lowercase() } else { character }
    });
    lowered.collect()
}

/// Inside a JSON text: as we write it, with slashes escaped, as ASCII, safe for pages, and inside JSON in JSON.
fn json(secret: &str) -> Vec<String> {
    let once = in_json(secret, |_| false);
    let ascii = in_json(secret, |character| !character.is_ascii());
    let page = in_json(secret, |character| !character.is_ascii() || "<>&'=".contains(character));
    let twice = in_json(&once, |_| false);
    let slashes = once.replace('/', "\\/");
    let upper = ascii_upper_escapes(&ascii);
    vec![once, ascii, page, twice, slashes, upper]
}

fn in_json(text: &str, escaped: impl Fn(char) -> bool) -> String {
    let mut json = String::new();
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            _ if character < ' ' || escaped(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _infallible = write!(json, "\\u{unit:04x}");
                }
            }
            _ => json.push(character),
        }
    }
    json
}

fn ascii_upper_escapes(json: &str) -> String {
    let mut parts = json.split("\\u");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(4).unwrap_or((part, ""));
        let _infallible = write!(text, "\\u{}{rest}", digits.to_uppercase());
    }
    text
}

/// Between single quotes in both ways of writing one, between double quotes, with backslashes, and in `$'…'`.
fn shell(secret: &str) -> Vec<String> {
    let with_backslashes = |special: &dyn Fn(char) -> bool| {
        secret.chars().fold(String::new(), |mut text, character| {
            text.extend(special(character).then_some('\\'));
            text.push(character);
            text
        })
    };
    let is_plain = |character: char| character.is_alphanumeric() || "_-./:=@%+,".contains(character);
    let dollar = secret.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t");
    vec![
        secret.replace('\'', r"'\''"),
        secret.replace('\'', r#"'"'"'"#),
        with_backslashes(&|character| "\"\\$`".contains(character)),
        with_backslashes(&|character| "\"\\$`!".contains(character)),
        with_backslashes(&|character| !is_plain(character)),
        dollar,
    ]
}

/// As text and as an attribute, with the names and numbers that are in use for the quotes.
fn xml(secret: &str) -> Vec<String> {
    let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut forms = vec![text.clone(), secret.replace('&', "&amp;").replace('<', "&lt;")];
    for double in ["&quot;", "&#34;", "&#x22;"] {
        let half = text.replace('"', double);
        forms.push(half.clone());
        for single in ["&apos;", "&#39;", "&#x27;", "&#039;"] {
            forms.push(half.replace('\'', single));
        }
    }
    forms
}
