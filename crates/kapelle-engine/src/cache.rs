//! Under which key the outputs of a task are kept, so that the same work is not done twice.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{Outcome, plain};
use kapelle_model::{Map, Value};
use sha2::{Digest, Sha256};

use crate::plan::Task;

/// Properties that change nothing about what a task gives.
const VOLATILE: &[&str] = &["logLevel", "logToFile", "taskCache", "workerGroup"];

/// Bytes that the properties of a task may have as text.
const TEXT_BYTES_MAX: usize = 16 << 20;

/// The key of a task's outputs: its rendered properties and the value of the loop it stands in. None if it keeps none.
pub fn key(task: &Task, value: Option<&str>, environment: Environment<'_>) -> Outcome<Option<String>> {
    if !is_enabled(task) {
        return Ok(None);
    }
    let mut parts = Map::new();
    for (name, property) in &task.properties {
        if !VOLATILE.contains(&&**name) {
            parts.insert(Arc::clone(name), property.render(environment)?);
        }
    }
    // The order in which properties are written does not matter.
    parts.sort_keys();
    parts.insert("type".into(), Value::from(&*task.type_name));
    parts.insert("taskrun.value".into(), value.map_or(Value::Null, Value::from));
    let text =
        plain::to_json(&Value::Map(Arc::new(parts)), &environment.settings.zone, false, TEXT_BYTES_MAX)?;
    let digest = Sha256::digest(text.expose().as_bytes());
    Ok(Some(hexadecimal(&digest)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn is_enabled(task: &Task) -> bool {
    let cache = task.property("taskCache").map(kapelle_core::property::Property::fixed);
    matches!(cache, Some(Some(Value::Map(cache))) if matches!(cache.get("enabled"), Some(Value::Bool(true))))
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::environment::Settings;
    use kapelle_core::expression::services::NoServices;

    use super::*;

    /// The key of a task with these properties, for a value of its loop.
    fn key_of(properties: &str, value: Option<&str>, context: &str) -> Option<String> {
        let flow = format!(
            "id: f\nnamespace: n\ntasks:\n- {{id: t, type: io.kestra.plugin.core.debug.Return, {properties}}}\n"
        );
        let plan = crate::plan::tests::plan(&flow);
        let Ok(Value::Map(context)) = plain::from_json(context) else { panic!("no map") };
        let settings = Settings::default();
        let environment = Environment { context: &*context, services: &NoServices, settings: &settings };
        key(&plan.tasks[0], value, environment).unwrap()
    }

    const ENABLED: &str = "taskCache: {enabled: true}";

    #[test]
    fn only_a_task_that_says_so_keeps_its_outputs() {
        assert_eq!(key_of("format: a", None, "{}"), None);
        assert_eq!(key_of("format: a, taskCache: {enabled: false}", None, "{}"), None);
        assert!(key_of(&format!("format: a, {ENABLED}"), None, "{}").is_some());
    }

    #[test]
    fn the_key_changes_with_every_rendered_property_and_with_the_value() {
        let one = key_of(&format!("format: '{{{{ x }}}}', {ENABLED}"), None, r#"{"x": "1"}"#);
        assert_eq!(one, key_of(&format!("format: '1', {ENABLED}"), None, "{}"));
        assert_ne!(one, key_of(&format!("format: '{{{{ x }}}}', {ENABLED}"), None, r#"{"x": "2"}"#));
        assert_ne!(one, key_of(&format!("format: '1', {ENABLED}"), Some("v"), "{}"));
    }

    #[test]
    fn what_does_not_change_the_outputs_does_not_change_the_key() {
        let plain = key_of(&format!("format: a, {ENABLED}"), None, "{}");
        let more = "timeout: PT1S, description: x, allowFailure: true, taskCache: {enabled: true, ttl: PT1H}";
        assert_eq!(plain, key_of(&format!("{more}, format: a"), None, "{}"));
    }
}
