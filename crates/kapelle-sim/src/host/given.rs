//! What clients give to executions: values, files, labels.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_engine::plan::Plan;
use kapelle_model::execution::Labels;
use kapelle_model::{ExecutionId, Map, Value};

use super::{Host, Refusal};
use crate::tasks::execution_folder;

const SYSTEM: &str = "system.";
const FROM: &str = "system.from";

/// Labels of the system that a client may set.
const OPEN_TO_CLIENTS: [&str; 2] = ["system.correlationId", FROM];

/// What a client gives to a new execution, or to one that goes on.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub texts: BTreeMap<String, String>,
    /// Name and content of files.
    pub files: BTreeMap<String, (String, String)>,
    /// `key:value` each.
    pub labels: Vec<String>,
}

impl Host {
    /// Values for inputs, with files put where those of the execution lie. An empty file, or an empty text, is nothing.
    pub(super) fn provided(&self, given: &Given, plan: &Plan, id: ExecutionId) -> Map {
        let mut provided = Map::new();
        for (name, text) in given.texts.iter().filter(|(_, text)| !text.is_empty()) {
            provided.insert(Arc::from(name.as_str()), Value::from(text.as_str()));
        }
        let folder = execution_folder(&plan.namespace, &plan.flow, &id.to_string());
        for (name, (file, content)) in given.files.iter().filter(|(_, (_, content))| !content.is_empty()) {
            let uri = format!("kestra://{folder}/inputs/{name}/{file}");
            self.shelf.put_file(&uri, content.as_bytes());
            provided.insert(Arc::from(name.as_str()), Value::from(uri.as_str()));
        }
        provided
    }
}

/// Labels as clients write them, and where the execution comes from.
pub(super) fn client_labels(texts: &[String]) -> Result<Labels, Refusal> {
    let refused =
        |text: &str, why: &str| Refusal::new(422, format!("Illegal argument: the label `{text}` {why}"));
    let mut labels: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for text in texts {
        let (key, value) = text.split_once(':').ok_or_else(|| refused(text, "has no `:`"))?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || value.is_empty() {
            return Err(refused(text, "has an empty key or value"));
        }
        if key.starts_with(SYSTEM) && !OPEN_TO_CLIENTS.contains(&key) {
            return Err(refused(text, "belongs to the system"));
        }
        if labels.iter().any(|(known, _)| **known == *key) {
            return Err(refused(text, "has a key that came before"));
        }
        labels.push((key.into(), value.into()));
    }
    if labels.iter().all(|(key, _)| **key != *FROM) {
        labels.push((FROM.into(), "api".into()));
    }
    Ok(labels.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_keys_and_values() {
        let shown = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            let labels = client_labels(&texts).map_err(|refusal| refusal.status)?;
            let texts: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            Ok(texts.join(" "))
        };
        assert_eq!(shown(&[]), Ok("system.from=api".into()));
        assert_eq!(shown(&[" a : b:c ", "system.from:ui"]), Ok("a=b:c system.from=ui".into()));
        for wrong in [&["a"][..], &[":b"], &["a:"], &["system.x:y"], &["a:1", "a:2"]] {
            assert_eq!(shown(wrong), Err(422), "{wrong:?}");
        }
    }
}
