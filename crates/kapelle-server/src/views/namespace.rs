//! A namespace, as clients see it.

use kapelle_core::shape::is_namespace;
use serde_json::{Map as Object, Value as Json, json};

/// What can be set for a namespace. What was not set is absent: clients stumble over null.
const SETTINGS: &[&str] = &[
    "description",
    "variables",
    "pluginDefaults",
    "allowedNamespaces",
    "allowedTriggers",
    "workerGroup",
    "defaultWorkerSelector",
    "concurrency",
    "storageType",
    "storageConfiguration",
    "storageIsolation",
    "secretType",
    "secretConfiguration",
    "secretIsolation",
    "secretReadOnly",
    "outputsInInternalStorage",
    "sdkDefaultAuthentication",
    "quotas",
];

/// One with what was set for it, if somebody created it.
pub(crate) fn namespace(id: &str, settings: Option<&Json>) -> Json {
    let mut shown = json!({"id": id, "deleted": false});
    if let (Some(shown), Some(settings)) = (shown.as_object_mut(), settings.and_then(Json::as_object)) {
        shown.extend(settings.clone());
    }
    shown
}

/// What is kept of what a client wants, or what is wrong with it.
pub(crate) fn wanted(id: &str, body: &Json) -> Result<Json, String> {
    if !is_namespace(id) {
        return Err(format!(
            "id: `{id}` is no namespace: it has lower-case letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has at most 150 of them"
        ));
    }
    let body = body.as_object().ok_or("the body is to be an object")?;
    let given =
        |name: &&str| Some(((*name).to_owned(), body.get(*name).filter(|value| !value.is_null())?.clone()));
    let settings: Object<String, Json> = SETTINGS.iter().filter_map(given).collect();
    for (name, is_right) in [
        ("variables", Json::is_object as fn(&Json) -> bool),
        ("pluginDefaults", Json::is_array),
        ("allowedNamespaces", Json::is_array),
        ("description", Json::is_string),
    ] {
        if settings.get(name).is_some_and(|value| !is_right(value)) {
            return Err(format!("{name}: it is of another type"));
        }
    }
    Ok(settings.into())
}

/// What was kept.
pub(crate) fn settings(data: &[u8]) -> Json {
    serde_json::from_slice(data).unwrap_or_default()
}
