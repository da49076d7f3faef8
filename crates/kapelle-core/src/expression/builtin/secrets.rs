//! Secrets.
//!
//! What comes out is marked secret, however much of it is asked for. No error shows any of it.

use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

use super::origin::{check_namespace, own_namespace};
use super::{Builtin, Call, json::read_json, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;
use crate::expression::services::Secret;

pub(super) const BUILTINS: &[Builtin] = &[Builtin::function(
    "secret",
    "A secret of the namespace; one member of it if it is JSON (`subkey`), or a map of its value and what \
              else is known about it (`full`).",
    secret,
)
.takes(&[
    required("key"),
    optional("namespace", "null"),
    optional("subkey", "null"),
    optional("full", "false"),
])
.shown("{{ secret('DB', subkey='password') }}")];

/// What stands for a secret where expressions are looked at.
const STARS: &str = "******";

fn secret(call: &mut Call<'_, '_>) -> Outcome {
    let key = call.required_text(0)?.clone();
    let namespace = call.given_text(1)?.cloned();
    let subkey = call.given_text(2)?.cloned();
    let is_full = match call.given(3) {
        None => false,
        Some(Value::Bool(is_full)) => *is_full,
        Some(other) => return Err(call.wrong_argument(3, "a boolean", other)),
    };
    if is_full && subkey.is_some() {
        return Err(Error::argument("`secret()` takes either 'subkey' or 'full', not both")
            .help("with `full=true` the whole secret is in `.value`; read it with `fromJson`"));
    }
    let namespace = match &namespace {
        Some(namespace) => {
            check_namespace(call, namespace.expose())?;
            namespace.expose()
        }
        None => own_namespace(call)?,
    };
    let found = call.run.services().secret(namespace, key.expose())?.ok_or_else(|| {
        Error::not_found(format!("Cannot find secret for key '{}'.", key.expose()))
            .help(format!("it is looked for in the namespace `{namespace}` and its parents"))
    })?;
    let hides = call.run.settings().hide_secrets;
    if is_full {
        return Ok(Value::Map(Arc::new(full(&found, hides))));
    }
    let value = match &subkey {
        Some(subkey) => member(call, &found, key.expose(), subkey.expose())?,
        None => Value::Str(found.value),
    };
    Ok(marked(value, hides))
}

fn marked(value: Value, hides: bool) -> Value {
    if hides { Value::from(STARS) } else { value.into_secret() }
}

fn full(found: &Secret, hides: bool) -> Map {
    let mut map = Map::new();
    map.insert("value".into(), marked(Value::Str(found.value.clone()), hides));
    if let Some(metadata) = &found.metadata {
        let entries = metadata.iter().map(|(key, value)| (Arc::clone(key), marked(value.clone(), hides)));
        map.insert("metadata".into(), Value::Map(Arc::new(entries.collect())));
    }
    map
}

/// A member of a JSON secret: scalars as text, others as JSON.
fn member(call: &mut Call<'_, '_>, found: &Secret, key: &str, subkey: &str) -> Outcome {
    // Why it is not JSON would show a piece of it.
    let members = read_json(call, found.value.expose()).map_err(|_| {
        Error::invalid(format!("Failed to read secret sub-key '{subkey}' from secret '{key}'."))
            .help("Ensure the secret contains valid JSON value.")
    })?;
    let value = match &members {
        Value::Map(map) => map.get(subkey),
        _ => None,
    };
    let value = value.ok_or_else(|| {
        Error::not_found(format!("Cannot find secret sub-key '{subkey}' in secret '{key}'."))
            .help("the secret is JSON, but has no such member")
    })?;
    let mut out = Output::new(call.run.bytes_left());
    match value {
        Value::List(_) | Value::Map(_) => form::json(value, &call.run.settings().zone, &mut out),
        _ => form::java(value, &mut out),
    }
    out.check()?;
    Ok(Value::Str(Text::from(out.into_string())))
}

#[cfg(test)]
mod tests;
