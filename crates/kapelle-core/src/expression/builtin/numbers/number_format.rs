//! The filter `numberFormat`: numbers in the patterns of Java's `DecimalFormat`.

mod pattern;
mod write;

use kapelle_model::Value;

use super::digits::{Decimal, Number};
use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use pattern::Pattern;

/// What the locale writes without a pattern.
const DEFAULT_PATTERN: &str = "#,##0.###";

/// Bytes of a pattern; each can become a digit or so.
const PATTERN_BYTES_MAX: usize = 10_000;

pub(super) fn filter(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let written = call.given_text(0)?.map_or(DEFAULT_PATTERN, |text| text.expose());
    let pattern = if written.len() > PATTERN_BYTES_MAX {
        Err("it is too long".to_owned())
    } else {
        Pattern::parse(written)
    };
    let pattern = pattern.map_err(|reason| {
        Error::argument(format!("\"{}\" is no pattern for numbers: {reason}", form::short(written)))
            .help("`0` is a digit, `#` an optional one, `,` groups, `.` starts the fraction; quote other text with '")
    })?;
    let Some(number) = Decimal::of(&call.input, pattern.multiplier)? else {
        return Err(call
            .wrong_input("a number", &call.input)
            .help("turn texts into numbers with the filter `number`"));
    };
    let text = match number {
        Number::Undefined => "NaN".to_owned(),
        Number::Infinite { is_negative } => pattern.framed("∞", is_negative),
        Number::Finite(number) => write::write(&pattern, number),
    };
    call.run.allocate(text.len())?;
    Ok(Value::from(text.as_str()))
}
