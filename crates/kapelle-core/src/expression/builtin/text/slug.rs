//! Texts as parts of addresses.

use kapelle_model::{Text, Value};
use unicode_normalization::UnicodeNormalization;

use super::super::super::error::Outcome;
use super::super::super::form;
use super::Call;

pub(super) fn slugify(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if matches!(input, Value::Null) {
        return Ok(input);
    }
    let text = form::java_text(&input, call.run.bytes_left())?;
    Ok(Value::Str(Text::from(slug(text.expose()))))
}

/// Blanks and underscores become dashes, accents are dropped with everything that is no letter or digit of ASCII, and
/// dashes stand alone and inside only.
pub(in crate::expression) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.nfd() {
        match character {
            ' ' | '\t'..='\r' | '_' | '-' => {
                // Not at the start, and not twice.
                slug.push_str(if slug.is_empty() || slug.ends_with('-') { "" } else { "-" });
            }
            other if other.is_ascii_alphanumeric() => slug.push(other.to_ascii_lowercase()),
            _ => {}
        }
    }
    if slug.ends_with('-') {
        slug.pop();
    }
    slug
}
