//! What stands in for a property that a flow leaves out, such as the key of a service that everybody calls by one name.

use kapelle_model::{Failure, Value};

use crate::context::RunContext;

/// A secret, a key or a variable of the environment of one of these names.
pub fn standing_in(cx: &RunContext, names: &[impl AsRef<str>]) -> Option<Value> {
    let namespace = &*cx.place.namespace;
    for name in names.iter().map(AsRef::as_ref) {
        // Somebody who keeps no secrets says so by an error; the other places may still have it.
        if let Ok(Some(secret)) = cx.services.secret(namespace, name) {
            return Some(Value::Str(secret.value));
        }
        if let Ok(Some(value)) = cx.services.kv(namespace, name) {
            return Some(value.into_secret());
        }
        if let Some(Value::Map(envs)) = cx.variables.get("envs")
            && let Some(value) = envs.get(name).or_else(|| envs.get(&*name.to_ascii_lowercase()))
        {
            return Some(value.clone());
        }
    }
    None
}

/// That a property is missing, and where it may be instead.
pub fn missing(property: &str, names: &[impl AsRef<str>]) -> Failure {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let names = names.join("` or `");
    Failure::new(format!(
        "the property `{property}` is missing: write it, or keep it as a secret, a key or a variable of the environment named `{names}`"
    ))
}
