//! Letters as small or as capitals.

use kapelle_model::{Text, Value};

use super::super::super::error::Outcome;
use super::super::super::form;
use super::Call;

pub(super) fn lower(call: &mut Call<'_, '_>) -> Outcome {
    convert(call, |text| text.bytes().any(|byte| byte.is_ascii_uppercase()), str::to_lowercase)
}

pub(super) fn upper(call: &mut Call<'_, '_>) -> Outcome {
    convert(call, |text| text.bytes().any(|byte| byte.is_ascii_lowercase()), str::to_uppercase)
}

/// Converts the Java text of anything, unless it is of ASCII and nothing would change.
fn convert(call: &mut Call<'_, '_>, changes: fn(&str) -> bool, convert: fn(&str) -> String) -> Outcome {
    let input = call.take_input();
    if matches!(input, Value::Null) {
        return Ok(input);
    }
    let text = form::java_text(&input, call.run.bytes_left())?;
    let shown = text.expose();
    if shown.is_ascii() && !changes(shown) {
        return Ok(Value::Str(text));
    }
    Ok(Value::Str(convert(shown).into()))
}

pub(super) fn capitalize(call: &mut Call<'_, '_>) -> Outcome {
    words(call, false)
}

pub(super) fn title(call: &mut Call<'_, '_>) -> Outcome {
    words(call, true)
}

/// Makes the first character of the first word a capital, or that of every word.
fn words(call: &mut Call<'_, '_>, every: bool) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let text = call.input_text()?.expose();
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    let mut is_start = true;
    for character in characters.by_ref() {
        let blank = is_blank(character);
        result.push(if is_start && !blank { title_case(character) } else { character });
        if !blank && !every {
            break;
        }
        is_start = blank;
    }
    result.push_str(characters.as_str());
    Ok(Value::Str(Text::from(result)))
}

/// What Java takes for white space: no-break spaces are none.
fn is_blank(character: char) -> bool {
    match character {
        '\u{1c}'..='\u{1f}' => true,
        '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}' => false,
        other => other.is_whitespace(),
    }
}

/// Java's `Character.toTitleCase(char)`: one character for one, of those that fit into 16 bits.
fn title_case(character: char) -> char {
    match character {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian has capitals, but they start no word.
        '\u{10d0}'..='\u{10ff}' | '\u{1_0000}'.. => character,
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(character as u32 + 8).unwrap_or(character)
        }
        'ᾳ' => 'ᾼ',
        'ῃ' => 'ῌ',
        'ῳ' => 'ῼ',
        _ => {
            let mut upper = character.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(single), None) => single,
                _ => character,
            }
        }
    }
}
