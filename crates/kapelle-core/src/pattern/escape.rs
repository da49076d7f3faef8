//! What stands behind a backslash.

use super::Fault;
use super::group::{Groups, take_name};
use super::scan::Scan;

/// What an escape inside a class means, as far as ranges need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Character(u32),
    /// A character, but which one only Java's tables know.
    SomeCharacter,
    /// Many characters, such as `\d`.
    Set,
}

/// Reads the escape whose backslash is at `at`.
pub(super) fn outside_class(scan: &mut Scan, at: usize, groups: &Groups) -> Result<(), Fault> {
    match scan.peek().map(|token| token.character) {
        Some('1'..='9' | 'A' | 'B' | 'G' | 'R' | 'X' | 'Z' | 'z') => {
            scan.next();
            Ok(())
        }
        Some('b') => {
            scan.next();
            grapheme_boundary(scan);
            Ok(())
        }
        Some('k') => {
            scan.next();
            if !scan.take('<') {
                return Err(("a reference to a group is written `\\k<name>`".into(), at));
            }
            let name = take_name(scan, at)?;
            if groups.knows(&name) {
                return Ok(());
            }
            Err((format!("there is no group of the name `{name}` before its reference"), at))
        }
        _ => inside_class(scan, at).map(drop),
    }
}

/// `\b{g}` is the border of what looks like one character; other braces behind `\b` are a count.
fn grapheme_boundary(scan: &mut Scan) {
    let place = scan.place();
    if !(scan.take('{') && scan.take('g') && scan.take('}')) {
        scan.go_back(place);
    }
}

/// Reads the escapes that mean characters, which are all that a class knows.
pub(super) fn inside_class(scan: &mut Scan, at: usize) -> Result<Meaning, Fault> {
    let Some(token) = scan.next() else {
        return Err(("nothing follows the backslash; for the character itself write `\\\\`".into(), at));
    };
    let meaning = match token.character {
        'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'V' | 'w' | 'W' => Meaning::Set,
        'p' | 'P' => {
            property(scan, at)?;
            Meaning::Set
        }
        'a' => Meaning::Character(0x07),
        'e' => Meaning::Character(0x1b),
        // All vertical space, but in a range the vertical tab alone.
        'v' => Meaning::Character(0x0b),
        'f' => Meaning::Character(0x0c),
        'n' => Meaning::Character(0x0a),
        'r' => Meaning::Character(0x0d),
        't' => Meaning::Character(0x09),
        '0' => octal(scan, at)?,
        'x' => hexadecimal(scan, at)?,
        'u' => Meaning::Character(unicode(scan, at)?),
        'c' => match scan.next_significant() {
            Some(control) => {
                // Java quotes by backslashes: `\c` takes that one, and leaves the character bare.
                if control.quoted && control.character.is_ascii_punctuation() {
                    scan.unquote_last();
                }
                Meaning::Character(control.character as u32 ^ 64)
            }
            None => return Err(("a character is missing after `\\c`".into(), at)),
        },
        'N' => {
            if !scan.take('{') || !skip_to_brace(scan) {
                return Err(("a character by its name is written `\\N{name}`".into(), at));
            }
            Meaning::SomeCharacter
        }
        letter @ ('A'..='Z' | 'a'..='z' | '1'..='9') => {
            let letter = if letter == 'E' { "E` without `\\Q".to_owned() } else { letter.to_string() };
            return Err((format!("`\\{letter}` has no meaning here; for a backslash write `\\\\`"), at));
        }
        other => Meaning::Character(other as u32),
    };
    Ok(meaning)
}

/// `\pL` or `\p{Lu}`. Which names there are, only Java's tables know.
fn property(scan: &mut Scan, at: usize) -> Result<(), Fault> {
    if !scan.take('{') {
        // The general categories that have one letter.
        return match scan.next_significant().map(|token| token.character) {
            Some('C' | 'L' | 'M' | 'N' | 'P' | 'S' | 'Z') => Ok(()),
            _ => Err((
                "a property is written `\\p{Lu}`, or `\\pL` if its name is one of C, L, M, N, P, S, Z".into(),
                at,
            )),
        };
    }
    let start = scan.place();
    if !skip_to_brace(scan) {
        return Err(("the property is not closed: `}` is missing".into(), at));
    }
    if scan.place() == start + 1 {
        return Err(("the property has no name: write one such as `\\p{Lu}`".into(), at));
    }
    Ok(())
}

fn skip_to_brace(scan: &mut Scan) -> bool {
    while let Some(token) = scan.next() {
        if token.character == '}' {
            return true;
        }
    }
    false
}

/// `\0` and one to three octal digits, up to 377.
fn octal(scan: &mut Scan, at: usize) -> Result<Meaning, Fault> {
    let mut value = None;
    for _ in 0..3 {
        let digit = scan.peek_significant().and_then(|token| token.character.to_digit(8));
        let Some(longer) =
            digit.map(|digit| value.unwrap_or(0) * 8 + digit).filter(|longer| *longer <= 0o377)
        else {
            break;
        };
        scan.next();
        value = Some(longer);
    }
    match value {
        Some(value) => Ok(Meaning::Character(value)),
        None => Err(("octal digits are missing after `\\0`".into(), at)),
    }
}

/// `\xhh` or `\x{h…}`.
fn hexadecimal(scan: &mut Scan, at: usize) -> Result<Meaning, Fault> {
    if scan.take('{') {
        let (value, count) = scan.take_hexadecimal(usize::MAX);
        if count == 0 || value > char::MAX as u32 || !scan.take('}') {
            return Err(("hexadecimal digits up to 10FFFF and `}` are expected after `\\x{`".into(), at));
        }
        return Ok(Meaning::Character(value));
    }
    match scan.take_hexadecimal(2) {
        (value, 2) => Ok(Meaning::Character(value)),
        _ => Err(("two hexadecimal digits are expected after `\\x`".into(), at)),
    }
}

/// `\uhhhh`, or two of them that make one character beyond the first 65536.
fn unicode(scan: &mut Scan, at: usize) -> Result<u32, Fault> {
    let (high, 4) = scan.take_hexadecimal(4) else {
        return Err(("four hexadecimal digits are expected after `\\u`".into(), at));
    };
    if !(0xd800..0xdc00).contains(&high) {
        return Ok(high);
    }
    let place = scan.place();
    if scan.take('\\') && scan.take('u') {
        let (low, count) = scan.take_hexadecimal(4);
        if count == 4 && (0xdc00..0xe000).contains(&low) {
            return Ok(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
        }
    }
    scan.go_back(place);
    Ok(high)
}
