//! CSV: rows of fields between separators.

pub(crate) mod csv_to_ion;
pub(crate) mod ion_to_csv;
mod reader;
#[cfg(test)]
mod tests;

use kapelle_model::Failure;
use kapelle_plugin::{Expr, RunContext};

/// A property that is one character.
fn character(
    cx: &RunContext,
    property: Option<&Expr<String>>,
    name: &str,
    usual: char,
) -> Result<char, Failure> {
    let Some(text) = cx.optional(property)? else { return Ok(usual) };
    let mut characters = text.chars();
    match (text.as_str(), characters.next(), characters.next()) {
        ("\\t", ..) => Ok('\t'),
        (_, Some(only), None) if !matches!(only, '\n' | '\r') => Ok(only),
        _ => Err(Failure::new(format!("`{name}` has to be one character, not {text:?}; a tab is \"\\t\""))),
    }
}
