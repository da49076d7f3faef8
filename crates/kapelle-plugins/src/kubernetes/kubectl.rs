//! Tasks that do what `kubectl` does: objects of any kind are looked at and changed.

mod apply;
mod delete;
mod documents;
mod get;
mod patch;
mod ready;
mod resource;
mod restart;

use kapelle_plugin::{Any, Registry};
use serde_json::{Value as Json, json};

pub(super) fn register(r: &mut Registry) {
    r.task::<apply::Apply>();
    r.task::<delete::Delete>();
    r.task::<get::Get>();
    r.task::<patch::Patch>();
    r.task::<restart::Restart>();
}

/// What an object says of itself: `status` holds it, and its keys stand beside that for who looks for them there.
fn status(object: &Json) -> Any {
    let status = object.get("status").cloned().unwrap_or_else(|| json!({}));
    let mut all = json!({});
    super::merge(&mut all, &status);
    all["status"] = status;
    super::data::value(&all)
}
