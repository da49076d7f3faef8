//! The key-value store.

use kapelle_model::Value;

use super::origin::{check_namespace, own_namespace, with_parents};
use super::{Builtin, Call, optional, required};
use crate::expression::error::{Category, Error, Outcome};

pub(super) const BUILTINS: &[Builtin] = &[Builtin::function(
    "kv",
    "The value of a key in the key-value store of the namespace or of its nearest parent that has it; with \
              a namespace, of exactly that one.",
    kv,
)
.takes(&[required("key"), optional("namespace", "null"), optional("errorOnMissing", "true")])
.shown("{{ kv('last_run', errorOnMissing=false) ?? 'never' }}")];

fn kv(call: &mut Call<'_, '_>) -> Outcome {
    let key = call.required_text(0)?.clone();
    let key = key.expose();
    let namespace = call.given_text(1)?.cloned();
    let fails = match call.given(2) {
        None => true,
        Some(Value::Bool(fails)) => *fails,
        Some(other) => return Err(call.wrong_argument(2, "a boolean", other)),
    };
    let services = call.run.services();
    let (asked, found) = if let Some(namespace) = &namespace {
        check_namespace(call, namespace.expose())?;
        (namespace.expose(), services.kv(namespace.expose(), key))
    } else {
        let own = own_namespace(call)?;
        (own, inherited(call, own, key))
    };
    match found {
        Ok(Some(value)) => Ok(value),
        Ok(None) if fails => {
            Err(Error::not_found(format!("The key '{key}' does not exist in the namespace '{asked}'."))
                .help("set the key, or do without it: `kv('…', errorOnMissing=false) ?? 'default'`"))
        }
        Ok(None) => Ok(Value::Null),
        // The store tells an expired value from one that never was.
        Err(error) if error.category == Category::NotFound && !fails => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

fn inherited(call: &mut Call<'_, '_>, own: &str, key: &str) -> Outcome<Option<Value>> {
    for namespace in with_parents(own) {
        call.run.step(1)?;
        if let Some(value) = call.run.services().kv(namespace, key)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
