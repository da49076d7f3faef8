//! A template, as clients see it.

use kapelle_core::expression::plain;
use kapelle_core::yaml;
use kapelle_model::Node;
use kapelle_runtime::templates::KeptTemplate;
use serde_json::{Map as Object, Value as Json, json};

use super::value;
use crate::call::Call;

/// What a template may say. The last ones are what answers have; they are taken back and left out.
pub(crate) const PROPERTIES: [&str; 8] =
    ["id", "namespace", "description", "tasks", "errors", "finally", "tenantId", "deleted"];

/// What stands in a document under these names.
pub(crate) fn written(document: &Node, names: &[&str]) -> Json {
    let entry = |name: &&str| {
        let node = document.get(name).filter(|node| !node.is_null())?;
        Some(((*name).to_owned(), value(&plain::from_node(node))))
    };
    Json::Object(names.iter().filter_map(entry).collect::<Object<_, _>>())
}

pub(crate) fn template(call: &Call, kept: &KeptTemplate) -> Json {
    let document = super::flow::root(&kept.source);
    let mut shown = document.map_or_else(|| json!({}), |root| written(&root, &PROPERTIES[..6]));
    shown["tenantId"] = (*call.tenant).into();
    shown["id"] = (*kept.id).into();
    shown["namespace"] = (*kept.namespace).into();
    shown["deleted"] = false.into();
    if shown["tasks"].is_null() {
        shown["tasks"] = json!([]);
    }
    shown
}

/// A template as a file: as it was written, and YAML where that was JSON.
pub(crate) fn yaml(kept: &KeptTemplate) -> String {
    if !kept.source.trim_start().starts_with('{') {
        return kept.source.clone();
    }
    let document = super::flow::root(&kept.source);
    document
        .map_or_else(|| kept.source.clone(), |root| yaml::write::block(&written(&root, &PROPERTIES[..6]), 0))
}
