//! Which variables of the environment flows see as `envs`: never all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::keys::{self, Kind};
use super::name;
use super::settings::Reader;

/// What makes a variable secret that is seen under its own name.
const SECRET_WORDS: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSWORD", "WEBHOOK"];

pub(super) fn read(reader: &mut Reader, variables: &BTreeMap<String, String>) -> Map {
    let prefix = reader.text(&keys::ENV_PREFIX).unwrap_or_default();
    if prefix.is_empty() {
        reader.fail(&keys::ENV_PREFIX, None, "is empty: then flows would see the whole environment");
    }
    let patterns = reader.texts(&keys::ENV_NAMES);
    if patterns.iter().any(|pattern| pattern.trim_matches('*').is_empty()) {
        reader.fail(&keys::ENV_NAMES, None, "names the whole environment: flows may see only parts of it");
        return Map::default();
    }
    let seen = variables.iter().filter(|(name, _)| !is_secret_of_ours(name));
    seen.flat_map(|(name, value)| names(name, value, &prefix, &patterns)).collect()
}

/// Under which names a variable is seen.
fn names(name: &str, value: &str, prefix: &str, patterns: &[String]) -> Vec<(Arc<str>, Value)> {
    let mut seen = Vec::new();
    let short = name.strip_prefix(prefix).filter(|short| !prefix.is_empty() && !short.is_empty());
    seen.extend(short.map(|short| (Arc::from(short.to_lowercase()), Value::from(value))));
    if patterns.iter().any(|pattern| fits(name, pattern)) {
        let upper = name.to_uppercase();
        let is_secret = SECRET_WORDS.iter().any(|word| upper.contains(word));
        let value = if is_secret { Value::from(value).into_secret() } else { Value::from(value) };
        seen.push((Arc::from(name.to_lowercase()), value.clone()));
        seen.push((Arc::from(upper), value));
    }
    seen
}

fn fits(name: &str, pattern: &str) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(start), _) => name.starts_with(start),
        (None, Some(end)) => name.ends_with(end),
        (None, None) => name == pattern,
    }
}

/// With `KESTRA_` as the prefix the password of the administrator would be among what flows see.
fn is_secret_of_ours(variable: &str) -> bool {
    variable == super::TEXT_VARIABLE
        || name::of_variable(variable)
            .is_some_and(|(key, _)| key.kind == Kind::Secret || matches!(key.standing, keys::Standing::Idle))
}
