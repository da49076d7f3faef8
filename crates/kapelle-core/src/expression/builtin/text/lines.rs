//! Texts of several lines.

use kapelle_model::{Text, Value};

use super::super::super::error::Outcome;
use super::super::super::form;
use super::Call;

pub(super) fn indent(call: &mut Call<'_, '_>) -> Outcome {
    indented(call, false)
}

pub(super) fn nindent(call: &mut Call<'_, '_>) -> Outcome {
    indented(call, true)
}

/// Puts the prefix behind every line break, and before all that a line break with a prefix if `on_new_line`.
fn indented(call: &mut Call<'_, '_>, on_new_line: bool) -> Outcome {
    let input = call.take_input();
    if matches!(input, Value::Null) {
        return Ok(input);
    }
    let given = call.required_integer(0)?;
    let Ok(amount) = usize::try_from(given) else {
        return Err(call.wrong_argument(0, "zero or more", &Value::Int(given)));
    };
    let prefix = call.given_text(1)?.cloned().unwrap_or_else(|| Text::from(" "));
    let text = form::java_text(&input, call.run.bytes_left())?;
    let shown = text.expose();
    let line_break = line_break(shown);
    let count = shown.matches(line_break).count() + usize::from(on_new_line);
    if shown.is_empty() || count == 0 || (amount == 0 && !on_new_line) {
        return Ok(Value::Str(text));
    }
    let width = prefix.expose().len().saturating_mul(amount);
    call.run.allocate(shown.len().saturating_add(width.saturating_add(2).saturating_mul(count)))?;
    // The lines are no longer than the text that was just paid for.
    let start = if width == 0 {
        line_break.to_owned()
    } else {
        line_break.to_owned() + &prefix.expose().repeat(amount)
    };
    let rest = shown.replace(line_break, &start);
    Ok(Value::Str(Text::from(if on_new_line { start + &rest } else { rest })))
}

/// The line break of a text: the first of these kinds that it has.
fn line_break(text: &str) -> &'static str {
    ["\r\n", "\n\r", "\n", "\r"].into_iter().find(|kind| text.contains(kind)).unwrap_or("\n")
}

pub(super) fn nl2br(call: &mut Call<'_, '_>) -> Outcome {
    const BREAK: &str = "<br />";
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let text = call.input_text()?.clone();
    let shown = text.expose();
    let count = shown.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    if count == 0 {
        return Ok(Value::Str(text));
    }
    call.run.allocate(shown.len().saturating_add(count.saturating_mul(BREAK.len())))?;
    let mut result = String::with_capacity(shown.len());
    let mut characters = shown.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                result.push_str(BREAK);
            }
            '\n' => result.push_str(BREAK),
            other => result.push(other),
        }
    }
    Ok(Value::Str(Text::from(result)))
}
