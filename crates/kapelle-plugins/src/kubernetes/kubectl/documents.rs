//! Manifests as text: one document after the other, in YAML or JSON.

use kapelle_core::expression::plain;
use kapelle_core::yaml;
use kapelle_model::{Failure, Text};
use serde_json::Value as Json;

use crate::kubernetes::data::json;

/// Objects of one text.
const OBJECTS_MAX: usize = 1000;

/// An object to be applied.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Manifest {
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) object: Json,
}

/// All objects of a text, also those of lists in it.
pub(super) fn manifests(text: &Text) -> Result<Vec<Manifest>, Failure> {
    let text = text.expose();
    let mut all = Vec::new();
    for (number, span) in yaml::split(text).into_iter().enumerate() {
        let document = text.get(span.range()).unwrap_or_default();
        if document.lines().all(is_empty) {
            continue;
        }
        let failed = |what: &str| Failure::new(format!("document {} of `spec` {what}", number + 1));
        let tree = plain::from_yaml(document).map_err(|error| failed(&format!("is no YAML: {error}")))?;
        if tree == kapelle_model::Value::Null {
            continue;
        }
        read(json(&tree)?, &failed, &mut all)?;
    }
    if all.is_empty() {
        return Err(Failure::new(
            "`spec` has no object in it: write a manifest with `apiVersion` and `kind`",
        ));
    }
    Ok(all)
}

fn is_empty(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line == "---"
}

fn read(object: Json, failed: &impl Fn(&str) -> Failure, into: &mut Vec<Manifest>) -> Result<(), Failure> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let Some(kind) = text(&object["kind"]) else { return Err(failed("has no `kind`")) };
    if let (true, Some(items)) = (kind.ends_with("List"), object["items"].as_array()) {
        return items.iter().try_for_each(|item| read(item.clone(), failed, into));
    }
    let Some(version) = text(&object["apiVersion"]) else { return Err(failed("has no `apiVersion`")) };
    let Some(name) = text(&object["metadata"]["name"]) else {
        return Err(failed("has no `metadata.name`, without which nothing can be applied twice"));
    };
    if into.len() == OBJECTS_MAX {
        return Err(failed(&format!("is too much: a task applies {OBJECTS_MAX} objects")));
    }
    let namespace = text(&object["metadata"]["namespace"]);
    into.push(Manifest { version, kind, name, namespace, object });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Vec<String>, String> {
        let found = manifests(&Text::from(text)).map_err(|failure| failure.to_string())?;
        Ok(found.into_iter().map(|one| format!("{} {} {}", one.version, one.kind, one.name)).collect())
    }

    #[test]
    fn documents_and_lists_are_taken_apart() {
        let text = "# first\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n---\n\
                    {\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\
                    {\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"b\"}}]}\n";
        assert_eq!(told(text).unwrap(), ["v1 ConfigMap a", "apps/v1 Deployment b"]);
    }

    #[test]
    fn what_is_no_manifest_is_told_with_its_place() {
        for (text, words) in [
            ("", "`spec` has no object in it"),
            ("kind: A\nmetadata: {name: a}", "document 1 of `spec` has no `apiVersion`"),
            (
                "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: v1",
                "document 2 of `spec` has no `kind`",
            ),
            ("apiVersion: v1\nkind: A", "document 1 of `spec` has no `metadata.name`"),
            ("a: [", "document 1 of `spec` is no YAML"),
        ] {
            let told = told(text).unwrap_err();
            assert!(told.starts_with(words), "{told}");
        }
    }
}
