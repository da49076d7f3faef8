//! The address of a request with its query.

use kapelle_model::{Text, Value};

use super::{entries, several};
use crate::expression::builtin::Call;
use crate::expression::builtin::encoding::form_url;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;

/// The URI, to which the parameters of the query are appended; a list is a parameter that comes several times.
pub(super) fn with_query(call: &mut Call<'_, '_>, uri: usize, query: usize) -> Outcome<Text> {
    let text = call.required_text(uri)?.clone();
    check(&text)?;
    let mut out = Output::new(call.run.bytes_left());
    // A fragment is not sent.
    let end = text.expose().find('#').unwrap_or(text.expose().len());
    out.push(&text.slice(0..end).unwrap_or_default());
    let parameters = match call.given(query) {
        None => Vec::new(),
        Some(given) => entries(call, query, given)?,
    };
    for (name, value) in parameters {
        for value in several(&value) {
            match out.expose() {
                so_far if !so_far.contains('?') => out.push_char('?'),
                so_far if so_far.ends_with(['?', '&']) => {}
                _ => out.push_char('&'),
            }
            out.push_str(&form_url::encode(&name));
            out.push_char('=');
            let value = form::java_text(&value, call.run.bytes_left())?;
            out.marked(value.has_secret(), |out| out.push_str(&form_url::encode(value.expose())));
        }
    }
    out.check()?;
    call.run.allocate(out.len())?;
    Ok(out.into_text())
}

fn check(uri: &Text) -> Outcome<()> {
    let text = uri.expose();
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    if !matches!(scheme.as_deref(), Some("http" | "https")) {
        return Err(Error::argument(format!(
            "`http()` takes an address with its scheme, not {}",
            form::describe(&Value::Str(uri.clone()))
        ))
        .help("write `https://…`"));
    }
    if let Some(wrong) = text.chars().find(|character| character.is_whitespace() || character.is_control()) {
        return Err(Error::argument(format!(
            "the address {} has {} in it",
            form::describe(&Value::Str(uri.clone())),
            if wrong == ' ' { "a blank" } else { "a line break or control character" }
        ))
        .help("put parameters into `query`, or use `| urlencode`"));
    }
    Ok(())
}
