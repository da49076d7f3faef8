//! What the escapes of JSON, jq, Ion and YAML have in common.

use super::output::Output;

/// Writes a text in quotes as Ion and YAML do, with the escapes that only one of them has.
pub(super) fn quoted(text: &str, quote: char, own: fn(char) -> Option<&'static str>, out: &mut Output) {
    out.push_char(quote);
    for character in text.chars() {
        match own(character).or_else(|| with_letter(character)) {
            Some(escaped) => out.push_str(escaped),
            None if character == quote => {
                out.push_char('\\');
                out.push_char(quote);
            }
            None if character.is_control() => out.push_str(&format!("\\x{:02x}", character as u32)),
            None => out.push_char(character),
        }
    }
    out.push_char(quote);
}

const fn with_letter(character: char) -> Option<&'static str> {
    Some(match character {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\\' => "\\\\",
        _ => return None,
    })
}

/// The character of an escape `\uXXXX` that was read, and how many bytes of what follows belong to it: those of an escape
/// with the other half of a character beyond the first 65536. A lone half has no place in our texts.
pub(super) fn of_unit(unit: u32, rest: &str) -> (char, usize) {
    let escape = rest.get(..6).filter(|_| (0xd800..0xdc00).contains(&unit));
    let digits = escape.and_then(|escape| escape.strip_prefix("\\u"));
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let low = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let (code, more) = match low {
        Some(low @ 0xdc00..0xe000) => (0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 6),
        _ => (unit, 0),
    };
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_are_one_character() {
        assert_eq!(of_unit(0xd83d, "\\ude00."), ('😀', 6));
        assert_eq!(of_unit(0xd83d, "\\uDE00"), ('😀', 6));
        for rest in ["", "\\ude0", "\\u+e00", "\\u0041", "\\ud83d", "\\xde00", "éééé"] {
            assert_eq!(of_unit(0xd83d, rest), ('\u{fffd}', 0), "{rest}");
        }
        assert_eq!(of_unit(0xde00, "\\ude00"), ('\u{fffd}', 0));
        assert_eq!(of_unit(0x41, "\\ude00"), ('A', 0));
    }
}
