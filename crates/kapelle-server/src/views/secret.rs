//! A secret as clients see it: all but its value.

use kapelle_runtime::secrets::SecretEntry;
use serde_json::{Value as Json, json};

pub(crate) fn entry(entry: &SecretEntry) -> Json {
    let tags = entry.note.tags.iter().map(|(key, value)| json!({"key": key, "value": value}));
    let mut shown = json!({
        "key": entry.key,
        "namespace": entry.namespace,
        "tags": tags.collect::<Vec<_>>(),
    });
    if let Some(description) = &entry.note.description {
        shown["description"] = description.as_str().into();
    }
    shown
}
