//! Quotes that lose their meaning.

use kapelle_model::{Text, Value};

use super::super::super::error::Outcome;
use super::Call;
use super::deep::each_leaf;

pub(super) fn escape_char(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if matches!(input, Value::Null) {
        return Ok(input);
    }
    let given = call.required_text(0)?;
    let (quote, escaped) = match given.expose().to_ascii_lowercase().as_str() {
        "single" => ('\'', r"\'"),
        "double" => ('"', "\\\""),
        "shell" => ('\'', r"'\''"),
        _ => {
            let given = Value::Str(given.clone());
            return Err(call.wrong_argument(0, "`single`, `double` or `shell`", &given));
        }
    };
    each_leaf(&input, call.run, &mut |text, run| {
        let count = text.expose().matches(quote).count();
        if count == 0 {
            return Ok(text);
        }
        run.allocate(text.expose().len().saturating_add(count.saturating_mul(escaped.len())))?;
        Ok(Text::from(text.expose().replace(quote, escaped)))
    })
}
